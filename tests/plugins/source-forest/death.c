/* SPDX-License-Identifier: MIT */
/*
 * death.c - a consumer dies: the sub-buffer it was writing to cannot be read,
 * so the latest events are gone. Its successor emits again what may be gone, and
 * more, for it cannot know.
 */
#include "lanes.h"

#include <stdlib.h>
#include <string.h>

#define LOST_MOST 30
#define AGAIN_MOST 60

/* Emissions that a dying consumer cannot take with it, or that say it is not the first. */
static bool emission_stays(const struct item *item)
{
	return item->type == ITEM_ATTACH || item->type == ITEM_DETACH ||
		item->type == ITEM_LEDGER || item->type == ITEM_RESUME ||
		item->type == ITEM_NOTICE || item->type == ITEM_FOREIGN ||
		item->type == ITEM_DISCARDED;
}

/* How many of the latest emissions share the sub-buffer and may be gone. */
static size_t schedule_losable(const struct schedule *schedule)
{
	size_t count = 0;

	while (count < schedule->count && count < LOST_MOST) {
		const struct emission *emission = &schedule->emissions[schedule->count - 1 - count];

		if (emission->stream != schedule->emissions[schedule->count - 1].stream ||
			emission_stays(emission_item(schedule, emission)))
			break;
		count++;
	}
	return count;
}

static void emit_again(struct schedule *schedule, const struct emission *emission, bool lost)
{
	const struct item *item = emission_item(schedule, emission);

	if (schedule->detached[item->vm_index])
		return;
	/* What the journal holds; or what a record that is read again makes. */
	if (item->type <= ITEM_LINK || (lost && item->type <= ITEM_EPOCH))
		schedule_emit(schedule, emission->item, emission->own, true);
}

static void schedule_resume(struct schedule *schedule)
{
	const struct story *story = schedule->story;

	for (uint32_t v = 0; v < story->vm_count; v++) {
		if (schedule->detached[v])
			continue;
		schedule_emit_attach(schedule, v);
		for (uint32_t r = 0; r < story->vms[v].ring_count; r++) {
			schedule_own(schedule, ITEM_RESUME, v, r);
			schedule_emit_own(schedule);
		}
	}
}

/* A journal has everything once. */
static bool emitted_again(const struct emission *emissions, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (emissions[i].own == emissions[index].own &&
			emissions[i].item == emissions[index].item)
			return true;
	}
	return false;
}

/* What was told of open spans is in no journal: it is gone, unless it was told before. */
static void forget_told(struct schedule *schedule, const struct item *item)
{
	if (item->type == ITEM_CLOSE)
		schedule->closed[item->of - 1] = false;
	if (item->type != ITEM_OPEN)
		return;
	schedule->told[item->of - 1] = false;
	for (size_t i = 0; i < schedule->count; i++) {
		const struct item *earlier = emission_item(schedule, &schedule->emissions[i]);

		if (earlier->type == ITEM_OPEN && earlier->of == item->of)
			schedule->told[item->of - 1] = true;
	}
}

void schedule_die(struct schedule *schedule)
{
	size_t lost = random_below(&schedule->random, schedule_losable(schedule) + 1);
	size_t again = lost + random_below(&schedule->random, AGAIN_MOST);
	struct emission *emissions;

	if (again > schedule->count)
		again = schedule->count;
	emissions = malloc((again ? again : 1) * sizeof(*emissions));
	if (!emissions)
		abort();
	if (again)
		memcpy(emissions, &schedule->emissions[schedule->count - again],
			again * sizeof(*emissions));
	schedule->count -= lost;
	for (size_t i = again - lost; i < again; i++)
		forget_told(schedule, emission_item(schedule, &emissions[i]));
	/* The successor tells anew of what is open. */
	memset(schedule->excepted, 0, schedule->story->span_count * sizeof(bool));
	schedule->deaths++;
	schedule->stream = (uint8_t)random_below(
		&schedule->random, schedule->story->shape.numbers[SHAPE_STREAMS]);
	schedule_resume(schedule);
	for (size_t i = 0; i < again; i++) {
		if (!emitted_again(emissions, i))
			emit_again(schedule, &emissions[i], i >= again - lost);
	}
	free(emissions);
}
