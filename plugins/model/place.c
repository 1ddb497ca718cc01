/* SPDX-License-Identifier: MIT */
/*
 * place.c - which span each node belongs to. Parents are what guest and host
 * said, so they may be missing, on another vCPU, in another VM, or begin later
 * than their children. A node is put under a span it was not said to be in only
 * where it cannot be otherwise.
 */
#include "woods.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

/* What makes the times of a span, or its place on a stack, no proof of anything. */
#define FLAGS_VAGUE                                                                        \
	(VSPAN_TRACE_FLAG_ABORTED | VSPAN_TRACE_FLAG_END_LOST | VSPAN_TRACE_FLAG_EVICTED | \
		VSPAN_TRACE_FLAG_CLAMPED | VSPAN_TRACE_FLAG_DETACHED)

bool planted_open(const struct planted *node)
{
	return node->node.type == NODE_SPAN && node->node.source == SOURCE_ENTRY;
}

/* Whether a span was open for all we know of a node's time. */
static bool span_contains(const struct node *span, const struct node *node)
{
	if (span->source == SOURCE_EXIT || span->start > node->start)
		return false;
	return span->source == SOURCE_ENTRY || node_end(node) <= node_end(span);
}

/* The span of the only other VM that has one of that id at that time; NULL: none, or several. */
static struct planted *find_anywhere(const struct forest *forest, const struct node *node)
{
	struct planted *found = NULL;

	for (size_t i = 0; i < forest->vm_count; i++) {
		struct land *land = land_of(forest->vms[i]);
		struct planted *span = &land->vm != node->vcpu->vm
			? map_find(&land->spans, node->parent_id)
			: NULL;

		if (!span || !span_contains(&span->node, node))
			continue;
		if (found)
			return NULL;
		found = span;
	}
	return found;
}

/*
 * A span of the same VM that has had its turn. What has not yet, begins later than
 * it may; whether that is known already depends on the order of arrival.
 */
static struct planted *find_own(const struct planted *child)
{
	const struct node *node = &child->node;
	struct planted *span = map_find(&land_of(node->vcpu->vm)->spans, node->parent_id);

	return span && (span->turned || span->node.source == SOURCE_EXIT) ? span : NULL;
}

static struct planted *find_in(const struct forest *forest, uint32_t vm, uint64_t span)
{
	for (size_t i = 0; i < forest->vm_count; i++) {
		if (forest->vms[i]->number == vm)
			return map_find(&land_of(forest->vms[i])->spans, span);
	}
	return NULL;
}

/* Ids are unique within a VM only: which one is meant, the context tells. */
static struct planted *find_remote(const struct forest *forest, struct node *node)
{
	const struct context *context =
		contexts_find(&forest->woods->contexts, node->vcpu->vm->number, node->vcpu->number,
			node->parent_id, node->start, node->type == NODE_SPAN ? node->id : 0);

	if (context) {
		node->parent_vm = context->host_vm;
		memcpy(node->trace_id, context->trace_id, sizeof(node->trace_id));
	}
	return node->parent_vm ? find_in(forest, node->parent_vm, node->parent_id)
			       : find_anywhere(forest, node);
}

/*
 * The parent of a span that the host made for a call. It knew which of its own
 * spans was around it, not which of the guest's.
 */
static struct planted *find_caller(const struct forest *forest, struct node *node)
{
	struct land *land = land_of(node->vcpu->vm);
	struct planted *parent;
	struct call call;

	if (node->type != NODE_SPAN || !calls_take(&land->calls, node->id, &call))
		return NULL;
	parent = call.vm ? find_in(forest, call.vm, call.span) : NULL;
	/* Not recorded: then what the host knew of is the nearest one. */
	node->parent_unknown = !parent;
	if (!parent && call.vm)
		return NULL;
	node->parent_id = call.span;
	node->parent_vm = call.vm;
	node->flags |= VSPAN_TRACE_FLAG_REMOTE;
	memcpy(node->trace_id, call.trace_id, sizeof(node->trace_id));
	return parent;
}

static struct planted *find_parent(const struct forest *forest, struct planted *child)
{
	struct node *node = &child->node;
	struct planted *parent;

	node->parent_unknown = false;
	parent = find_caller(forest, node);
	if (!parent && node->parent_id) {
		parent = node->flags & VSPAN_TRACE_FLAG_REMOTE ? find_remote(forest, node)
							       : find_own(child);
		node->parent_unknown = node->parent_unknown || !parent;
	}
	if (!parent)
		return NULL;
	node->parent = &parent->node;
	parent->named = true;
	if (parent->node.source == SOURCE_EXIT && node->start < parent->node.start)
		parent->node.start = node->start;
	return parent;
}

/* Spans that have ended are of no use any more, wherever they are. */
static void stack_compact(struct ring *ring, int64_t now)
{
	size_t kept = 0;

	for (size_t i = 0; i < ring->stack_count; i++) {
		if (ring->stack[i].end >= now)
			ring->stack[kept++] = ring->stack[i];
	}
	ring->stack_count = kept;
}

