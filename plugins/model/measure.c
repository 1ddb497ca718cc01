/* SPDX-License-Identifier: MIT */
/*
 * measure.c - what is worked out of a tree when it is complete: self time, and
 * how the vCPU was occupied while a span was open.
 */
#include "woods.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Transitions of a vCPU that are kept; spans that ended before them have no split. */
#define TRANSITIONS_MAX (1u << 20)

static void transitions_forget(struct ring *ring)
{
	size_t kept = ring->transition_count / 2;

	memmove(ring->transitions, ring->transitions + ring->transition_count - kept,
		kept * sizeof(*ring->transitions));
	ring->transition_count = kept;
	ring->transitions_cut = true;
}

static int transitions_grow(struct ring *ring)
{
	size_t capacity = ring->transition_capacity ? ring->transition_capacity * 2 : 64;
	struct transition *grown;

	if (ring->transition_count < ring->transition_capacity)
		return 0;
	if (ring->transition_count >= TRANSITIONS_MAX) {
		transitions_forget(ring);
		return 0;
	}
	grown = realloc(ring->transitions, capacity * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	ring->transitions = grown;
	ring->transition_capacity = capacity;
	return 0;
}

int ring_transition(struct ring *ring, enum occupancy state, int64_t time)
{
	struct transition next = {.time = time, .state = state};

	if (transitions_grow(ring) < 0)
		return -ENOMEM;
	if (ring->transition_count) {
		const struct transition *last = &ring->transitions[ring->transition_count - 1];

		/* A clock that goes back gives nothing away twice. */
		if (time < last->time)
			next.time = last->time;
		memcpy(next.before, last->before, sizeof(next.before));
		next.before[last->state] += (uint64_t)next.time - (uint64_t)last->time;
	}
	ring->transitions[ring->transition_count++] = next;
	return 0;
}

/* The last transition not after `time`; NULL: none. */
static const struct transition *ring_at(const struct ring *ring, int64_t time)
{
	size_t low = 0, high = ring->transition_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ring->transitions[middle].time <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &ring->transitions[low - 1] : NULL;
}

/*
 * What the vCPU had done by `time` since the first transition, in *occupied; time
 * before the first one is not in it. False if that was forgotten.
 */
static bool ring_occupied(const struct ring *ring, int64_t time, uint64_t occupied[OCCUPANCIES])
{
	const struct transition *at = ring_at(ring, time);

	memset(occupied, 0, OCCUPANCIES * sizeof(*occupied));
	if (!at)
		return !ring->transitions_cut;
	memcpy(occupied, at->before, sizeof(at->before));
	occupied[at->state] += (uint64_t)time - (uint64_t)at->time;
	return true;
}

/* Whatever is neither host nor halt is the guest, as far as anybody told. */
static void span_measure_occupied(struct node *span)
{
	const struct ring *ring = ring_of(span->vcpu);
	uint64_t before[OCCUPANCIES], after[OCCUPANCIES];
	uint64_t away = 0;

	memset(span->occupied, 0, sizeof(span->occupied));
	if (ring->transition_count == 0) {
		span->occupied[OCCUPANCY_RUNNING] = span->duration;
		return;
	}
	if (!ring_occupied(ring, span->start, before) ||
		!ring_occupied(ring, node_end(span), after))
		return;
	for (unsigned int o = OCCUPANCY_RUNNING + 1; o < OCCUPANCIES; o++) {
		span->occupied[o] = after[o] - before[o];
		away += span->occupied[o];
	}
	span->occupied[OCCUPANCY_RUNNING] = span->duration > away ? span->duration - away : 0;
}

/* How much of a span is covered by children so far. */
struct cover {
	uint64_t ns;
	int64_t end; /* of what is covered */
};

/* Children come in order of start. What lies beyond `until` is not the span's. */
static void cover_add(struct cover *cover, const struct node *child, int64_t until)
{
	int64_t start = child->start, end = node_end(child);

	if (child->type != NODE_SPAN)
		return;
	if (start < cover->end)
		start = cover->end;
	if (end > until)
		end = until;
	if (end <= start)
		return;
	cover->ns += (uint64_t)end - (uint64_t)start;
	cover->end = end;
}

static struct cover cover_begin(const struct planted *span)
{
	if (span->node.parts == 0)
		return (struct cover){.end = span->node.start};
	return (struct cover){.ns = span->covered, .end = span->covered_end};
}

void node_cover_part(struct planted *parent, const struct node *child)
{
	struct cover cover = cover_begin(parent);

	cover_add(&cover, child, INT64_MAX);
	parent->covered = cover.ns;
	parent->covered_end = cover.end;
	parent->node.parts++;
}

static void span_measure_self(struct node *span)
{
	struct cover cover = cover_begin(planted(span));
	int64_t end = node_end(span);

	for (const struct node *child = span->first_child; child; child = child->next)
		cover_add(&cover, child, end);
	span->self = span->duration > cover.ns ? span->duration - cover.ns : 0;
}

void tree_measure(struct node *root)
{
	uint64_t depth = 0;

	for (struct node *node = root; node; node = node_next(root, node, true, &depth)) {
		if (node->type != NODE_SPAN)
			continue;
		if (node->source < SOURCE_EDGES) {
			node->self = 0;
			continue;
		}
		span_measure_self(node);
		span_measure_occupied(node);
	}
}
