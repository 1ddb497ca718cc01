/* SPDX-License-Identifier: MIT */
/*
 * lanes.h - private to the schedule: how far each ring has been read, and from
 * when on something of it may still come.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_LANES_H
#define VSPAN_TESTS_SOURCE_FOREST_LANES_H

#include "schedule.h"

struct lane {
	const struct story_ring *ring;
	size_t next;      /* record */
	uint64_t read_ts; /* of the latest record read */
	uint64_t watermark;
	size_t *items; /* of the ring, by time */
	size_t item_count, item_capacity;
	size_t low; /* all before have been emitted, or may come late */
};

void schedule_make_lanes(struct schedule *schedule);

/* The lane's watermark by its meaning: everything before has been emitted. */
uint64_t lane_watermark(struct schedule *schedule, struct lane *lane);

static inline struct lane *schedule_lane(struct schedule *schedule, uint32_t vm, uint32_t ring)
{
	struct lane *lane = schedule->lanes;

	for (uint32_t v = 0; v < vm; v++)
		lane += schedule->story->vms[v].ring_count;
	return lane + ring;
}

/* emit.c: the next emission, unless LTTng discards it. */
void schedule_emit(struct schedule *schedule, size_t item, bool own, bool repeated);
/* A new item of the consumer's own; to be filled, then emitted with schedule_emit_own(). */
struct item *schedule_own(
	struct schedule *schedule, enum item_type type, uint32_t vm, uint32_t ring);
void schedule_emit_own(struct schedule *schedule);
void schedule_emit_attach(struct schedule *schedule, uint32_t vm);
void schedule_emit_detach(struct schedule *schedule, uint32_t vm);
void schedule_emit_open(struct schedule *schedule, size_t span);
void schedule_emit_close(struct schedule *schedule, size_t span);
/* What LTTng discarded since the last time. */
void schedule_emit_discarded(struct schedule *schedule);

/* death.c: the consumer dies, and another one goes on. */
void schedule_die(struct schedule *schedule);

#endif /* VSPAN_TESTS_SOURCE_FOREST_LANES_H */
