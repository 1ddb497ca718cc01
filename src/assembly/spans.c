/* SPDX-License-Identifier: MIT */
/* spans.c - the table of open spans. */
#include "spans.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Ids are positions with constant bits above: the low bits spread well. */
static uint32_t spans_bucket(uint64_t id)
{
	return (uint32_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 56) % SPANS_BUCKETS;
}

struct open_span *spans_find(const struct span_table *table, uint64_t id)
{
	struct open_span *span = table->buckets[spans_bucket(id)];

	while (span != NULL && span->id != id)
		span = span->bucket_next;
	return span;
}

bool spans_full(const struct span_table *table)
{
	return table->count >= SPANS_MAX;
}

static void spans_link(struct span_table *table, struct open_span *span)
{
	struct open_span **bucket = &table->buckets[spans_bucket(span->id)];

	span->bucket_next = *bucket;
	*bucket = span;
	span->newer = NULL;
	span->older = table->newest;
	if (table->newest != NULL)
		table->newest->newer = span;
	else
		table->oldest = span;
	table->newest = span;
	span->told = false;
	if (table->untold == NULL)
		table->untold = span;
	span->inner = span->outer = NULL;
	if (!span->stacked)
		return;
	span->outer = table->innermost;
	if (table->innermost != NULL)
		table->innermost->inner = span;
	table->innermost = span;
}

void spans_use_store(struct span_table *table, struct open_span *store)
{
	assert(table->count == 0 && table->unused == NULL);
	table->store = store;
	table->store_used = 0;
}

/* A place for a span: one that was given back, the next of the store, or from the heap. */
static struct open_span *spans_place(struct span_table *table)
{
	struct open_span *span = table->unused;

	if (span != NULL)
		table->unused = span->bucket_next;
	else if (table->store == NULL)
		span = malloc(sizeof(*span));
	else if (table->store_used < SPANS_STORED)
		span = &table->store[table->store_used++];
	return span;
}

struct open_span *spans_open(struct span_table *table, uint64_t id, bool stacked)
{
	struct open_span *span;

	assert(spans_find(table, id) == NULL);
	if (spans_full(table))
		return NULL;
	span = spans_place(table);
	if (span == NULL)
		return NULL;
	/* Never open under the id it had before: that one first, should we die in between. */
	__atomic_store_n(&span->id, id, __ATOMIC_RELEASE);
	__atomic_store_n(&span->closed, 0, __ATOMIC_RELEASE);
	span->stacked = stacked;
	span->returned = false;
	span->frame = 0;
	span->flags = 0;
	span->status = 0;
	spans_link(table, span);
	table->count++;
	return span;
}

void spans_return(struct span_table *table, uint32_t frame)
{
	struct open_span *span = table->innermost;

	for (; span != NULL && (span->returned || span->frame > frame); span = span->outer)
		span->returned = true;
}

static void spans_unlink(struct span_table *table, struct open_span *span)
{
	struct open_span **link = &table->buckets[spans_bucket(span->id)];

	while (*link != span)
		link = &(*link)->bucket_next;
	*link = span->bucket_next;
	if (table->untold == span)
		table->untold = span->newer;
	if (span->older != NULL)
		span->older->newer = span->newer;
	else
		table->oldest = span->newer;
	if (span->newer != NULL)
		span->newer->older = span->older;
	else
		table->newest = span->older;
	if (!span->stacked)
		return;
	if (span->outer != NULL)
		span->outer->inner = span->inner;
	if (span->inner != NULL)
		span->inner->outer = span->outer;
	else
		table->innermost = span->outer;
}

void spans_close(struct span_table *table, struct open_span *span, uint64_t place)
{
	struct open_span **list = table->store != NULL ? &table->limbo : &table->unused;

	spans_unlink(table, span);
	__atomic_store_n(&span->closed, place, __ATOMIC_RELEASE);
	span->bucket_next = *list;
	*list = span;
	table->count--;
}

void spans_commit(struct span_table *table)
{
	struct open_span *span;

	while ((span = table->limbo) != NULL) {
		table->limbo = span->bucket_next;
		span->bucket_next = table->unused;
		table->unused = span;
	}
}

static int span_compare(const void *a, const void *b)
{
	const struct open_span *x = *(struct open_span *const *)a;
	const struct open_span *y = *(struct open_span *const *)b;
	uint64_t left = x->id & VSPAN_ABI_SPAN_POSITION_MASK;
	uint64_t right = y->id & VSPAN_ABI_SPAN_POSITION_MASK;

	return left < right ? -1 : left > right;
}

void spans_restore(struct span_table *table, struct open_span *store,
	bool (*is_open)(void *data, struct open_span *span), void *data)
{
	struct open_span *found[SPANS_STORED];
	uint32_t count = 0;
	uint32_t i;

	spans_use_store(table, store);
	table->store_used = SPANS_STORED;
	for (i = 0; i < SPANS_STORED; i++) {
		if (store[i].id != 0 && count < SPANS_MAX && is_open(data, &store[i])) {
			found[count++] = &store[i];
			continue;
		}
		store[i].id = 0;
		store[i].bucket_next = table->unused;
		table->unused = &store[i];
	}
	qsort(found, count, sizeof(struct open_span *), span_compare);
	for (i = 0; i < count; i++) {
		found[i]->closed = 0;
		/* Who called what is not told across consumers. */
		found[i]->frame = 0;
		found[i]->returned = false;
		spans_link(table, found[i]);
	}
	table->count = count;
}

void spans_leave_store(struct span_table *table)
{
	assert(table->store != NULL);
	memset(table, 0, sizeof(*table));
}

void spans_free(struct span_table *table)
{
	struct open_span *span;

	while (table->newest != NULL)
		spans_close(table, table->newest, 1);
	spans_commit(table);
	while ((span = table->unused) != NULL) {
		table->unused = span->bucket_next;
		if (table->store == NULL)
			free(span);
		else
			span->id = 0;
	}
}
