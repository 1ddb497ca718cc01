/* SPDX-License-Identifier: MIT */
/* view-open.h - shows a file that was written, as far as that can be done from here. */
#ifndef VSPAN_CLI_VIEW_OPEN_H
#define VSPAN_CLI_VIEW_OPEN_H

#include <stdbool.h>

/* Has the desktop open it. False: there is none. */
bool view_open(const char *file);

#endif /* VSPAN_CLI_VIEW_OPEN_H */
