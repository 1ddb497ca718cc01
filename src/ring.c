/* SPDX-License-Identifier: MIT */
/*
 * ring.c - drains one ring: look how far, copy slot by slot, judge the copies.
 * Called by the consumer's rounds; batch.c orders what was copied, ledger.c
 * closes the account.
 */
#include "ring.h"

#include <assert.h>
#include <string.h>
#include <vspan/access.h>
#include "batch.h"

void ring_start_epoch(struct vspan_region *region, uint32_t index, uint32_t epoch, uint64_t start)
{
	struct vspan_abi_writer *writer = region_writer(region, index);
	struct vspan_abi_ring *host = region_ring(region, index);

	assert(epoch >= 1 && epoch <= VSPAN_ABI_EPOCH_MAX);
	memset(writer, 0, sizeof(*writer));
	writer->commit_base = (uint64_t)epoch << VSPAN_ABI_COMMIT_EPOCH_SHIFT;
	writer->token_base = (uint64_t)index << VSPAN_ABI_SPAN_RING_SHIFT |
		(epoch & VSPAN_ABI_SPAN_EPOCH_MASK) << VSPAN_ABI_SPAN_EPOCH_SHIFT;
	writer->published = writer->reserve = writer->cached_cursor = start;
	host->cursor = host->start = start;
	host->epoch = epoch;
	region->rings[index].epoch = epoch;
	region->rings[index].start = start;
	vspan_ring_state_store_G(&host->state, VSPAN_ABI_RING_READY);
}

/*
 * Where this epoch ended the next one begins, so that ids are unique over all of
 * them. Only a guest that made its positions up is ever so far that it starts over.
 */
void ring_restart(struct ring *ring, struct vspan_region *region)
{
	const uint64_t start = ring->cursor < VSPAN_ABI_POSITION_MAX / 2 ? ring->cursor : 0;
	const uint32_t epoch = ring->epoch < VSPAN_ABI_EPOCH_MAX ? ring->epoch + 1 : 1;

	assert(ring->closed);
	ring_start_epoch(region, ring->index, epoch, start);
	ring_attach(ring, region, ring->index);
}

void ring_attach(struct ring *ring, const struct vspan_region *region, uint32_t index)
{
	const struct region_ring *geometry = &region->rings[index];

	memset(ring, 0, sizeof(*ring));
	ring->slots = region_at(region, geometry->slots_offset);
	ring->writer = region_writer(region, index);
	ring->host = region_ring(region, index);
	ring->index = index;
	ring->slot_count = geometry->slot_count;
	ring->mode = geometry->mode;
	ring->epoch = geometry->epoch;
	ring->cursor = ring->published = geometry->start;
	ring->site_limit = UINT32_MAX;
}

void ring_violation(struct ring *ring, enum violation violation, uint32_t records)
{
	ring->violations[violation]++;
	ring->ledger.violations++;
	ring->ledger.invalid += records;
}

void ring_ping(const struct ring *ring, uint64_t ns)
{
	vspan_ping_store_J(&ring->host->ping, ns);
}

bool ring_pong(const struct ring *ring, uint64_t *ping, uint64_t *counter)
{
	*ping = vspan_read_once(&ring->writer->pong);
	*counter = vspan_read_once(&ring->writer->pong_counter);
	return *ping != 0 && vspan_read_once(&ring->writer->pong_check) == (*ping ^ *counter);
}

bool ring_published_moved(const struct ring *ring)
{
	return vspan_published_load_B(&ring->writer->published) > ring->published;
}

bool ring_empty(const struct ring *ring, uint64_t lost_told)
{
	return vspan_read_once(&ring->writer->discarded) == lost_told &&
		vspan_read_once(&ring->writer->reserve) == ring->cursor;
}

