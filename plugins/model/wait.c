/* SPDX-License-Identifier: MIT */
/*
 * wait.c - what has to wait for its parent. A span that was given its parent, or
 * an event, may be of another vCPU than that, and the clocks of two vCPUs are not
 * the same to the nanosecond: its parent may claim to have begun later. It waits
 * for its parent's turn, FOREST_SLACK at most, whether that is known by then or
 * not, so that where it is shown does not depend on the order of arrival.
 */
#include "woods.h"

#include "units.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <vspan/trace.h>

/* Whoever waits for one span, in the order of their turns. */
struct waiters {
	struct land *land; /* the span's */
	uint64_t span;
	struct planted *first;
	struct planted *last;
};

/*
 * Whether what its parent is was not decided by its vCPU's stack. What is on one
 * began after what it is in, by the same clock.
 */
static bool parent_given(const struct node *node)
{
	return node->type != NODE_SPAN || (node->flags & VSPAN_TRACE_FLAG_DETACHED);
}

bool woods_must_wait(const struct planted *child, const struct planted *parent)
{
	const struct node *node = &child->node;

	/* Of an end alone nobody knows the turn: it is where its first child is. */
	if (parent)
		return !parent->placed && parent->node.source != SOURCE_EXIT;
	return node->parent_id && parent_given(node) && !(node->flags & VSPAN_TRACE_FLAG_REMOTE);
}

/*
 * A ring's losses may be summed up at its end and begin long before the span that
 * was open then. Both are of one ring, which told them in one order.
 */
static int64_t wait_end(const struct planted *child)
{
	const struct node *node = &child->node;
	const struct planted *parent = node->type == NODE_LOST
		? map_find(&land_of(node->vcpu->vm)->spans, node->parent_id)
		: NULL;
	int64_t start =
		parent && parent->node.start > node->start ? parent->node.start : node->start;

	return units_add(start, FOREST_SLACK);
}

static struct waiters *land_waiters(struct land *land, uint64_t span)
{
	struct waiters *waiters = map_find(&land->waiting, span);

	if (waiters)
		return waiters;
	waiters = calloc(1, sizeof(*waiters));
	if (!waiters)
		return NULL;
	*waiters = (struct waiters){.land = land, .span = span};
	if (map_insert(&land->waiting, span, waiters) < 0) {
		free(waiters);
		return NULL;
	}
	return waiters;
}

int woods_wait(struct woods *woods, struct planted *child, const struct planted *parent)
{
	struct vm *vm = parent ? parent->node.vcpu->vm : child->node.vcpu->vm;
	struct waiters *waiters;

	assert(!child->placed && !child->waits);
	if (heap_push(&woods->pending, wait_end(child), child) < 0)
		return -ENOMEM;
	child->pending = true;
	waiters = land_waiters(land_of(vm), parent ? parent->node.id : child->node.parent_id);
	if (!waiters)
		return -ENOMEM;
	child->waits = waiters;
	child->wait_next = NULL;
	child->wait_previous = waiters->last;
	if (waiters->last)
		waiters->last->wait_next = child;
	else
		waiters->first = child;
	waiters->last = child;
	return 0;
}

void woods_wait_no_more(struct planted *child)
{
	struct waiters *waiters = child->waits;

	if (!waiters)
		return;
	if (child->wait_previous)
		child->wait_previous->wait_next = child->wait_next;
	else
		waiters->first = child->wait_next;
	if (child->wait_next)
		child->wait_next->wait_previous = child->wait_previous;
	else
		waiters->last = child->wait_previous;
	child->waits = NULL;
	if (waiters->first)
		return;
	map_remove(&waiters->land->waiting, waiters->span);
	free(waiters);
}

struct planted *land_first_waiting(const struct land *land, uint64_t id)
{
	const struct waiters *waiters = land->waiting.count ? map_find(&land->waiting, id) : NULL;

	return waiters ? waiters->first : NULL;
}

static void visit_waiters(void *value, void *data)
{
	(void)data;
	free(value);
}

void land_clear_waiting(struct land *land)
{
	map_visit(&land->waiting, visit_waiters, NULL);
	map_clear(&land->waiting);
}
