/* SPDX-License-Identifier: MIT */
/*
 * node.c - see node.h.
 */
#include "node.h"

#include "units.h"

#include <assert.h>

int64_t node_end(const struct node *node)
{
	return units_add(node->start, node->duration);
}

struct node *node_next(const struct node *root, const struct node *node, bool down, uint64_t *depth)
{
	if (down && node->first_child) {
		(*depth)++;
		return node->first_child;
	}
	while (node != root && !node->next) {
		assert(*depth > 0);
		(*depth)--;
		node = node->parent;
	}
	return node == root ? NULL : node->next;
}
