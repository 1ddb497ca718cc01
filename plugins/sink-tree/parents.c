/* SPDX-License-Identifier: MIT */
/*
 * parents.c - see parents.h. Parents are what guest and host said, so they may
 * be missing, on another vCPU or begin later than their children. A node is put
 * under a span it was not said to be in only where it cannot be otherwise.
 */
#include "parents.h"

#include "model/units.h"

#include <assert.h>
#include <vspan/trace.h>

/* What makes the times of a span, or its place on a stack, no proof of anything. */
#define FLAGS_VAGUE                                                                        \
	(VSPAN_TRACE_FLAG_ABORTED | VSPAN_TRACE_FLAG_END_LOST | VSPAN_TRACE_FLAG_EVICTED | \
		VSPAN_TRACE_FLAG_CLAMPED | VSPAN_TRACE_FLAG_DETACHED)

static int64_t node_end(const struct node *node)
{
	return units_add(node->start, node->duration);
}

/* Whether a span was open for all we know of a node's time. */
static bool span_contains(const struct node *span, const struct node *node)
{
	if (span->source == SOURCE_EXIT || span->start > node->start)
		return false;
	return span->source == SOURCE_ENTRY || node_end(node) <= node_end(span);
}

/* The span of the only other VM that has one of that id at that time; NULL: none, or several. */
static struct node *forest_find_remote(const struct forest *forest, const struct node *node)
{
	struct node *found = NULL;

	for (size_t i = 0; i < forest->vm_count; i++) {
		const struct vm *vm = forest->vms[i];
		struct node *span = vm != node->vm ? map_find(&vm->spans, node->parent_id) : NULL;

		if (!span || !span_contains(span, node))
			continue;
		if (found)
			return NULL;
		found = span;
	}
	return found;
}

static void node_find_parent(const struct forest *forest, struct node *node)
{
	struct node *parent;

	if (!node->parent_id)
		return;
	parent = node->flags & VSPAN_TRACE_FLAG_REMOTE
		? forest_find_remote(forest, node)
		: map_find(&node->vm->spans, node->parent_id);
	node->parent = parent;
	node->parent_unknown = !parent;
	if (!parent)
		return;
	parent->named = true;
	if (parent->source == SOURCE_EXIT && node->start < parent->start)
		parent->start = node->start;
}

void forest_find_parents(struct forest *forest)
{
	for (size_t i = 0; i < forest->vm_count; i++) {
		const struct vm *vm = forest->vms[i];

		for (size_t n = 0; n < vm->node_count; n++)
			node_find_parent(forest, vm->nodes[n]);
	}
}

static bool span_on_stack(const struct node *node)
{
	return node->type == NODE_SPAN && node->source >= SOURCE_EDGES &&
		!(node->flags & FLAGS_VAGUE);
}

/*
 * The spans of a vCPU's stack are properly nested, and a span that is not
 * detached was begun in the innermost of them. If that one is not known, a known
 * one that was open before, and still is after, is an ancestor: the innermost of
 * those is the nearest. Point events may name any span, so they prove nothing.
 */
void node_find_ancestor(struct node *node, struct vcpu *vcpu)
{
	assert(vcpu && vcpu->number == node->vcpu);
	while (vcpu->open && node_end(vcpu->open) < node->start)
		vcpu->open = vcpu->open->outer;
	if (node->parent_unknown && vcpu->open && span_on_stack(node) &&
		!(node->flags & VSPAN_TRACE_FLAG_REMOTE) && vcpu->open->start < node->start &&
		node_end(node) < node_end(vcpu->open))
		node->parent = vcpu->open;
	if (span_on_stack(node)) {
		node->outer = vcpu->open;
		vcpu->open = node;
	}
}
