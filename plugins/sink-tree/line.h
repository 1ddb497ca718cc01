/* SPDX-License-Identifier: MIT */
/*
 * line.h - one line of the tree: time, name, duration, marks, fields.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_LINE_H
#define VSPAN_PLUGINS_SINK_TREE_LINE_H

#include "model/node.h"
#include "model/text.h"

/* Siblings alike in name that follow one another, shown as one line. */
struct run {
	uint64_t count;
	uint64_t total; /* ns, of spans */
	uint64_t longest;
};

/*
 * Appends the line of a node, `depth` levels below the root that starts at
 * `origin`, with its newline. A root shows its vCPU and time of day, what is
 * below shows its distance to the root.
 */
void line_append(
	struct text *text, const struct node *node, uint64_t depth, int64_t origin, bool color);

/* The same of a run whose first node is `node`. */
void line_append_run(struct text *text, const struct node *node, const struct run *run,
	uint64_t depth, int64_t origin, bool color);

#endif /* VSPAN_PLUGINS_SINK_TREE_LINE_H */
