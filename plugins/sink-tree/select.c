/* SPDX-License-Identifier: MIT */
/*
 * select.c - which nodes of a tree the parameters let through: those asked for,
 * and what they are in.
 */
#include "tree-sink.h"

#include <fnmatch.h>
#include <string.h>

bool name_matches(const struct tree_sink *tree, const struct node *node)
{
	const char *name;

	if (!tree->name)
		return true;
	name = strchr(node->label, ':');
	return fnmatch(tree->name, node->label, 0) == 0 ||
		(name && fnmatch(tree->name, name + 1, 0) == 0);
}

static bool node_in_window(const struct tree_sink *tree, const struct node *node)
{
	/* One without an end may be as long as one likes. */
	bool endless = node->type == NODE_SPAN && node->source == SOURCE_ENTRY;

	return node->start <= tree->window_to && (endless || node_end(node) >= tree->window_from);
}

static bool span_matches(const struct tree_sink *tree, const struct node *node)
{
	if (node->type == NODE_SPAN && node->source >= SOURCE_EDGES &&
		node->duration < tree->min_duration)
		return false;
	return tree->top || name_matches(tree, node);
}

static bool node_selected(const struct tree_sink *tree, const struct node *node)
{
	if (!node_in_window(tree, node))
		return false;
	if (node->type == NODE_SPAN)
		return span_matches(tree, node);
	if (tree->name && node->type == NODE_EVENT && name_matches(tree, node))
		return true;
	/* What belongs to a span is shown with it; what belongs to none, unless names are asked
	 * for. */
	if (node->parent)
		return span_matches(tree, node->parent);
	return node->type == NODE_LOST || !tree->name;
}

static bool tree_select_all(struct node *root)
{
	uint64_t depth = 0;

	for (struct node *node = root; node; node = node_next(root, node, true, &depth))
		node->visible = true;
	return true;
}

bool tree_select(struct tree_sink *tree, struct node *root)
{
	bool window = tree->from || tree->to;
	bool named = tree->name && !tree->top;
	uint64_t depth = 0;

	/* With `top` the name says which spans are compared; they are shown with all that is in
	 * them. */
	if (!named && !tree->min_duration && !window)
		return tree_select_all(root);
	for (struct node *node = root; node; node = node_next(root, node, true, &depth)) {
		if (!node_selected(tree, node))
			continue;
		for (struct node *up = node; up && !up->visible;
			up = up == root ? NULL : up->parent)
			up->visible = true;
	}
	return root && root->visible;
}
