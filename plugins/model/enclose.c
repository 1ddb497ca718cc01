/* SPDX-License-Identifier: MIT */
/*
 * enclose.c - see enclose.h. From the leaves upward, in one pass and without
 * recursion: how deep a tree is, the guest decides.
 */
#include "enclose.h"

#include <assert.h>

bool node_unfinished(const struct node *node)
{
	return node->type == NODE_SPAN && node->source == SOURCE_ENTRY;
}

static struct node *first_leaf(struct node *node)
{
	while (node->first_child)
		node = node->first_child;
	return node;
}

static void enclose(struct node *around, const struct node *node)
{
	int64_t end = node_end(node);

	/* Of an unfinished span, node_end() is its start: measured by its duration here. */
	if (node_unfinished(node))
		end = (int64_t)((uint64_t)node->start + node->duration);
	if (node_unfinished(around) && end > around->start &&
		(uint64_t)end - (uint64_t)around->start > around->duration)
		around->duration = (uint64_t)end - (uint64_t)around->start;
}

void enclose_tree(struct node *root)
{
	struct node *node = first_leaf(root);

	while (node != root) {
		assert(node->parent);
		enclose(node->parent, node);
		node = node->next ? first_leaf(node->next) : node->parent;
	}
}
