/* SPDX-License-Identifier: MIT */
/*
 * heap.h - nodes by time, earliest first. Ties go by what is the same in every
 * reading of a trace, never by arrival.
 */
#ifndef VSPAN_PLUGINS_MODEL_HEAP_H
#define VSPAN_PLUGINS_MODEL_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct planted;

struct heap_entry {
	int64_t time;
	struct planted *planted;
};

/* A binary heap. All zeroes is an empty one. */
struct heap {
	struct heap_entry *entries;
	size_t count;
	size_t capacity;
};

/* Returns 0 or -ENOMEM. */
int heap_push(struct heap *heap, int64_t time, struct planted *planted);

/* The earliest; there must be one. */
static inline const struct heap_entry *heap_first(const struct heap *heap)
{
	return &heap->entries[0];
}

/* Takes the earliest out; there must be one. */
struct heap_entry heap_pop(struct heap *heap);

void heap_clear(struct heap *heap);

#endif /* VSPAN_PLUGINS_MODEL_HEAP_H */
