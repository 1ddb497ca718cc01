/* SPDX-License-Identifier: MIT */
/*
 * emit.c - see lanes.h: emissions in their order, and the consumer's own items.
 */
#include "lanes.h"

#include <vspan/trace.h>

void schedule_emit(struct schedule *schedule, size_t item, bool own, bool repeated)
{
	const struct story *story = schedule->story;

	schedule->clock = schedule->clock < schedule->round ? schedule->round : schedule->clock;
	schedule->clock += 1 + random_below(&schedule->random, 20);
	if (!own)
		schedule->emitted[item] = true;
	if (!own && story->items[item].dropped) {
		if (!repeated)
			schedule->dropped++;
		return;
	}
	schedule->emissions = story_grow(schedule->emissions, schedule->count, &schedule->capacity,
		sizeof(*schedule->emissions));
	schedule->emissions[schedule->count++] = (struct emission){
		.item = item,
		.own = own,
		.repeated = repeated,
		.stream = schedule->stream,
		.at = schedule->clock,
	};
}

struct item *schedule_own(
	struct schedule *schedule, enum item_type type, uint32_t vm, uint32_t ring)
{
	struct item *item;

	schedule->items = story_grow(schedule->items, schedule->item_count,
		&schedule->item_capacity, sizeof(*schedule->items));
	item = &schedule->items[schedule->item_count++];
	*item = (struct item){
		.type = type,
		.vm_index = vm,
		.ring = ring,
		.vm = schedule->story->vms[vm].number,
		.vcpu = ring,
		.ts = schedule->round,
		.tsc = schedule->round * 3,
	};
	return item;
}

void schedule_emit_own(struct schedule *schedule)
{
	schedule_emit(schedule, schedule->item_count - 1, true, false);
}

void schedule_emit_attach(struct schedule *schedule, uint32_t v)
{
	const struct story_vm *vm = &schedule->story->vms[v];
	struct item *item = schedule_own(schedule, ITEM_ATTACH, v, 0);

	item->number = vm->ring_count;
	item->text = vm->name;
	item->trace[0] = vm->number * UINT64_C(0x100000001);
	item->trace[1] = vm->number;
	schedule_emit_own(schedule);
	for (uint32_t r = 0; r < vm->ring_count; r++) {
		schedule_own(schedule, ITEM_EPOCH, v, r)->number = 1;
		schedule_emit_own(schedule);
		schedule_own(schedule, ITEM_CLOCK, v, r)->number = 40;
		schedule_emit_own(schedule);
	}
}

void schedule_emit_detach(struct schedule *schedule, uint32_t v)
{
	const struct story_vm *vm = &schedule->story->vms[v];

	for (uint32_t r = 0; r < vm->ring_count; r++) {
		const struct story_ring *ring = &vm->rings[r];
		struct item *item = schedule_own(schedule, ITEM_LEDGER, v, r);

		item->number = ring->epoch;
		item->ledger[0] = ring->attempted;
		item->ledger[1] = ring->attempted - ring->discarded - ring->torn;
		item->ledger[2] = ring->discarded;
		item->ledger[4] = ring->torn;
		schedule_emit_own(schedule);
	}
	schedule_own(schedule, ITEM_DETACH, v, 0);
	schedule_emit_own(schedule);
	schedule->detached[v] = true;
}

void schedule_emit_open(struct schedule *schedule, size_t index)
{
	const struct story_span *span = &schedule->story->spans[index];
	struct item *item = schedule_own(schedule, ITEM_OPEN, span->vm, span->ring);

	item->span = span->id;
	item->parent = span->parent_id;
	item->tsc = span->tsc;
	item->ts = span->start;
	item->kind = sites[span->site].kind;
	item->flags = span->begin_flags;
	item->site = span->site;
	item->of = index + 1;
	schedule->told[index] = true;
	schedule->excepted[index] = true;
	schedule_emit_own(schedule);
}

void schedule_emit_close(struct schedule *schedule, size_t index)
{
	const struct story_span *span = &schedule->story->spans[index];
	struct item *item = schedule_own(schedule, ITEM_CLOSE, span->vm, span->ring);

	item->span = span->id;
	item->tsc = span->tsc;
	item->ts = span->end;
	item->status = span->status;
	item->flags = span->flags;
	item->of = index + 1;
	schedule->closed[index] = true;
	schedule_emit_own(schedule);
}

void schedule_emit_discarded(struct schedule *schedule)
{
	struct item *item;

	if (!schedule->dropped)
		return;
	item = schedule_own(schedule, ITEM_DISCARDED, 0, 0);
	item->count = random_percent(&schedule->random, 80) ? schedule->dropped : 0;
	schedule->all_dropped += item->count;
	schedule->dropped_unknown |= item->count == 0;
	schedule->dropped = 0;
	schedule_emit_own(schedule);
}
