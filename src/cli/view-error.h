/* SPDX-License-Identifier: MIT */
/* view-error.h - what libbabeltrace2 says of a failure, for people. */
#ifndef VSPAN_CLI_VIEW_ERROR_H
#define VSPAN_CLI_VIEW_ERROR_H

#include <stdbool.h>

/*
 * One line: `what` failed on `subject`, and the first cause; with `verbose` also
 * what came of it, a line for each. Takes the current thread's error.
 */
void view_error(const char *what, const char *subject, bool verbose);

#endif /* VSPAN_CLI_VIEW_ERROR_H */
