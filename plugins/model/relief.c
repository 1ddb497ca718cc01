/* SPDX-License-Identifier: MIT */
/*
 * relief.c - what to do when more is held than the user allows. In this order:
 * what is complete below spans that are still open is given in parts; nodes for
 * which no watermark comes are placed as far as is known; spans open too long are
 * given up as unfinished. Each is marked and counted.
 */
#include "woods.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Whether nothing can be missing from below a placed node, nor from itself. */
static bool subtree_complete(const struct woods *woods, struct node *top, uint64_t *nodes)
{
	uint64_t depth = 0;

	*nodes = 0;
	for (struct node *node = top; node; node = node_next(top, node, true, &depth)) {
		if (planted_open(planted(node)) || planted(node)->end >= woods->swept)
			return false;
		(*nodes)++;
	}
	return true;
}

/* Gives the first children of an open span as far as they are complete. */
static int give_parts(struct forest *forest, struct node *parent)
{
	struct planted *root = planted(parent)->root;
	int status = 0;

	while (status == 0 && parent->first_child) {
		struct node *child = parent->first_child;
		uint64_t nodes;

		if (!subtree_complete(forest->woods, child, &nodes))
			break;
		parent->first_child = child->next;
		if (!child->next)
			parent->last_child = NULL;
		node_cover_part(planted(parent), child);
		root->tree_nodes -= nodes;
		forest->woods->held -= nodes;
		child->part = true;
		status = woods_give(forest, planted(child));
	}
	return status;
}

/* Below an open root, along what is open in it. */
static int relieve_root(struct forest *forest, struct node *node)
{
	int status = 0;

	while (status == 0 && node && planted_open(planted(node))) {
		status = give_parts(forest, node);
		node = node->first_child;
	}
	return status;
}

static int time_compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Without a watermark nobody knows what is missing: the earlier half is taken for complete. */
static int relieve_pending(struct forest *forest)
{
	const struct heap *pending = &forest->woods->pending;
	size_t count = pending->count;
	int64_t *times = calloc(count ? count : 1, sizeof(*times));
	int64_t until;

	if (!times)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		times[i] = pending->entries[i].time;
		pending->entries[i].planted->node.vcpu->vm->totals.early += i < count / 2;
	}
	qsort(times, count, sizeof(*times), time_compare);
	until = count ? times[count / 2] : INT64_MIN;
	free(times);
	return woods_sweep(forest, until);
}

static int relieve_open(struct forest *forest)
{
	struct woods *woods = forest->woods;
	int status = 0;

	while (status == 0 && woods->open) {
		struct planted *root = woods->open;

		root->node.vcpu->vm->totals.early++;
		woods->open = root->open_next;
		if (woods->open)
			woods->open->open_previous = NULL;
		woods->held -= root->tree_nodes;
		status = woods_give(forest, root);
	}
	return status;
}

int woods_relieve(struct forest *forest)
{
	struct woods *woods = forest->woods;
	uint64_t enough = woods->held_most / 4 * 3;
	struct planted *next;
	int status = 0;

	for (struct planted *root = woods->open; status == 0 && root; root = next) {
		next = root->open_next;
		status = relieve_root(forest, &root->node);
	}
	if (status == 0 && woods->held > enough && woods->pending.count > woods->held / 2)
		status = relieve_pending(forest);
	if (status == 0 && woods->held > enough)
		status = relieve_open(forest);
	/* Not again for every node, if that was no help. */
	woods->held_next =
		woods->held > enough ? woods->held + woods->held_most / 4 + 1 : woods->held_most;
	return status;
}
