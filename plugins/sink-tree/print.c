/* SPDX-License-Identifier: MIT */
/*
 * print.c - trees as text. Walks each tree without recursion: how deep it goes
 * is the guest's choice.
 */
#include "tree-sink.h"

#include "line.h"

#include <inttypes.h>
#include <string.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

/* Fewer than that are shown one by one. */
#define RUN_MIN 3

/* What a reader must not miss is never part of a run. */
#define FLAGS_REMARKABLE                                                                   \
	(VSPAN_TRACE_FLAG_ABORTED | VSPAN_TRACE_FLAG_END_LOST | VSPAN_TRACE_FLAG_EVICTED | \
		VSPAN_TRACE_FLAG_CLAMPED | VSPAN_TRACE_FLAG_INTERRUPT)

static bool node_in_run(const struct node *first, const struct node *node)
{
	return node->visible && node->type == first->type && node->vcpu == first->vcpu &&
		strcmp(node->label, first->label) == 0 && node->type != NODE_LOST &&
		node->status != VSPAN_ABI_STATUS_ERROR && !(node->flags & FLAGS_REMARKABLE) &&
		!node->parent_unknown && (node->type != NODE_SPAN || node->source >= SOURCE_EDGES);
}

/* The run that begins with a node. Returns its last node, NULL if it is none. */
static const struct node *run_find(const struct node *first, struct run *run)
{
	const struct node *last = NULL;

	*run = (struct run){0};
	for (const struct node *node = first; node && node_in_run(first, node); node = node->next) {
		run->count++;
		run->total += node->duration;
		if (node->duration > run->longest)
			run->longest = node->duration;
		last = node;
	}
	return run->count >= RUN_MIN ? last : NULL;
}

/* Whether the limit lets `count` more spans through; what it does not is counted. */
static bool limit_allows(struct tree_sink *tree, const struct node *node, uint64_t count)
{
	if (tree->limit && tree->shown >= tree->limit) {
		tree->hidden += node->type == NODE_SPAN ? count : 0;
		return false;
	}
	tree->shown += node->type == NODE_SPAN ? count : 0;
	return true;
}

void tree_text(struct tree_sink *tree, struct text *text, const struct node *root)
{
	uint64_t depth = 0;
	bool down;

	for (const struct node *node = root; node; node = node_next(root, node, down, &depth)) {
		const struct node *last = NULL;
		struct run run;

		down = node->visible && !node_too_deep(tree, node, depth);
		if (!down)
			continue;
		if (tree->collapse && node != root)
			last = run_find(node, &run);
		if (last) {
			if (limit_allows(tree, node, run.count))
				line_append_run(text, node, &run, depth, root->start, tree->color);
			node = last;
			down = false;
		} else if (limit_allows(tree, node, 1)) {
			line_append(text, node, depth, root->start, tree->color);
		}
	}
}

void heading_text(struct text *text, const struct vm *vm)
{
	if (!vm->attached) {
		text_print(text,
			"VM %" PRIu32 " (name unknown: vspan:attach is not in the trace)\n",
			vm->number);
		return;
	}
	text_print(text, "VM %" PRIu32 " ", vm->number);
	text_append_quoted(text, vm->name, strlen(vm->name));
	text_print(text, " (%" PRIu64 " vCPU%s)\n", vm->rings, vm->rings == 1 ? "" : "s");
}
