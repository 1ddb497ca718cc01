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
	span->inner = span->outer = NULL;
	if (!span->stacked)
		return;
	span->outer = table->innermost;
	if (table->innermost != NULL)
		table->innermost->inner = span;
	table->innermost = span;
}

struct open_span *spans_open(struct span_table *table, uint64_t id, bool stacked)
{
	struct open_span *span = table->unused;

	assert(spans_find(table, id) == NULL);
	if (spans_full(table))
		return NULL;
	if (span != NULL)
		table->unused = span->bucket_next;
	else
		span = malloc(sizeof(*span));
	if (span == NULL)
		return NULL;
	span->id = id;
	span->stacked = stacked;
	span->flags = 0;
	span->status = 0;
	spans_link(table, span);
	table->count++;
	return span;
}

static void spans_unlink(struct span_table *table, struct open_span *span)
{
	struct open_span **link = &table->buckets[spans_bucket(span->id)];

	while (*link != span)
		link = &(*link)->bucket_next;
	*link = span->bucket_next;
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

void spans_close(struct span_table *table, struct open_span *span)
{
	spans_unlink(table, span);
	span->bucket_next = table->unused;
	table->unused = span;
	table->count--;
}

void spans_free(struct span_table *table)
{
	struct open_span *span;

	while (table->newest != NULL)
		spans_close(table, table->newest);
	while ((span = table->unused) != NULL) {
		table->unused = span->bucket_next;
		free(span);
	}
}
