/* SPDX-License-Identifier: MIT */
/*
 * lanes.c - see lanes.h.
 */
#include "lanes.h"

#include <stdlib.h>

static const struct story *sorted_story;

/* An open span holds the watermark back at its begin, whatever events it gives. */
static uint64_t item_time(const struct story *story, size_t index)
{
	const struct item *item = &story->items[index];

	return item->type == ITEM_EXIT ? story->spans[item->of - 1].start : item->ts;
}

static int item_compare(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	uint64_t s = item_time(sorted_story, x), t = item_time(sorted_story, y);

	if (s != t)
		return s < t ? -1 : 1;
	return x < y ? -1 : x > y;
}

void schedule_make_lanes(struct schedule *schedule)
{
	const struct story *story = schedule->story;

	for (size_t v = 0; v < story->vm_count; v++)
		schedule->lane_count += story->vms[v].ring_count;
	schedule->lanes = calloc(schedule->lane_count, sizeof(*schedule->lanes));
	if (!schedule->lanes)
		abort();
	for (size_t v = 0; v < story->vm_count; v++) {
		for (uint32_t r = 0; r < story->vms[v].ring_count; r++)
			schedule_lane(schedule, (uint32_t)v, r)->ring = &story->vms[v].rings[r];
	}
	for (size_t i = 0; i < story->item_count; i++) {
		const struct item *item = &story->items[i];
		struct lane *lane = schedule_lane(schedule, item->vm_index, item->ring);

		lane->items = story_grow(
			lane->items, lane->item_count, &lane->item_capacity, sizeof(*lane->items));
		lane->items[lane->item_count++] = i;
	}
	sorted_story = story;
	for (size_t l = 0; l < schedule->lane_count; l++) {
		struct lane *lane = &schedule->lanes[l];

		if (lane->item_count)
			qsort(lane->items, lane->item_count, sizeof(*lane->items), item_compare);
	}
}

/* A span that was told while it is open may come whenever it ends. */
static bool item_excepted(const struct schedule *schedule, const struct item *item)
{
	return (item->type == ITEM_SPAN || item->type == ITEM_EXIT) &&
		schedule->excepted[item->of - 1];
}

uint64_t lane_watermark(struct schedule *schedule, struct lane *lane)
{
	const struct story *story = schedule->story;
	const struct story_ring *ring = lane->ring;
	uint64_t progress = lane->read_ts;
	size_t i;

	while (lane->low < lane->item_count &&
		(schedule->emitted[lane->items[lane->low]] ||
			item_excepted(schedule, &story->items[lane->items[lane->low]])))
		lane->low++;
	if (lane->next == ring->record_count ||
		story->records[ring->records[lane->next]].at > schedule->round)
		progress = progress > schedule->round ? progress : schedule->round;
	if (lane->low < lane->item_count) {
		uint64_t first = item_time(story, lane->items[lane->low]);

		progress = progress < first ? progress : first;
	}
	/* A span that never ends has no item, but may have. */
	for (i = 0; i < story->span_count; i++) {
		const struct story_span *span = &story->spans[i];

		if (span->vm == ring->vm && span->ring == ring->number && !span->ended &&
			!schedule->excepted[i] && span->start < progress)
			progress = span->start;
	}
	return progress;
}
