/* SPDX-License-Identifier: MIT */
/*
 * schedule.c - see schedule.h: rounds of a consumer.
 */
#include "schedule.h"

#include "lanes.h"

#include <stdlib.h>

/* Records of a ring that are read before the next ring has its turn. */
#define TURN_MOST 64
/* Percent of rounds in which the consumer is moved to another CPU, or dies. */
#define MOVE_PERCENT 10
#define DEATH_PERCENT 8

static const struct record *lane_record(const struct schedule *schedule, const struct lane *lane)
{
	if (lane->next == lane->ring->record_count)
		return NULL;
	return &schedule->story->records[lane->ring->records[lane->next]];
}

/* Whether it is the last event of a span that was told to be open. */
static bool item_ends_told(const struct schedule *schedule, size_t index)
{
	const struct item *item = &schedule->story->items[index];
	const struct story_span *span;

	if (item->type != ITEM_SPAN && item->type != ITEM_EXIT)
		return false;
	span = &schedule->story->spans[item->of - 1];
	return schedule->excepted[item->of - 1] &&
		index + 1 == (span->exit ? span->exit : span->finished);
}

static void record_read(struct schedule *schedule, struct lane *lane)
{
	const struct story *story = schedule->story;
	const struct record *record = lane_record(schedule, lane);

	lane->next++;
	lane->read_ts = record->ts > lane->read_ts ? record->ts : lane->read_ts;
	for (size_t t = record->first; t; t = story->triggers[t - 1].next) {
		size_t item = story->triggers[t - 1].item;

		if (--schedule->waits[item] > 0)
			continue;
		schedule_emit(schedule, item, false, false);
		if (item_ends_told(schedule, item))
			schedule_emit_close(schedule, story->items[item].of - 1);
	}
}

/* All the VM's records up to a time, ring after ring, but for those of `except`. */
static void vm_read(struct schedule *schedule, const struct lane *except, uint64_t until)
{
	uint32_t vm = except->ring->vm;

	for (uint32_t r = 0; r < schedule->story->vms[vm].ring_count; r++) {
		struct lane *lane = schedule_lane(schedule, vm, r);
		const struct record *record;

		/* A barrier met on the way has its others before it: they are read by now, or next.
		 */
		while (lane != except && (record = lane_record(schedule, lane)) != NULL &&
			record->at < until)
			record_read(schedule, lane);
	}
}

static void lane_read(struct schedule *schedule, struct lane *lane, uint64_t most)
{
	const struct record *record;

	for (uint64_t n = 0; n < most; n++) {
		record = lane_record(schedule, lane);
		if (!record || record->at > schedule->round)
			return;
		if (record->barrier)
			vm_read(schedule, lane, record->at);
		record_read(schedule, lane);
	}
}

/* Spans that have been open for a while. */
static void lane_tell_open(struct schedule *schedule, const struct lane *lane)
{
	const struct story *story = schedule->story;
	uint64_t after = story->shape.numbers[SHAPE_OPEN_AFTER];

	for (size_t i = 0; after && i < story->span_count; i++) {
		const struct story_span *span = &story->spans[i];
		size_t end = span->finished ? span->finished : span->exit;

		if (span->vm != lane->ring->vm || span->ring != lane->ring->number ||
			schedule->excepted[i] || (end && schedule->emitted[end - 1]))
			continue;
		/* Begun, as far as the consumer knows. */
		if (lane->next > 0 && span->begin_record <= lane->ring->records[lane->next - 1] &&
			schedule->round > span->start && schedule->round - span->start > after)
			schedule_emit_open(schedule, i);
	}
}

static void lane_turn(struct schedule *schedule, struct lane *lane)
{
	uint64_t watermark;
	struct item *item;

	if (schedule->detached[lane->ring->vm])
		return;
	lane_read(schedule, lane, 1 + random_below(&schedule->random, TURN_MOST));
	if (random_percent(&schedule->random, 20))
		return;
	lane_tell_open(schedule, lane);
	watermark = lane_watermark(schedule, lane);
	if (watermark <= lane->watermark)
		return;
	lane->watermark = watermark;
	item = schedule_own(schedule, ITEM_WATERMARK, lane->ring->vm, lane->ring->number);
	item->ts = watermark;
	schedule_emit_own(schedule);
}