static int stack_reserve(struct ring *ring, int64_t now)
{
	size_t capacity = ring->stack_capacity ? ring->stack_capacity * 2 : 32;
	struct stack_entry *grown;

	if (ring->stack_count < ring->stack_capacity)
		return 0;
	stack_compact(ring, now);
	if (ring->stack_count < ring->stack_capacity / 2)
		return 0;
	grown = realloc(ring->stack, capacity * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	ring->stack = grown;
	ring->stack_capacity = capacity;
	return 0;
}

static int stack_push(struct ring *ring, struct planted *node, int64_t end)
{
	if (stack_reserve(ring, node->node.start) < 0)
		return -ENOMEM;
	ring->stack[ring->stack_count++] = (struct stack_entry){
		.start = node->node.start, .end = end, .order = node->order, .planted = node};
	return 0;
}

/* Whether the span was on its vCPU's stack, and it is known until when. */
static bool span_on_stack(const struct planted *span)
{
	const struct node *node = &span->node;

	return node->type == NODE_SPAN && node->source >= SOURCE_EDGES &&
		!(node->flags & FLAGS_VAGUE);
}

/*
 * The spans of a vCPU's stack are properly nested, and a span that is not
 * detached was begun in the innermost of them. If that one is not known, a known
 * one that was open before, and still is after, is an ancestor: the innermost of
 * those is the nearest. Point events may name any span, so they prove nothing.
 */
static int stack_turn(struct planted *planted)
{
	struct node *node = &planted->node;
	struct ring *ring = ring_of(node->vcpu);
	const struct stack_entry *top;
	int64_t end = node_end(node);

	while (ring->stack_count && ring->stack[ring->stack_count - 1].end < node->start)
		ring->stack_count--;
	if (!span_on_stack(planted))
		return 0;
	top = ring->stack_count ? &ring->stack[ring->stack_count - 1] : NULL;
	if (top && top->planted->order == top->order && node->parent_unknown &&
		!(node->flags & VSPAN_TRACE_FLAG_REMOTE) && top->start < node->start &&
		end < top->end)
		node->parent = &top->planted->node;
	return stack_push(ring, planted, end);
}

static void children_insert(struct node *parent, struct node *node)
{
	struct node **place = &parent->first_child;

	if (parent->last_child && parent->last_child->start <= node->start) {
		parent->last_child->next = node;
		parent->last_child = node;
		return;
	}
	/* A late one; seldom. */
	while (*place && (*place)->start <= node->start)
		place = &(*place)->next;
	node->next = *place;
	*place = node;
	if (!node->next)
		parent->last_child = node;
}

static int place_root(struct woods *woods, struct planted *node)
{
	node->root = node;
	node->state = TREE_GROWING;
	node->tree_end = node->end;
	node->tree_nodes = 1;
	node->tree_open = planted_open(node);
	return heap_push(&woods->growing, node->tree_end, node);
}

static void place_child(struct woods *woods, struct planted *node)
{
	struct planted *root = planted(node->node.parent)->root;

	children_insert(node->node.parent, &node->node);
	node->root = root;
	root->tree_nodes++;
	root->tree_open += planted_open(node);
	if (node->end > root->tree_end)
		root->tree_end = node->end;
	if (root->state == TREE_WINDOW) {
		woods->window_nodes++;
		woods->held--;
	}
}

/* Places one whose parent, if it has any, is placed. */
static int place_one(struct woods *woods, struct planted *node)
{
	node->placed = true;
	if (woods->swept < node->node.start)
		woods->swept = node->node.start;
	if (!node->node.parent)
		return place_root(woods, node);
	place_child(woods, node);
	return 0;
}

/* Whatever waits for a placed span comes into it next, before `then`. Returns the first. */
static struct planted *place_waiting(struct planted *parent, struct planted *then)
{
	struct node *node = &parent->node;
	struct land *land = land_of(node->vcpu->vm);
	struct planted *first = NULL, *last = NULL, *child;

	if (node->type != NODE_SPAN || !land->waiting.count ||
		map_find(&land->spans, node->id) != parent)
		return then;
	while ((child = land_first_waiting(land, node->id)) != NULL) {
		woods_wait_no_more(child);
		child->node.parent = node;
		/* Of another id, it is the nearest that must have been around it. */
		child->node.parent_unknown = child->node.parent_id != node->id;
		parent->named = true;
		if (last)
			last->node.next = &child->node;
		else
			first = child;
		last = child;
	}
	if (!last)
		return then;
	last->node.next = then ? &then->node : NULL;
	return first;
}

/*
 * Places a node, whose parent is found, then those of `next` and so on, which are
 * in it, and all that waits for any of them.
 */
static int place_all(struct woods *woods, struct planted *node)
{
	int status = 0;

	while (node) {
		struct planted *next = node->node.next ? planted(node->node.next) : NULL;

		node->node.next = NULL;
		if (place_one(woods, node) < 0)
			status = -ENOMEM;
		node = place_waiting(node, next);
	}
	return status;
}

/*
 * Parents that are not placed yet, since they wait for their own, come first: the
 * time of what is in them is up. What is met twice on the way up is in a loop,
 * which is cut there.
 */
static int place_below(struct forest *forest, struct planted *node, struct planted *parent)
{
	uint64_t walk = ++forest->woods->walks;
	struct planted *top = node;

	top->node.next = NULL;
	top->walk = walk;
	while (parent && !parent->placed && parent->walk != walk) {
		parent->node.next = &top->node;
		parent->walk = walk;
		parent->turned = true;
		woods_wait_no_more(parent);
		top = parent;
		parent = find_parent(forest, top);
	}
	if (parent && !parent->placed) {
		top->node.parent = NULL;
		top->node.parent_loop = true;
	}
	return place_all(forest->woods, top);
}

int woods_turn(struct forest *forest, struct planted *node)
{
	bool first = !node->turned;
	struct planted *parent;
	int status = 0;

	node->turned = true;
	woods_wait_no_more(node);
	parent = find_parent(forest, node);
	if (first) {
		status = stack_turn(node);
		parent = node->node.parent ? planted(node->node.parent) : NULL;
		if (status == 0 && woods_must_wait(node, parent)) {
			node->node.parent = NULL;
			return woods_wait(forest->woods, node, parent);
		}
	}
	return place_below(forest, node, parent) < 0 ? -ENOMEM : status;
}
