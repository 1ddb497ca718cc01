/* SPDX-License-Identifier: MIT */
/*
 * contexts.c - see contexts.h. A context is the host's time of entry, a span's
 * begin the guest's clock converted: they may be off by the error of that, so a
 * few contexts around the time are looked at for the one with the span's number.
 */
#include "contexts.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Contexts that are looked at before and after the time asked for. */
#define CONTEXTS_AROUND 64u

struct context {
	int64_t time;
	uint64_t span;
	uint64_t trace_id[2];
};

struct context_ring {
	struct context *contexts; /* those kept are from `first` on, in order of time */
	size_t first;
	size_t count;
	size_t capacity;
};

static uint64_t ring_key(uint32_t vm, uint32_t vcpu)
{
	return (uint64_t)vm << 32 | vcpu;
}

static struct context_ring *contexts_ring(struct contexts *contexts, uint64_t key)
{
	struct context_ring *ring = map_find(&contexts->rings, key);

	if (ring)
		return ring;
	ring = calloc(1, sizeof(*ring));
	if (ring && map_insert(&contexts->rings, key, ring) < 0) {
		free(ring);
		return NULL;
	}
	return ring;
}

static void ring_drop_first(struct context_ring *ring)
{
	assert(ring->count > 0);
	ring->first++;
	ring->count--;
}

/* Forgets contexts that were over before `passed`. */
static void ring_prune(struct context_ring *ring, int64_t passed)
{
	while (ring->count > CONTEXTS_AROUND &&
		ring->contexts[ring->first + CONTEXTS_AROUND].time <= passed)
		ring_drop_first(ring);
}

static int ring_make_room(struct context_ring *ring)
{
	size_t capacity = ring->capacity ? ring->capacity * 2 : 16;
	struct context *contexts;

	if (ring->first + ring->count < ring->capacity)
		return 0;
	if (ring->first > ring->count) {
		memcpy(ring->contexts, ring->contexts + ring->first,
			ring->count * sizeof(*ring->contexts));
		ring->first = 0;
		return 0;
	}
	contexts = realloc(ring->contexts, capacity * sizeof(*contexts));
	if (!contexts)
		return -ENOMEM;
	ring->contexts = contexts;
	ring->capacity = capacity;
	return 0;
}

int contexts_take(struct contexts *contexts, const struct record *record)
{
	uint64_t key = ring_key((uint32_t)record_number(record, FIELD_VM),
		(uint32_t)record_number(record, FIELD_VCPU));
	struct context context = {
		.time = record_time(record, FIELD_TS),
		.span = record_number(record, FIELD_SPAN),
		.trace_id = {record_number(record, FIELD_TRACE_HIGH),
			record_number(record, FIELD_TRACE_LOW)},
	};
	struct context_ring *ring;
	size_t at;

	assert(record->kind->role == EVENT_CONTEXT);
	if (!context.span || (!context.trace_id[0] && !context.trace_id[1]))
		return 0;
	ring = contexts_ring(contexts, key);
	if (!ring)
		return -ENOMEM;
	ring_prune(ring, contexts->passed);
	if (ring->count == CONTEXTS_MAX) {
		ring_drop_first(ring);
		contexts->forgotten++;
	}
	if (ring_make_room(ring) < 0)
		return -ENOMEM;
	/* In order as they come, unless the trace was tampered with. */
	at = ring->first + ring->count++;
	while (at > ring->first && ring->contexts[at - 1].time > context.time) {
		ring->contexts[at] = ring->contexts[at - 1];
		at--;
	}
	ring->contexts[at] = context;
	contexts->taken++;
	return 0;
}

void contexts_pass(struct contexts *contexts, int64_t time)
{
	if (time > contexts->passed)
		contexts->passed = time;
}

/* How many contexts there are by `time`. */
static size_t ring_by(const struct context_ring *ring, int64_t time)
{
	size_t low = 0, high = ring->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ring->contexts[ring->first + middle].time <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct context *ring_find(const struct context_ring *ring, uint64_t span, int64_t time)
{
	const struct context *contexts = ring->contexts + ring->first;
	size_t by = ring_by(ring, time);

	for (size_t i = by; i > 0 && by - i < CONTEXTS_AROUND; i--) {
		if (contexts[i - 1].span == span)
			return &contexts[i - 1];
	}
	for (size_t i = by; i < ring->count && i - by < CONTEXTS_AROUND; i++) {
		if (contexts[i].span == span)
			return &contexts[i];
	}
	return NULL;
}

bool contexts_find(const struct contexts *contexts, uint32_t vm, uint32_t vcpu, uint64_t span,
	int64_t time, uint64_t trace_id[2])
{
	const struct context_ring *ring = map_find(&contexts->rings, ring_key(vm, vcpu));
	const struct context *context = ring ? ring_find(ring, span, time) : NULL;

	if (!context)
		return false;
	memcpy(trace_id, context->trace_id, sizeof(context->trace_id));
	return true;
}

static void ring_free(void *value, void *data)
{
	struct context_ring *ring = value;

	(void)data;
	free(ring->contexts);
	free(ring);
}

void contexts_clear(struct contexts *contexts)
{
	map_visit(&contexts->rings, ring_free, NULL);
	map_clear(&contexts->rings);
	*contexts = (struct contexts){0};
}
