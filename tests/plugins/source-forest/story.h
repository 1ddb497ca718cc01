/* SPDX-License-Identifier: MIT */
/*
 * story.h - what happened in the guests of a random forest, record by record,
 * and what a consumer makes of each record: the items it emits. In which order
 * rings are drained, and thereby when items come out, is schedule.h's; what they
 * say does not depend on it.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_STORY_H
#define VSPAN_TESTS_SOURCE_FOREST_STORY_H

#include "random.h"
#include "shape.h"
#include "sites.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most that are open on a vCPU; the consumer's table has as many. */
#define STORY_TABLE_MAX 1024

enum item_type {
	/* Of records. */
	ITEM_SPAN,
	ITEM_ENTRY,
	ITEM_EXIT,
	ITEM_POINT,
	ITEM_LOST,
	ITEM_MESSAGE,
	ITEM_LINK,
	ITEM_CONTEXT,
	ITEM_VCPU_ENTER,
	ITEM_VCPU_EXIT,
	ITEM_VCPU_HALT,
	ITEM_EPOCH,
	/* Of the consumer (schedule.c). */
	ITEM_ATTACH,
	ITEM_DETACH,
	ITEM_CLOCK,
	ITEM_WATERMARK,
	ITEM_OPEN,
	ITEM_CLOSE,
	ITEM_RESUME,
	ITEM_NOTICE,
	ITEM_LEDGER,
	ITEM_FOREIGN,   /* of somebody else */
	ITEM_DISCARDED, /* LTTng discarded `count` events, 0: it does not say how many */
	ITEM_TYPES,
};

/* One event to be, with the fields of trace.h. */
struct item {
	enum item_type type;
	uint32_t vm_index;
	uint32_t ring; /* the ring it belongs to */
	uint64_t vm;   /* number */
	uint64_t vcpu;
	uint64_t span;
	uint64_t parent;
	uint64_t tsc;
	uint64_t ts; /* of a loss, its first time */
	uint64_t ts_last;
	uint64_t duration;
	uint64_t status;
	uint64_t kind;
	uint64_t flags;
	uint64_t count;
	uint64_t reason;
	uint64_t linked;
	uint64_t trace[2]; /* high, low; of an attach, the identity */
	uint64_t position;
	uint64_t number;    /* epoch, rings, error_ns, hz: whatever the type has one of */
	uint64_t ledger[7]; /* attempted .. in_ring */
	const char *text;
	size_t site;
	uint64_t value; /* of the site's fields (sites.h) */
	size_t of;      /* span it tells of, or that a point or loss is in: index + 1 */
	bool dropped;   /* LTTng discards it */
	uint8_t waits;  /* records that have to be read before */
};

/* A span as the consumer came to know it. */
struct story_span {
	uint32_t vm;
	uint32_t ring;
	uint64_t id;
	uint64_t parent_id;
	size_t parent; /* index + 1; 0: none, or nobody knows */
	size_t site;
	uint64_t entry_value;
	uint64_t value; /* of the fields at the end */
	uint64_t tsc;
	uint64_t start;
	uint64_t end;
	uint64_t begin_flags;
	uint64_t flags;
	uint64_t status;
	size_t begin_record;
	size_t finished, entry, exit; /* items, index + 1 */
	bool stacked;
	bool kept; /* its guest will not end it */
	bool ended;
};

/* A record of a ring, and what it makes the consumer emit: a list of triggers. */
struct record {
	uint32_t vm;
	uint32_t ring;
	uint64_t at; /* when it was written, in truth */
	uint64_t ts; /* by its counter, after repair */
	size_t first, last;
	bool barrier; /* the VM's other rings are drained before */
};

struct trigger {
	size_t item;
	size_t next; /* index + 1 */
};

struct story_ring {
	uint32_t vm;
	uint32_t number;
	size_t *records;
	size_t record_count, record_capacity;
	uint64_t attempted, discarded, torn;
	bool improper; /* its spans are not nested, or not as their times say */
	/* While the story is made: */
	size_t open[STORY_TABLE_MAX]; /* spans, by begin */
	size_t open_count;
	uint64_t last_ts;
	uint64_t epoch;
	uint64_t position;
	uint64_t gap_first, gap_last, gap_count;
	size_t context; /* span the host entered it with, index + 1 */
	uint64_t context_id;
	bool away; /* not in the guest */
};

struct story_vm {
	uint64_t number;
	char name[24];
	struct story_ring *rings;
	uint32_t ring_count;
	uint64_t offset; /* positions begin here, so that ids of VMs differ */
	uint64_t birth;
	bool detaches;
};

struct story {
	struct shape shape;
	struct random random;
	uint64_t now;
	uint64_t begun;
	struct story_vm *vms;
	size_t vm_count;
	struct story_span *spans;
	size_t span_count, span_capacity;
	struct item *items;
	size_t item_count, item_capacity;
	struct record *records;
	size_t record_count, record_capacity;
	struct trigger *triggers;
	size_t trigger_count, trigger_capacity;
};

/* Makes it up. Memory that runs out ends the process: it is a test's. */
void story_make(struct story *story, const struct shape *shape);

void story_clear(struct story *story);

/* Room for one more element of an array. */
void *story_grow(void *array, size_t count, size_t *capacity, size_t size);

#endif /* VSPAN_TESTS_SOURCE_FOREST_STORY_H */
