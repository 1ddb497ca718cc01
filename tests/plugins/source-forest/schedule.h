/* SPDX-License-Identifier: MIT */
/*
 * schedule.h - when a consumer emits the items of a story: how it goes from ring
 * to ring, moves between CPUs, tells watermarks, dies and is followed by another
 * one. Many schedules are possible for one story.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_SCHEDULE_H
#define VSPAN_TESTS_SOURCE_FOREST_SCHEDULE_H

#include "story.h"

#define SCHEDULE_STREAMS_MAX 8

struct emission {
	size_t item; /* of the story, or of the schedule */
	bool own;    /* of the schedule */
	bool repeated;
	uint8_t stream;
	uint64_t at;
};

struct lane;

struct schedule {
	const struct story *story;
	struct random random;
	struct emission *emissions;
	size_t count, capacity;
	struct item *items; /* the consumer's own */
	size_t item_count, item_capacity;
	bool *emitted;  /* by item of the story */
	bool *told;     /* by span: the trace says that it is open */
	bool *closed;   /* by span: the trace says that one told to be open has ended */
	bool *excepted; /* by span: the consumer has told it, and goes on without it */
	uint8_t *waits;
	struct lane *lanes;
	size_t lane_count;
	bool *detached; /* by VM */
	uint64_t round; /* time of the current one */
	uint64_t clock; /* of the latest emission */
	uint64_t deaths;
	uint64_t dropped;     /* by LTTng, not told yet */
	uint64_t all_dropped; /* what LTTng tells, in all */
	bool dropped_unknown;
	uint64_t foreign;
	uint8_t stream;
};

void schedule_make(struct schedule *schedule, const struct story *story);

void schedule_clear(struct schedule *schedule);

static inline const struct item *emission_item(
	const struct schedule *schedule, const struct emission *emission)
{
	return emission->own ? &schedule->items[emission->item]
			     : &schedule->story->items[emission->item];
}

#endif /* VSPAN_TESTS_SOURCE_FOREST_SCHEDULE_H */
