/* SPDX-License-Identifier: MIT */
/*
 * contexts.c - see contexts.h. A context is the host's time of entry, a span's
 * begin the guest's clock converted: they may be off by the error of that. A span's
 * id has its position, which tells exactly what applied; of what has none, contexts
 * around the time are looked at for the one with the span's number.
 */
#include "contexts.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/abi.h>

/* Contexts that are looked at before and after the time asked for. */
#define CONTEXTS_AROUND 64u
/* ...to find the one that applied at a position. */
#define CONTEXTS_WALKED 4096u

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
		.position = record_number(record, FIELD_POSITION),
		.host_vm = (uint32_t)record_number(record, FIELD_HOST_VM),
	};
	struct context_ring *ring;
	size_t at;

	assert(record->kind->role == EVENT_CONTEXT);
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

/* What applied when the span with that id began; `by`: as far as times tell. */
static const struct context *ring_at(const struct context_ring *ring, uint64_t id, size_t by)
{
	const struct context *contexts = ring->contexts + ring->first;
	const uint64_t position = (id & VSPAN_ABI_SPAN_POSITION_MASK) - 1;
	size_t walked = 0;

	while (by < ring->count && contexts[by].position <= position && walked++ < CONTEXTS_WALKED)
		by++;
	while (by > 0 && contexts[by - 1].position > position && walked++ < CONTEXTS_WALKED)
		by--;
	return by > 0 ? &contexts[by - 1] : NULL;
}

static const struct context *ring_near(const struct context_ring *ring, uint64_t span, size_t by)
{
	const struct context *contexts = ring->contexts + ring->first;

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

const struct context *contexts_find(const struct contexts *contexts, uint32_t vm, uint32_t vcpu,
	uint64_t span, int64_t time, uint64_t child)
{
	const struct context_ring *ring = map_find(&contexts->rings, ring_key(vm, vcpu));
	const struct context *context;
	size_t by;

	if (!ring || ring->count == 0)
		return NULL;
	by = ring_by(ring, time);
	context = child ? ring_at(ring, child, by) : NULL;
	return context && context->span == span ? context : ring_near(ring, span, by);
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
