/* SPDX-License-Identifier: MIT */
/*
 * tree-sink.h - private to sink.vspan.tree: its parameters and what it is at.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_TREE_SINK_H
#define VSPAN_PLUGINS_SINK_TREE_TREE_SINK_H

#include "model/sink.h"
#include "model/text.h"

/* What may be asked for with `top`: more than anybody reads, and what is held of them at most. */
#define SLOWEST_MAX 100000

enum tree_format {
	FORMAT_TEXT,
	FORMAT_JSON,
};

/* One of the slowest spans, as it will be shown. */
struct slow {
	uint64_t duration;
	int64_t start;
	char *text;
};

struct tree_sink {
	struct sink sink; /* first */
	/* Parameters. */
	uint64_t depth;        /* levels of spans shown, 0: all */
	uint64_t min_duration; /* ns */
	uint64_t limit;        /* spans shown, 0: all */
	uint64_t top;          /* only that many of the slowest, 0: all in their order */
	char *name;            /* glob for "provider:name" or "name"; NULL: all */
	char *from, *to;       /* times, NULL: no limit */
	bool collapse;
	unsigned int color_choice;
	unsigned int format; /* enum tree_format */
	/* Worked out of them. */
	bool color;
	bool window_known;
	int64_t window_from, window_to;
	/* On the way. */
	struct text out;          /* written when it is long enough */
	const struct vm *heading; /* VM of the trees printed last */
	uint64_t shown;
	uint64_t hidden;      /* by `limit` */
	struct slow *slowest; /* a heap, the least slow first */
	size_t slow_count;
};

/* Appends a tree as text, without a heading. */
void tree_text(struct tree_sink *tree, struct text *text, const struct node *root);

/* Appends it as one line of JSON. */
void tree_json(struct tree_sink *tree, struct text *text, const struct node *root);

/* What is said at the end: of each VM, and of the trace. */
void summary_text(const struct tree_sink *tree, struct text *text);
void summary_json(const struct tree_sink *tree, struct text *text);

/* The line that says which VM the following trees are of. */
void heading_text(struct text *text, const struct vm *vm);

/* Marks what is to be shown of a tree. Returns whether there is anything. */
bool tree_select(struct tree_sink *tree, struct node *root);

/* Whether a node's name is asked for. */
bool name_matches(const struct tree_sink *tree, const struct node *node);

/* Whether levels end above the node: `depth` is its depth below the root. */
static inline bool node_too_deep(
	const struct tree_sink *tree, const struct node *node, uint64_t depth)
{
	/* Events and losses are part of their span, not a level below it. */
	return tree->depth && depth >= tree->depth + (node->type != NODE_SPAN);
}

/* Keeps a tree's slowest candidates if they are among the `top` so far. Returns 0 or -ENOMEM. */
int slowest_take(struct tree_sink *tree, struct node *root);

/* Appends them, slowest first, and forgets them. */
void slowest_flush(struct tree_sink *tree, struct text *text);
void slowest_clear(struct tree_sink *tree);

/* Reads `from` and `to`. Returns 0 or -EINVAL with a cause appended. */
int window_check(struct tree_sink *tree, bt_self_component *component);
/* Times of day are of the day of the first tree. */
void window_resolve(struct tree_sink *tree, int64_t first);

#endif /* VSPAN_PLUGINS_SINK_TREE_TREE_SINK_H */
