/* SPDX-License-Identifier: MIT */
/*
 * shape.c - see shape.h. Most trouble is absent from most forests, so that what
 * a kind of trouble does alone is seen as well as all kinds together.
 */
#include "shape.h"

#include "random.h"
#include "schedule.h"

#include <errno.h>

const char *const shape_names[SHAPE_NUMBERS] = {
	[SHAPE_SEED] = "seed",
	[SHAPE_SCHEDULE] = "schedule",
	[SHAPE_VMS] = "vms",
	[SHAPE_VCPUS] = "vcpus",
	[SHAPE_SPANS] = "spans",
	[SHAPE_DEPTH] = "depth",
	[SHAPE_LOSS] = "loss",
	[SHAPE_GAPS] = "gaps",
	[SHAPE_ABORTS] = "aborts",
	[SHAPE_MIGRATION] = "migration",
	[SHAPE_OVERLAP] = "overlap",
	[SHAPE_EDGES] = "edges",
	[SHAPE_REPEATS] = "repeats",
	[SHAPE_LONG_OPEN] = "long-open",
	[SHAPE_OPEN_AFTER] = "open-after",
	[SHAPE_DISCARDS] = "discards",
	[SHAPE_CLOCK] = "clock",
	[SHAPE_INTERRUPTS] = "interrupts",
	[SHAPE_REMOTE] = "remote",
	[SHAPE_POINTS] = "points",
	[SHAPE_NOTES] = "notes",
	[SHAPE_OCCUPANCY] = "occupancy",
	[SHAPE_TABLE] = "table",
	[SHAPE_STREAMS] = "streams",
	[SHAPE_AGAIN] = "again",
	[SHAPE_BATCH] = "batch",
	[SHAPE_TIMES] = "times",
};

/* Trouble of up to `most` in one of `one_in` forests. */
static void shape_maybe(struct shape *shape, enum shape_number number, struct random *random,
	uint64_t one_in, uint64_t most)
{
	uint64_t amount = 1 + random_below(random, most);

	shape->numbers[number] = random_below(random, one_in) == 0 ? amount : 0;
}

struct shape shape_plain(uint64_t seed)
{
	return (struct shape){
		.numbers =
			{
				[SHAPE_SEED] = seed,
				[SHAPE_VMS] = 1,
				[SHAPE_VCPUS] = 2,
				[SHAPE_SPANS] = 200,
				[SHAPE_DEPTH] = 8,
				[SHAPE_POINTS] = 10,
				[SHAPE_TABLE] = 1024,
				[SHAPE_STREAMS] = 1,
				[SHAPE_BATCH] = 15,
				[SHAPE_TIMES] = 1,
			},
	};
}

struct shape shape_draw(uint64_t seed)
{
	struct random random = {random_mix(seed, 1)};
	struct shape shape = shape_plain(seed);
	uint64_t *numbers = shape.numbers;

	numbers[SHAPE_VMS] = 1 + random_below(&random, 3);
	numbers[SHAPE_VCPUS] = 1 + random_below(&random, 4);
	numbers[SHAPE_SPANS] = 1 + random_below(&random, 300);
	numbers[SHAPE_DEPTH] = 1 + random_below(&random, 12);
	shape_maybe(&shape, SHAPE_LOSS, &random, 3, 15);
	shape_maybe(&shape, SHAPE_GAPS, &random, 5, 10);
	shape_maybe(&shape, SHAPE_ABORTS, &random, 4, 20);
	shape_maybe(&shape, SHAPE_MIGRATION, &random, 2, 40);
	shape_maybe(&shape, SHAPE_OVERLAP, &random, 3, 40);
	shape_maybe(&shape, SHAPE_EDGES, &random, 2, EDGES_ONLY);
	shape_maybe(&shape, SHAPE_REPEATS, &random, 4, 3);
	shape_maybe(&shape, SHAPE_LONG_OPEN, &random, 3, 10);
	shape_maybe(&shape, SHAPE_OPEN_AFTER, &random, 2, 50000);
	shape_maybe(&shape, SHAPE_DISCARDS, &random, 4, 200);
	shape_maybe(&shape, SHAPE_CLOCK, &random, 5, 30);
	shape_maybe(&shape, SHAPE_INTERRUPTS, &random, 3, 20);
	shape_maybe(&shape, SHAPE_REMOTE, &random, 2, 20);
	shape_maybe(&shape, SHAPE_POINTS, &random, 1, 30);
	shape_maybe(&shape, SHAPE_NOTES, &random, 2, 20);
	shape_maybe(&shape, SHAPE_OCCUPANCY, &random, 3, 20);
	/* Whether a span is in another VM's, while either is open, is not known before the end. */
	if (numbers[SHAPE_REMOTE])
		numbers[SHAPE_OPEN_AFTER] = 0;
	if (random_below(&random, 5) == 0)
		numbers[SHAPE_TABLE] = 2 + random_below(&random, 6);
	numbers[SHAPE_STREAMS] = 1 + random_below(&random, 4);
	shape_maybe(&shape, SHAPE_AGAIN, &random, 3, 20);
	numbers[SHAPE_BATCH] = 1 + random_below(&random, 15);
	return shape;
}

int shape_check(const struct shape *shape)
{
	static const enum shape_number needed[] = {
		SHAPE_VMS, SHAPE_VCPUS, SHAPE_SPANS, SHAPE_TABLE, SHAPE_STREAMS, SHAPE_BATCH};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (shape->numbers[needed[i]] == 0)
			return -EINVAL;
	}
	if (shape->numbers[SHAPE_STREAMS] > SCHEDULE_STREAMS_MAX ||
		shape->numbers[SHAPE_TABLE] > STORY_TABLE_MAX ||
		shape->numbers[SHAPE_EDGES] > EDGES_ONLY)
		return -EINVAL;
	return 0;
}