/* Overwrite mode: how far the writer is; jumps the cursor out of what it has lapped. */
static uint64_t ring_visible_overwrite(struct ring *ring, enum ring_look look)
{
	uint64_t reserve = vspan_reserve_load_D(&ring->writer->reserve);

	if (reserve < ring->cursor || reserve > VSPAN_ABI_POSITION_MAX) {
		ring_violation(ring, VIOLATION_PUBLISHED, 0);
		return ring->cursor;
	}
	if (reserve - ring->cursor > ring->slot_count) {
		ring->cursor = reserve - ring->slot_count + BATCH_SLOTS;
		ring->resync = true;
	}
	return look == RING_PUBLISHED && ring->published > ring->cursor ? ring->published : reserve;
}

/* The position up to which there may be records; never more than a ring ahead. */
static uint64_t ring_visible(struct ring *ring, enum ring_look look)
{
	uint64_t published = vspan_published_load_B(&ring->writer->published);
	uint64_t limit = ring->cursor + ring->slot_count;
	uint64_t reserve;

	if (published > ring->published && ring->mode == VSPAN_ABI_MODE_OVERWRITE)
		ring->published = published;
	if (ring->mode == VSPAN_ABI_MODE_OVERWRITE)
		return ring_visible_overwrite(ring, look);
	if (published > limit)
		ring_violation(ring, VIOLATION_PUBLISHED, 0);
	else if (published > ring->published)
		ring->published = published;
	if (look == RING_PUBLISHED)
		return ring->published;
	if (look == RING_COMMITTED)
		return limit;
	reserve = vspan_read_once(&ring->writer->reserve);
	if (reserve >= ring->cursor && reserve <= limit)
		return reserve;
	ring_violation(ring, VIOLATION_PUBLISHED, 0);
	return ring->published;
}

/*
 * Copies the slot at `position` once; the commit word first (edge A), so that
 * the rest belongs to it. An open slot is its writer's: not looked at.
 */
static enum slot_state ring_copy_slot(
	const struct ring *ring, uint64_t position, struct vspan_abi_slot *copy)
{
	const struct vspan_abi_slot *slot = &ring->slots[position & (ring->slot_count - 1)];
	enum slot_state state;

	copy->commit = vspan_commit_load_A(&slot->commit);
	state = slot_state(copy->commit, ring->epoch, position);
	if (state == SLOT_OPEN)
		return state;
	copy->counter = vspan_read_once(&slot->counter);
	copy->header = vspan_read_once(&slot->header);
	copy->operand = vspan_read_once(&slot->operand);
	return state;
}

bool ring_newest(const struct ring *ring, uint64_t *counter)
{
	const uint64_t end = vspan_reserve_load_D(&ring->writer->reserve);
	struct vspan_abi_slot copy;
	uint64_t back;

	for (back = 1; back <= BATCH_SLOTS && back <= end && end - back >= ring->cursor; back++)
		if (ring_copy_slot(ring, end - back, &copy) == SLOT_HEAD) {
			*counter = copy.counter;
			return true;
		}
	return false;
}

/* Copies a record's continuation slots behind its head; false if one is not committed. */
static bool ring_copy_payload(const struct ring *ring, const struct record *record, uint64_t *words)
{
	struct vspan_abi_slot copy;
	uint32_t i;

	for (i = 1; i < record->slots; i++, words += 3) {
		if (ring_copy_slot(ring, record->position + i, &copy) != SLOT_CONTINUATION)
			return false;
		words[0] = copy.counter;
		words[1] = copy.header;
		words[2] = copy.operand;
	}
	return true;
}

/*
 * Counts what a copied slot breaks, unless the writer was overwriting it while
 * we copied (D): then the record is lost, not wrong.
 */
static void ring_refuse(
	struct ring *ring, uint64_t position, enum violation violation, uint32_t records)
{
	ring->resync = true;
	if (ring->mode == VSPAN_ABI_MODE_OVERWRITE &&
		vspan_reserve_load_D(&ring->writer->reserve) - position > ring->slot_count)
		return;
	ring->taken += records;
	ring_violation(ring, violation, records);
}

/*
 * A record of another writer than those before it: they are no batch together, for
 * their counters may be of two boots.
 */
static bool ring_new_writer(const struct batch *batch, uint8_t kind)
{
	return kind == VSPAN_ABI_KIND_RECLAIM && batch->record_count != 0;
}

