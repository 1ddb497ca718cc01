/* SPDX-License-Identifier: MIT */
/*
 * sweep.c - goes through time once: places what began, completes the trees that
 * ended, and gives them in the order of their starts as far as the window
 * reaches.
 */
#include "woods.h"

#include <assert.h>
#include <errno.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

static bool heap_due(const struct heap *heap, int64_t until)
{
	return heap->count && (heap_first(heap)->time < until || until == INT64_MAX);
}

bool woods_sweep_due(const struct woods *woods, int64_t until)
{
	return heap_due(&woods->pending, until) || heap_due(&woods->growing, until);
}

static void open_add(struct woods *woods, struct planted *root)
{
	root->state = TREE_OPEN;
	root->open_previous = NULL;
	root->open_next = woods->open;
	if (woods->open)
		woods->open->open_previous = root;
	woods->open = root;
}

static void open_remove(struct woods *woods, struct planted *root)
{
	if (root->open_previous)
		root->open_previous->open_next = root->open_next;
	else
		woods->open = root->open_next;
	if (root->open_next)
		root->open_next->open_previous = root->open_previous;
}

int root_closed(struct woods *woods, struct planted *root)
{
	assert(root->tree_open == 0 && root->state == TREE_OPEN);
	open_remove(woods, root);
	root->state = TREE_GROWING;
	return heap_push(&woods->growing, root->tree_end, root);
}

int woods_ended(struct woods *woods, struct planted *node)
{
	struct planted *root = node->root;

	if (!node->placed)
		return 0;
	assert(root->tree_open > 0);
	root->tree_open--;
	if (node->end > root->tree_end)
		root->tree_end = node->end;
	return root->tree_open == 0 && root->state == TREE_OPEN ? root_closed(woods, root) : 0;
}

static void count_span(struct vm_totals *totals, const struct node *span)
{
	totals->spans++;
	totals->roots += !span->parent;
	totals->errors += span->status == VSPAN_ABI_STATUS_ERROR;
	totals->aborted += !!(span->flags & VSPAN_TRACE_FLAG_ABORTED);
	totals->end_lost += !!(span->flags & VSPAN_TRACE_FLAG_END_LOST);
	totals->evicted += !!(span->flags & VSPAN_TRACE_FLAG_EVICTED);
	totals->clamped += !!(span->flags & VSPAN_TRACE_FLAG_CLAMPED);
	totals->unfinished += span->source == SOURCE_ENTRY;
	totals->ends += span->source == SOURCE_EXIT;
}

static void count_node(struct node *node)
{
	struct vm_totals *totals = &node->vcpu->vm->totals;

	totals->parents_unknown += node->parent_unknown;
	totals->parents_loop += node->parent_loop;
	totals->parts += node->part;
	if (node->type == NODE_SPAN) {
		count_span(totals, node);
	} else if (node->type == NODE_EVENT) {
		totals->events++;
	} else {
		totals->lost += node->count;
		totals->losses_unknown += node->count == 0;
	}
}

int woods_give(struct forest *forest, struct planted *root)
{
	struct woods *woods = forest->woods;
	struct node *node = &root->node;
	uint64_t depth = 0;
	int status;

	node->next = NULL;
	for (; node; node = node_next(&root->node, node, true, &depth)) {
		node_prefetch(node->first_child);
		node_prefetch(node->next);
		if (node->type == NODE_SPAN)
			land_place_notes(land_of(node->vcpu->vm), node);
		count_node(node);
	}
	tree_measure(&root->node);
	status = woods->tree(woods->data, &root->node);
	tree_discard(woods, &root->node);
	return status;
}

int woods_flush_window(struct forest *forest, uint64_t nodes)
{
	struct woods *woods = forest->woods;
	int status = 0;

	while (status == 0 && woods->window.count && woods->window_nodes > nodes) {
		struct planted *root = heap_pop(&woods->window).planted;

		woods->window_nodes -= root->tree_nodes;
		if (woods->swept == INT64_MAX ||
			(!root->tree_open && root->tree_end <= woods->swept)) {
			status = woods_give(forest, root);
			continue;
		}
		/* It has grown since. */
		woods->held += root->tree_nodes;
		root->state = TREE_GROWING;
		status = heap_push(&woods->growing, root->tree_end, root);
	}
	return status;
}

static int sweep_complete(struct forest *forest)
{
	struct woods *woods = forest->woods;
	struct heap_entry entry = heap_pop(&woods->growing);
	struct planted *root = entry.planted;

	if (woods->swept < entry.time)
		woods->swept = entry.time;
	if (root->tree_open) {
		open_add(woods, root);
		return 0;
	}
	if (root->tree_end > entry.time)
		return heap_push(&woods->growing, root->tree_end, root);
	root->state = TREE_WINDOW;
	woods->held -= root->tree_nodes;
	woods->window_nodes += root->tree_nodes;
	if (heap_push(&woods->window, root->node.start, root) < 0)
		return -ENOMEM;
	return woods_flush_window(forest, FOREST_WINDOW);
}

/* Only its end is there, and nothing is in it: there is no place for it. */
static bool span_is_nothing(const struct planted *node)
{
	const struct node *span = &node->node;

	return span->type == NODE_SPAN && span->source == SOURCE_EXIT && !node->named &&
		!land_first_waiting(land_of(span->vcpu->vm), span->id);
}

static int sweep_place(struct forest *forest)
{
	struct woods *woods = forest->woods;
	struct planted *node = heap_pop(&woods->pending).planted;

	if (woods->pending.count)
		node_prefetch(&heap_first(&woods->pending)->planted->node);
	node->pending = false;
	if (node->dead) {
		woods_free(woods, node);
		return 0;
	}
	if (node->placed)
		return 0;
	if (span_is_nothing(node)) {
		node->node.vcpu->vm->totals.ends_hidden++;
		woods->held--;
		woods_free(woods, node);
		return 0;
	}
	return woods_turn(forest, node);
}

int woods_sweep(struct forest *forest, int64_t until)
{
	struct woods *woods = forest->woods;
	int status = 0;

	while (status == 0) {
		bool place = heap_due(&woods->pending, until);
		bool complete = heap_due(&woods->growing, until);

		/* What begins just when a tree ends may belong to it. */
		if (complete &&
			(!place ||
				heap_first(&woods->growing)->time <
					heap_first(&woods->pending)->time))
			status = sweep_complete(forest);
		else if (place)
			status = sweep_place(forest);
		else
			break;
	}
	return status;
}
