/* SPDX-License-Identifier: MIT */
/*
 * json.c - trees as JSON, one line each, children inside their parents.
 */
#include "tree-sink.h"

#include "model/account.h"
#include "model/node-json.h"

static bool limit_allows_json(struct tree_sink *tree, const struct node *node)
{
	bool allowed = !tree->limit || tree->shown < tree->limit;

	tree->shown += allowed && node->type == NODE_SPAN;
	tree->hidden += !allowed && node->type == NODE_SPAN;
	return allowed;
}

/* Closes the nodes that are deeper than what comes next, and says what divides them. */
static void json_step(struct text *text, uint64_t *open, uint64_t depth)
{
	/* One level down opens a list, the same level goes on with it. */
	if (depth > *open) {
		text_print(text, ",\"children\":[");
		return;
	}
	while (*open > depth) {
		text_append(text, "}]", 2);
		(*open)--;
	}
	text_append(text, "},", 2);
}

void tree_json(struct tree_sink *tree, struct text *text, const struct node *root)
{
	uint64_t depth = 0, open = 0;
	bool down;

	for (const struct node *node = root; node; node = node_next(root, node, down, &depth)) {
		down = node->visible && !node_too_deep(tree, node, depth);
		if (!down || !limit_allows_json(tree, node)) {
			/* Without its root there is no tree. */
			if (node == root)
				return;
			down = false;
			continue;
		}
		if (node != root)
			json_step(text, &open, depth);
		open = depth;
		text_append(text, "{", 1);
		node_json_members(text, node);
	}
	for (; open > 0; open--)
		text_append(text, "}]", 2);
	text_append(text, "}\n", 2);
}

void summary_json(const struct tree_sink *tree, struct text *text)
{
	const struct forest *forest = &tree->sink.forest;

	for (size_t i = 0; i < forest->vm_count; i++) {
		account_vm_json(text, forest->vms[i]);
		text_append(text, "\n", 1);
	}
	account_trace_json(text, forest);
	text_append(text, "\n", 1);
}
