/* SPDX-License-Identifier: MIT */
/*
 * print.h - a linked forest as text.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_PRINT_H
#define VSPAN_PLUGINS_SINK_TREE_PRINT_H

#include "forest.h"
#include "options.h"

#include <stdio.h>

/* Returns 0, or -ENOMEM; errors of the stream are left for ferror(). */
int forest_print(const struct forest *forest, const struct options *options, FILE *stream);

#endif /* VSPAN_PLUGINS_SINK_TREE_PRINT_H */
