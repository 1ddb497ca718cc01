/* SPDX-License-Identifier: MIT */
/* region-word.h - how regions are named on the command line: a path, or fd:N. */
#ifndef VSPAN_CLI_REGION_WORD_H
#define VSPAN_CLI_REGION_WORD_H

#include <limits.h>
#include <vspan/host.h>

/* Opens it; `path` is what to call it. A descriptor, or a negative errno. */
int region_word_open(const char *word, char path[PATH_MAX], struct vspan_error *error);

#endif /* VSPAN_CLI_REGION_WORD_H */