static void schedule_chatter(struct schedule *schedule)
{
	struct item *item;

	if (random_percent(&schedule->random, 5)) {
		item = schedule_own(schedule, ITEM_FOREIGN, 0, 0);
		item->number = random_next(&schedule->random);
		schedule->foreign++;
		schedule_emit_own(schedule);
	}
}

static void schedule_detach(struct schedule *schedule)
{
	const struct story *story = schedule->story;

	for (uint32_t v = 0; v < story->vm_count; v++) {
		bool done = story->vms[v].detaches && !schedule->detached[v];

		for (uint32_t r = 0; done && r < story->vms[v].ring_count; r++)
			done = !lane_record(schedule, schedule_lane(schedule, v, r));
		if (done)
			schedule_emit_detach(schedule, v);
	}
}

static void schedule_round(struct schedule *schedule)
{
	const uint64_t *numbers = schedule->story->shape.numbers;
	size_t first = random_below(&schedule->random, schedule->lane_count);

	if (random_percent(&schedule->random, MOVE_PERCENT))
		schedule->stream = (uint8_t)random_below(&schedule->random, numbers[SHAPE_STREAMS]);
	for (size_t l = 0; l < schedule->lane_count; l++)
		lane_turn(schedule, &schedule->lanes[(first + l) % schedule->lane_count]);
	schedule_emit_discarded(schedule);
	if (schedule->deaths < numbers[SHAPE_REPEATS] &&
		random_percent(&schedule->random, DEATH_PERCENT))
		schedule_die(schedule);
	schedule_detach(schedule);
	schedule_chatter(schedule);
}

static bool schedule_done(const struct schedule *schedule)
{
	for (size_t l = 0; l < schedule->lane_count; l++) {
		if (lane_record(schedule, &schedule->lanes[l]))
			return false;
	}
	return true;
}

static void schedule_go(struct schedule *schedule)
{
	const struct story *story = schedule->story;
	/* Rounds from much more often than records to much less often. */
	uint64_t most = UINT64_C(1) << (10 + random_below(&schedule->random, 9));

	if (story->record_count > 100000)
		most = 200000;
	while (!schedule_done(schedule)) {
		schedule->round += 1 + random_below(&schedule->random, most);
		schedule_round(schedule);
	}
	/* Until whatever stays open has been told. */
	for (unsigned int i = 0; i < 4; i++) {
		schedule->round += story->shape.numbers[SHAPE_OPEN_AFTER] + 1;
		schedule_round(schedule);
	}
	for (size_t l = 0; l < schedule->lane_count; l++) {
		if (!schedule->detached[schedule->lanes[l].ring->vm])
			lane_tell_open(schedule, &schedule->lanes[l]);
	}
}

static void *schedule_allocate(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		abort();
	return memory;
}

void schedule_make(struct schedule *schedule, const struct story *story)
{
	const uint64_t *numbers = story->shape.numbers;

	*schedule = (struct schedule){
		.story = story,
		.random = {random_mix(numbers[SHAPE_SEED], random_mix(numbers[SHAPE_SCHEDULE], 3))},
		.round = story->vms[0].birth,
		.emitted = schedule_allocate(story->item_count, sizeof(bool)),
		.told = schedule_allocate(story->span_count, sizeof(bool)),
		.closed = schedule_allocate(story->span_count, sizeof(bool)),
		.excepted = schedule_allocate(story->span_count, sizeof(bool)),
		.waits = schedule_allocate(story->item_count, sizeof(uint8_t)),
		.detached = schedule_allocate(story->vm_count, sizeof(bool)),
	};
	for (size_t i = 0; i < story->item_count; i++)
		schedule->waits[i] = story->items[i].waits;
	schedule_make_lanes(schedule);
	for (uint32_t v = 0; v < story->vm_count; v++)
		schedule_emit_attach(schedule, v);
	if (random_mix(numbers[SHAPE_SEED], 4) % 3 == 0) {
		schedule_own(schedule, ITEM_NOTICE, 0, 0)->text = "a quota is used up";
		schedule_emit_own(schedule);
	}
	schedule_go(schedule);
}

void schedule_clear(struct schedule *schedule)
{
	for (size_t l = 0; l < schedule->lane_count; l++)
		free(schedule->lanes[l].items);
	free(schedule->lanes);
	free(schedule->emissions);
	free(schedule->items);
	free(schedule->emitted);
	free(schedule->told);
	free(schedule->closed);
	free(schedule->excepted);
	free(schedule->waits);
	free(schedule->detached);
	*schedule = (struct schedule){.count = 0};
}
