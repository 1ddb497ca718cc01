/* SPDX-License-Identifier: MIT */
/*
 * spans.h - the open spans of one ring: found by id, ordered by begin, stacked
 * for implicit parents. Bounded: at SPANS_MAX the oldest is evicted. Used by the
 * consumer's thread alone.
 *
 * With a store (checkpoint.h) the spans lie in memory that outlives the process,
 * and a consumer that takes over finds them there: a closed span says what
 * closed it and keeps its place until that has been committed, so both sides of
 * a commit can be had back.
 */
#ifndef VSPAN_ASSEMBLY_SPANS_H
#define VSPAN_ASSEMBLY_SPANS_H

#include <stdbool.h>
#include <stdint.h>
#include "payload.h"

/* Open spans of a ring at most; about 900 bytes each, allocated as needed. */
#define SPANS_MAX 1024u
#define SPANS_BUCKETS 256u
/* Places in a store: what one batch may close is still held when as many more begin. */
#define SPANS_STORED (SPANS_MAX + 256u)

struct known_site;

struct open_span {
	uint64_t id;     /* 0: a place never used */
	uint64_t closed; /* the place (span_place()) of what closed it, 0: it is open */
	uint64_t parent;
	uint64_t counter;
	uint64_t ts; /* ns */
	const struct known_site *site;
	uint32_t site_id;
	uint32_t flags; /* VSPAN_TRACE_FLAG_* */
	uint32_t frame; /* how many calls its vCPU was in (frames.h) */
	uint8_t status;
	bool stacked;
	bool returned; /* stacked, but the call it began in is over: no parent any more */
	bool told;     /* open, by vspan:open */
	struct payload payload;
	struct open_span *bucket_next;
	struct open_span *older, *newer; /* by begin, all spans */
	struct open_span *outer, *inner; /* stacked ones only */
};

struct span_table {
	struct open_span *buckets[SPANS_BUCKETS];
	struct open_span *oldest, *newest;
	struct open_span *innermost;
	struct open_span *untold; /* the oldest one not told; all older ones are */
	struct open_span *unused; /* free list, by bucket_next */
	struct open_span *limbo;  /* closed, not committed yet; by bucket_next */
	struct open_span *store;  /* SPANS_STORED places, or NULL: from the heap */
	uint32_t store_used;      /* places ever used */
	uint32_t count;
};

/* A ring and a position in it, as one word that is never 0. */
static inline uint64_t span_place(uint32_t ring, uint64_t position)
{
	return (uint64_t)ring << VSPAN_ABI_SPAN_RING_SHIFT |
		((position + 1) & VSPAN_ABI_SPAN_POSITION_MASK);
}

/* Spans begin in the SPANS_STORED places at `store`, which are zeroed; before the first one. */
void spans_use_store(struct span_table *table, struct open_span *store);

/*
 * Finds again what lies in a store another consumer has used: `is_open` says of
 * each span whether it is, and may set its site. Others' places are free.
 */
void spans_restore(struct span_table *table, struct open_span *store,
	bool (*is_open)(void *data, struct open_span *span), void *data);

/* The span with that id, or NULL. */
struct open_span *spans_find(const struct span_table *table, uint64_t id);

/*
 * A new open span, the newest; the caller fills the rest. NULL if the table is
 * full (evict spans_oldest first) or out of memory. `id` must not be open.
 */
struct open_span *spans_open(struct span_table *table, uint64_t id, bool stacked);

/* Removes; `place` is what closed it. With a store its place is kept until spans_commit(). */
void spans_close(struct span_table *table, struct open_span *span, uint64_t place);

/* What has been closed is so for good: its places may be used again. */
void spans_commit(struct span_table *table);

bool spans_full(const struct span_table *table);

/* The innermost stacked span of a call that is not over, NULL: none. */
static inline const struct open_span *spans_innermost(const struct span_table *table)
{
	const struct open_span *span = table->innermost;

	while (span != NULL && span->returned)
		span = span->outer;
	return span;
}

/* Calls deeper than `frame` are over: what is open in them is the parent of nothing more. */
void spans_return(struct span_table *table, uint32_t frame);

/* Leaves a store as it is, for whoever goes on with it. The table is empty. */
void spans_leave_store(struct span_table *table);

/* Forgets every span; frees what came from the heap. The table is empty. */
void spans_free(struct span_table *table);

#endif /* VSPAN_ASSEMBLY_SPANS_H */
