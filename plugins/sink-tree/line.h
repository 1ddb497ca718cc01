/* SPDX-License-Identifier: MIT */
/*
 * line.h - one line of the tree: time, name, duration, marks, fields.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_LINE_H
#define VSPAN_PLUGINS_SINK_TREE_LINE_H

#include "forest.h"
#include "model/text.h"

/*
 * Appends the line of a node, `depth` levels below the root that starts at
 * `origin`, with its newline. A root shows its time of day, what is below shows
 * its distance to the root.
 */
void line_append(
	struct text *text, const struct node *node, uint64_t depth, int64_t origin, bool color);

#endif /* VSPAN_PLUGINS_SINK_TREE_LINE_H */
