/* SPDX-License-Identifier: MIT */
/*
 * spans.h - the open spans of one ring: found by id, ordered by begin, stacked
 * for implicit parents. Bounded: at SPANS_MAX the oldest is evicted. Used by the
 * consumer's thread alone.
 */
#ifndef VSPAN_CONSUMER_SPANS_H
#define VSPAN_CONSUMER_SPANS_H

#include <stdbool.h>
#include <stdint.h>
#include "payload.h"

/* Open spans of a ring at most; about 900 bytes each, allocated as needed. */
#define SPANS_MAX 1024u
#define SPANS_BUCKETS 256u

struct known_site;

struct open_span {
	uint64_t id;
	uint64_t parent;
	uint64_t counter;
	uint64_t ts; /* ns */
	const struct known_site *site;
	uint32_t flags; /* VSPAN_TRACE_FLAG_* */
	uint8_t status;
	bool stacked;
	struct payload payload;
	struct open_span *bucket_next;
	struct open_span *older, *newer; /* by begin, all spans */
	struct open_span *outer, *inner; /* stacked ones only */
};

struct span_table {
	struct open_span *buckets[SPANS_BUCKETS];
	struct open_span *oldest, *newest;
	struct open_span *innermost;
	struct open_span *unused; /* free list, by bucket_next */
	uint32_t count;
};

/* The span with that id, or NULL. */
struct open_span *spans_find(const struct span_table *table, uint64_t id);

/*
 * A new open span, the newest; the caller fills the rest. NULL if the table is
 * full (evict spans_oldest first) or out of memory. `id` must not be open.
 */
struct open_span *spans_open(struct span_table *table, uint64_t id, bool stacked);

/* Removes and recycles. */
void spans_close(struct span_table *table, struct open_span *span);

bool spans_full(const struct span_table *table);

/* Frees everything; the table is empty. */
void spans_free(struct span_table *table);

#endif /* VSPAN_CONSUMER_SPANS_H */