/*
 * Takes the record whose head was copied; returns the slots consumed, 0: it has no
 * room in the batch, or no place.
 */
static uint32_t ring_take_record(
	struct ring *ring, const struct vspan_abi_slot *head, struct batch *batch)
{
	struct record *record = &batch->records[batch->record_count];
	enum violation violation = record_decode(head, batch->next, record);
	uint64_t *words = &batch->words[batch->word_count];

	if (violation != VIOLATION_SLOTS &&
		(!batch_fits(batch, record->slots) || ring_new_writer(batch, record->kind)))
		return 0;
	if (violation == VIOLATION_NONE && record->site >= ring->site_limit) {
		ring->awaits_site = true;
		return 0;
	}
	if (violation == VIOLATION_NONE && !ring_copy_payload(ring, record, words + 1))
		violation = VIOLATION_CONTINUATION;
	if (violation != VIOLATION_NONE) {
		ring_refuse(ring, record->position, violation, 1);
		return 1;
	}
	words[0] = head->operand;
	if (record->kind == VSPAN_ABI_KIND_RECLAIM)
		words[0] = ring_settle(ring, words[0], words[1]);
	ring->taken++;
	ring->resync = false;
	record->first_word = (uint16_t)batch->word_count;
	batch->word_count += record->word_count;
	batch->record_count++;
	return record->slots;
}

/* Length of the run of uncommitted slots from `position` on, at most up to `end`. */
static uint32_t ring_open_run(const struct ring *ring, uint64_t position, uint64_t end)
{
	struct vspan_abi_slot copy;
	uint32_t run = 0;

	while (position + run < end && run < ring->slot_count &&
		ring_copy_slot(ring, position + run, &copy) == SLOT_OPEN)
		run++;
	return run;
}

static uint32_t ring_give_up(struct ring *ring, uint64_t position, uint32_t run)
{
	/* Committed since it was found open: no hole after all. */
	if (run == 0)
		return 0;
	ring->holes[ring->hole_count++ % RING_HOLES] = (struct ring_hole){position, position + run};
	/* A record stopped between commits of its continuation slots leaves several gaps. */
	if (!ring->resync)
		ring->torn_least++;
	ring->hole_slots += run;
	ring->hole_since = 0;
	ring->resync = true;
	return run;
}

/* True if the writer of an uncommitted slot is dead, as its successor says (L). */
static bool ring_settled(const struct ring *ring, uint64_t position, uint64_t *end)
{
	const uint64_t settled = vspan_settled_load_L(&ring->writer->settled);

	if (settled < *end)
		*end = settled;
	return position < settled;
}

/*
 * An uncommitted slot. Behind the published position it is a hole: an
 * interrupted writer's, that may still come. It ends the drain here until it is
 * committed, its writer is dead, or it is older than the limit.
 */
static uint32_t ring_take_hole(struct ring *ring, uint64_t position, enum ring_look look,
	uint64_t end, uint64_t now, uint64_t hole_limit)
{
	uint64_t settled = end;

	if (ring_settled(ring, position, &settled))
		return ring_give_up(ring, position, ring_open_run(ring, position, settled));
	if (look == RING_DEAD || (ring->mode == VSPAN_ABI_MODE_OVERWRITE && ring->resync))
		return ring_give_up(ring, position, ring_open_run(ring, position, end));
	if (position >= ring->published)
		return 0;
	if (ring->cursor == position && ring->hole_since == 0)
		ring->hole_since = now;
	if (ring->cursor != position || now - ring->hole_since < hole_limit)
		return 0;
	return ring_give_up(ring, position, ring_open_run(ring, position, ring->published));
}

/* Counts commits that arrived in slots given up a lap ago: recognised, never read as records. */
static void ring_check_late(struct ring *ring, uint64_t position, uint64_t commit)
{
	uint64_t lap = ring->slot_count;
	uint32_t i;

	if (position < lap || slot_state(commit, ring->epoch, position - lap) == SLOT_OPEN)
		return;
	for (i = 0; i < RING_HOLES; i++)
		if (position - lap >= ring->holes[i].from && position - lap < ring->holes[i].to) {
			ring->holes[i].from = position - lap + 1;
			ring_violation(ring, VIOLATION_LATE, 0);
		}
}

