/* SPDX-License-Identifier: MIT */
/*
 * heap.c - see heap.h.
 */
#include "heap.h"

#include "woods.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Of nodes with one time: spans, then events, then losses, by id, which grows in order of starts.
 */
static bool planted_before(const struct planted *a, const struct planted *b)
{
	const struct node *x = &a->node, *y = &b->node;

	if (x->start != y->start)
		return x->start < y->start;
	if (x->type != y->type)
		return x->type < y->type;
	if (x->id != y->id)
		return x->id < y->id;
	if (x->vcpu->vm != y->vcpu->vm)
		return x->vcpu->vm->number < y->vcpu->vm->number;
	if (x->vcpu != y->vcpu)
		return x->vcpu->number < y->vcpu->number;
	return a->order < b->order;
}

static bool entry_before(const struct heap_entry *x, const struct heap_entry *y)
{
	if (x->time != y->time)
		return x->time < y->time;
	return planted_before(x->planted, y->planted);
}

int heap_push(struct heap *heap, int64_t time, struct planted *planted)
{
	const struct heap_entry entry = {.time = time, .planted = planted};
	size_t i = heap->count;

	if (heap->count == heap->capacity) {
		size_t capacity = heap->capacity ? heap->capacity * 2 : 64;
		struct heap_entry *grown = realloc(heap->entries, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		heap->entries = grown;
		heap->capacity = capacity;
	}
	heap->count++;
	while (i > 0 && entry_before(&entry, &heap->entries[(i - 1) / 2])) {
		heap->entries[i] = heap->entries[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap->entries[i] = entry;
	return 0;
}

struct heap_entry heap_pop(struct heap *heap)
{
	struct heap_entry first, last;
	size_t i = 0;

	assert(heap->count > 0);
	first = heap->entries[0];
	last = heap->entries[--heap->count];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
			entry_before(&heap->entries[child + 1], &heap->entries[child]))
			child++;
		if (!entry_before(&heap->entries[child], &last))
			break;
		heap->entries[i] = heap->entries[child];
		i = child;
	}
	if (heap->count > 0)
		heap->entries[i] = last;
	return first;
}

void heap_clear(struct heap *heap)
{
	free(heap->entries);
	*heap = (struct heap){0};
}