/* Consumes the next slot or record; returns the number of slots, 0: stop here. */
static uint32_t ring_take(struct ring *ring, enum ring_look look, uint64_t end, uint64_t now,
	uint64_t hole_limit, struct batch *batch)
{
	struct vspan_abi_slot copy;

	switch (ring_copy_slot(ring, batch->next, &copy)) {
	case SLOT_HEAD:
		return ring_take_record(ring, &copy, batch);
	case SLOT_CONTINUATION:
		if (!ring->resync)
			ring_refuse(ring, batch->next, VIOLATION_CONTINUATION, 0);
		return 1;
	default:
		if (ring->hole_count != 0)
			ring_check_late(ring, batch->next, copy.commit);
		return ring_take_hole(ring, batch->next, look, end, now, hole_limit);
	}
}

/* Overwrite mode: drops from the front what the writer may have changed while we copied (D). */
static void ring_overwritten(struct ring *ring, uint64_t before, struct batch *batch)
{
	uint64_t reserve = vspan_reserve_load_D(&ring->writer->reserve);
	uint64_t safe = reserve > ring->slot_count ? reserve - ring->slot_count : 0;
	uint32_t dropped = 0;

	while (dropped < batch->record_count && batch->records[dropped].position < safe)
		dropped++;
	ring->taken -= dropped;
	batch_drop_front(batch, dropped);
	batch->gap = dropped != 0 || batch->from != before;
}

/*
 * How many records at the batch's end are later than the one that follows them:
 * they were interrupted by it between reserving and stamping.
 */
static uint32_t ring_unsettled(const struct ring *ring, const struct batch *batch)
{
	struct vspan_abi_slot copy;

	if (ring->mode == VSPAN_ABI_MODE_OVERWRITE || batch->record_count == 0 ||
		ring_copy_slot(ring, batch->next, &copy) != SLOT_HEAD ||
		ring_new_writer(batch, (uint8_t)copy.header))
		return 0;
	return batch_unsettled(batch, copy.counter);
}

uint32_t ring_read(struct ring *ring, enum ring_look look, uint64_t now, uint64_t hole_limit,
	struct batch *batch)
{
	uint64_t before = ring->cursor;
	uint64_t end = ring_visible(ring, look);
	uint32_t carried, consumed, slots, taken, fixed = 0;

	batch_reset(batch, ring->cursor);
	ring->awaits_site = false;
	/* What interrupted a committed record is committed, too: to be had past the end. */
	for (consumed = 0;
		consumed < BATCH_SLOTS && (batch->next < end || ring_unsettled(ring, batch) != 0);
		consumed += slots) {
		taken = batch->record_count;
		slots = ring_take(ring, look, end, now, hole_limit, batch);
		if (slots == 0)
			break;
		/* Damage has been counted: nothing up to it may be read again. */
		if (batch->record_count == taken)
			fixed = taken;
		batch->next += slots;
	}
	if (ring->mode == VSPAN_ABI_MODE_OVERWRITE)
		ring_overwritten(ring, before, batch);
	carried = ring_unsettled(ring, batch);
	if (carried > batch->record_count - fixed)
		carried = batch->record_count - fixed;
	if (carried < batch->record_count) {
		ring->taken -= carried;
		batch_drop_back(batch, carried);
	}
	batch_sort(batch);
	return batch->record_count;
}

void ring_release(struct ring *ring, const struct batch *batch)
{
	assert(batch->from == ring->cursor && batch->next >= ring->cursor);
	if (batch->next != ring->cursor)
		ring->hole_since = 0;
	ring->cursor = batch->next;
	vspan_cursor_store_C(&ring->host->cursor, ring->cursor);
}

void ring_go_to(struct ring *ring, uint64_t cursor)
{
	ring->cursor = cursor;
	vspan_cursor_store_C(&ring->host->cursor, cursor);
}

uint64_t ring_reserved(const struct ring *ring)
{
	return vspan_read_once(&ring->writer->reserve);
}
