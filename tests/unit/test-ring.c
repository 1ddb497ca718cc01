/* SPDX-License-Identifier: MIT */
/* test-ring.c - the reader against the real guest writer, and against rubbish. */
#include <criterion/criterion.h>
#include <string.h>
#include <vspan/access.h>
#include "ring.h"
#include "thread-port.h"

VSPAN_SPAN(test, plain, VSPAN_LEVEL_INFO);
VSPAN_SPAN(test, number, VSPAN_LEVEL_INFO, (u64, value));
VSPAN_EVENT(test, text, VSPAN_LEVEL_INFO, (str, text), (u32, after));

#define SLOTS (VSPAN_ABI_RING_SIZE_MIN / VSPAN_ABI_SLOT_SIZE)

static struct vspan_region *region;
static struct ring ring;
static struct batch batch;

static void open_region(uint32_t mode)
{
	struct vspan_region_options options = {
		.ring_count = 1, .ring_size = VSPAN_ABI_RING_SIZE_MIN, .mode = mode};

	thread_port = (struct thread_port){.counter = 1000};
	cr_assert_eq(vspan_region_create(&options, &region, NULL), 0);
	thread_port_attach(region);
	ring_attach(&ring, region, 0);
}

static uint32_t read_all(enum ring_look look)
{
	uint32_t total = 0;

	do {
		total += ring_read(&ring, look, 0, UINT64_MAX, &batch);
		ring.ledger.emitted += batch.record_count;
		ring_release(&ring, &batch);
	} while (batch.next != batch.from);
	return total;
}

static void close_region(void)
{
	vspan_region_close(region);
	region = NULL;
}

Test(ring, a_span_is_two_records_with_its_id_and_field)
{
	vspan_t span;

	open_region(VSPAN_ABI_MODE_BLOCK);
	span = vspan_begin(test, number, 77);
	vspan_end_status(span, VSPAN_STATUS_ERROR);
	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 2);
	cr_expect_eq(batch.records[0].kind, VSPAN_ABI_KIND_BEGIN);
	cr_expect_eq(batch.words[batch.records[0].first_word], 77);
	cr_expect_eq(span_id(0, 1, batch.records[0].position, false), span);
	cr_expect_eq(batch.records[1].kind, VSPAN_ABI_KIND_END);
	cr_expect_eq(batch.words[batch.records[1].first_word], span);
	cr_expect_eq(batch.records[1].flags, VSPAN_ABI_STATUS_ERROR << VSPAN_ABI_FLAG_STATUS_SHIFT);
	close_region();
}

Test(ring, an_unpublished_tail_is_invisible_until_one_looks_past)
{
	open_region(VSPAN_ABI_MODE_BLOCK);
	vspan_end(vspan_begin(test, plain));
	cr_expect_eq(ring_read(&ring, RING_PUBLISHED, 0, 0, &batch), 0);
	cr_expect_not(ring_published_moved(&ring));
	vspan_publish();
	cr_expect(ring_published_moved(&ring));
	cr_expect_eq(ring_read(&ring, RING_PUBLISHED, 0, 0, &batch), 2);
	close_region();
}

Test(ring, publishes_every_64_slots)
{
	int i;

	open_region(VSPAN_ABI_MODE_BLOCK);
	for (i = 0; i < 63; i++)
		vspan_begin(test, plain);
	cr_expect_not(ring_published_moved(&ring));
	vspan_begin(test, plain);
	cr_expect(ring_published_moved(&ring));
	cr_expect_eq(region_writer(region, 0)->published, 64);
	close_region();
}

Test(ring, discard_mode_counts_and_locates_the_loss)
{
	struct vspan_ledger ledger;
	uint32_t i, written = 0, lost_count = 0;

	open_region(VSPAN_ABI_MODE_DISCARD);
	for (i = 0; i < 2 * SLOTS; i++)
		written += vspan_begin(test, number, i) != 0;
	cr_expect_eq(written, SLOTS - VSPAN_ABI_MARGIN_SLOTS - VSPAN_ABI_HEADROOM_SLOTS);
	cr_expect_eq(read_all(RING_COMMITTED), written);
	vspan_begin(test, number, i);
	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 2);
	cr_expect_eq(batch.records[0].kind, VSPAN_ABI_KIND_LOST);
	lost_count = (uint32_t)batch.words[batch.records[0].first_word];
	cr_expect_eq(lost_count, 2 * SLOTS - written);
	cr_expect_lt(batch.records[0].counter, batch.words[batch.records[0].first_word + 1]);
	cr_expect_eq(batch.records[1].kind, VSPAN_ABI_KIND_BEGIN);
	ring_ledger(&ring, &ledger);
	cr_expect_eq(ledger.attempted, 2 * SLOTS + 2);
	cr_expect_eq(ledger.discarded_guest, lost_count);
	close_region();
}

Test(ring, ends_of_open_spans_fit_into_a_full_ring)
{
	vspan_t open[8];
	uint32_t i;

	open_region(VSPAN_ABI_MODE_DISCARD);
	for (i = 0; i < 8; i++)
		open[i] = vspan_begin(test, plain);
	while (vspan_begin(test, plain) != 0)
		;
	for (i = 8; i > 0; i--)
		vspan_end(open[i - 1]);
	cr_expect_eq(region_writer(region, 0)->discarded, 1);
	close_region();
}

static void drain_on_full(uint32_t reason, uint32_t index)
{
	(void)index;
	if (reason == VSPAN_NOTIFY_FULL)
		read_all(RING_COMMITTED);
}

Test(ring, block_mode_exits_once_per_filling_and_loses_nothing)
{
	struct vspan_ledger ledger;
	const uint32_t count = 100000;
	uint32_t i;

	open_region(VSPAN_ABI_MODE_BLOCK);
	thread_port.notify = drain_on_full;
	for (i = 0; i < count; i++)
		cr_assert_neq(vspan_begin(test, number, i), 0);
	read_all(RING_COMMITTED);
	ring_close(&ring);
	ring_ledger(&ring, &ledger);
	cr_expect_eq(ledger.emitted, count);
	cr_expect_eq(ledger.attempted, count);
	cr_expect_eq(ledger.discarded_guest + ledger.torn + ledger.in_ring, 0);
	cr_expect_eq(
		ledger.fulls, count / (SLOTS - VSPAN_ABI_MARGIN_SLOTS - VSPAN_ABI_HEADROOM_SLOTS));
	close_region();
}

Test(ring, block_mode_without_a_host_discards_instead_of_waiting)
{
	uint32_t i;

	open_region(VSPAN_ABI_MODE_BLOCK);
	for (i = 0; i < SLOTS; i++)
		vspan_begin(test, plain);
	cr_expect_eq(region_writer(region, 0)->discarded,
		VSPAN_ABI_MARGIN_SLOTS + VSPAN_ABI_HEADROOM_SLOTS);
	close_region();
}

Test(ring, overwrite_mode_keeps_the_newest)
{
	struct vspan_ledger ledger;
	uint32_t i, read = 0;
	uint64_t last = 0;

	open_region(VSPAN_ABI_MODE_OVERWRITE);
	for (i = 0; i < 3 * SLOTS; i++)
		cr_assert_neq(vspan_begin(test, number, i), 0);
	do {
		read += ring_read(&ring, RING_COMMITTED, 0, 0, &batch);
		if (batch.record_count != 0)
			last = batch.words[batch.records[batch.record_count - 1].first_word];
		ring.ledger.emitted += batch.record_count;
		ring_release(&ring, &batch);
	} while (batch.next != batch.from);
	cr_expect_eq(last, 3 * SLOTS - 1);
	cr_expect_eq(read, SLOTS - BATCH_SLOTS);
	ring_close(&ring);
	ring_ledger(&ring, &ledger);
	cr_expect_eq(ledger.discarded_guest, 3 * SLOTS - read);
	cr_expect_eq(vspan_ledger_unexplained(&ledger), 0);
	close_region();
}

static void nested_write(void)
{
	thread_port.stamped = NULL;
	vspan_end(vspan_begin(test, number, 2));
}

Test(ring, records_nested_in_a_write_come_before_the_one_they_interrupted)
{
	vspan_t outer;

	open_region(VSPAN_ABI_MODE_BLOCK);
	thread_port.stamped = nested_write;
	outer = vspan_begin(test, number, 1);
	vspan_end(outer);
	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 4);
	cr_expect_eq(batch.words[batch.records[0].first_word], 2);
	cr_expect_eq(batch.records[1].kind, VSPAN_ABI_KIND_END);
	cr_expect_eq(batch.words[batch.records[2].first_word], 1);
	cr_expect_eq(batch.words[batch.records[3].first_word], outer);
	close_region();
}

/* What a writer stopped between reserve and commit leaves. */
static void reserve_only(uint32_t slots)
{
	struct vspan_abi_writer *writer = region_writer(region, 0);

	writer->attempted++;
	writer->reserve += slots;
}

Test(ring, a_hole_stops_the_drain_until_the_writer_is_dead)
{
	struct vspan_ledger ledger;

	open_region(VSPAN_ABI_MODE_BLOCK);
	vspan_begin(test, plain);
	reserve_only(3);
	vspan_begin(test, plain);
	vspan_publish();
	cr_expect_eq(read_all(RING_COMMITTED), 1);
	cr_expect_eq(read_all(RING_DEAD), 1);
	ring_close(&ring);
	ring_ledger(&ring, &ledger);
	cr_expect_eq(ledger.torn, 1);
	cr_expect_eq(ledger.attempted, 3);
	cr_expect_eq(vspan_ledger_unexplained(&ledger), 0);
	close_region();
}

Test(ring, a_hole_past_its_deadline_is_torn_and_its_late_commit_recognised)
{
	uint32_t i;

	open_region(VSPAN_ABI_MODE_BLOCK);
	reserve_only(1);
	vspan_begin(test, plain);
	vspan_publish();
	cr_expect_eq(ring_read(&ring, RING_PUBLISHED, 1000, 500, &batch), 0);
	ring_release(&ring, &batch);
	cr_expect_eq(ring_read(&ring, RING_PUBLISHED, 1400, 500, &batch), 0);
	ring_release(&ring, &batch);
	cr_expect_eq(ring_read(&ring, RING_PUBLISHED, 1600, 500, &batch), 1);
	ring_release(&ring, &batch);
	vspan_commit_store_A((uint64_t *)region_at(region, region->rings[0].slots_offset),
		((uint64_t)1 << VSPAN_ABI_COMMIT_EPOCH_SHIFT) + 1);
	thread_port.notify = drain_on_full;
	for (i = 0; i < SLOTS - 2; i++)
		vspan_begin(test, plain);
	read_all(RING_COMMITTED);
	cr_expect_eq(ring.violations[VIOLATION_LATE], 1);
	ring_close(&ring);
	cr_expect_eq(ring.ledger.torn, 1);
	close_region();
}

Test(ring, a_ring_with_a_loss_to_report_is_not_empty)
{
	uint32_t i;

	open_region(VSPAN_ABI_MODE_DISCARD);
	cr_expect(ring_empty(&ring, 0));
	for (i = 0; i < SLOTS; i++)
		vspan_begin(test, plain);
	cr_expect_not(ring_empty(&ring, 0));
	read_all(RING_COMMITTED);
	cr_expect_not(ring_empty(&ring, 0), "the report will carry an earlier time than now");
	vspan_begin(test, plain);
	ring_read(&ring, RING_COMMITTED, 0, 0, &batch);
	ring_release(&ring, &batch);
	cr_expect(ring_empty(&ring, batch.words[batch.records[0].first_word]));
	close_region();
}

Test(ring, strings_are_cut_and_marked)
{
	char text[1000];
	const uint64_t *words;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	open_region(VSPAN_ABI_MODE_BLOCK);
	vspan_event(test, text, text, 9);
	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 1);
	words = &batch.words[batch.records[0].first_word];
	cr_expect_eq(words[0], VSPAN_ABI_STRING_MAX | VSPAN_ABI_FIELD_CUT);
	cr_expect_eq(words[1 + VSPAN_ABI_STRING_MAX / 8], 9);
	close_region();
}

Test(ring, a_published_position_beyond_the_ring_is_a_violation)
{
	open_region(VSPAN_ABI_MODE_BLOCK);
	region_writer(region, 0)->published = SLOTS + 1;
	cr_expect_eq(ring_read(&ring, RING_PUBLISHED, 0, 0, &batch), 0);
	cr_expect_eq(ring.violations[VIOLATION_PUBLISHED], 1);
	close_region();
}

/* Random slots, some with plausible commit words: bounded, never outside the ring. */
Test(ring, rubbish_is_survived_and_counted)
{
	struct vspan_abi_slot *slots;
	uint64_t seed = 88172645463325252u, previous = 0;
	uint32_t i, turns = 0;

	open_region(VSPAN_ABI_MODE_BLOCK);
	slots = region_at(region, region->rings[0].slots_offset);
	for (i = 0; i < SLOTS * 4; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		((uint64_t *)slots)[i] = seed;
		if (i % 4 == 0 && seed % 8 != 0)
			((uint64_t *)slots)[i] = ((uint64_t)1 << VSPAN_ABI_COMMIT_EPOCH_SHIFT) +
				i / 4 + 1 + (seed % 3 == 0 ? VSPAN_ABI_COMMIT_CONTINUATION : 0);
	}
	region_writer(region, 0)->published = SLOTS;
	region_writer(region, 0)->reserve = SLOTS;
	do {
		previous = ring.cursor;
		ring_read(&ring, RING_DEAD, 0, 0, &batch);
		cr_assert_leq(batch.next, SLOTS);
		for (i = 0; i < batch.record_count; i++)
			cr_assert_leq(batch.records[i].first_word + batch.records[i].word_count,
				BATCH_SLOTS * 3);
		ring_release(&ring, &batch);
	} while (ring.cursor != previous && ++turns < SLOTS);
	cr_expect_eq(ring.cursor, SLOTS);
	cr_expect_gt(ring.ledger.violations, 0);
	close_region();
}

static void interrupt_once(void)
{
	thread_port.stamped = NULL;
	vspan_end(vspan_begin(test, number, 1));
}

/* The published position may lie between the two: the reader then looks past it. */
Test(ring, what_interrupted_a_record_goes_before_it_even_alone)
{
	vspan_t outer;
	uint32_t i;

	open_region(VSPAN_ABI_MODE_BLOCK);
	for (i = 0; i < VSPAN_ABI_PUBLISH_SLOTS - 2; i++)
		vspan_begin(test, plain);
	read_all(RING_COMMITTED);
	thread_port.stamped = interrupt_once;
	outer = vspan_begin(test, number, 0);
	cr_expect_eq(region_writer(region, 0)->published, VSPAN_ABI_PUBLISH_SLOTS);
	cr_assert_eq(ring_read(&ring, RING_PUBLISHED, 0, 0, &batch), 3);
	cr_expect_eq(batch.records[0].kind, VSPAN_ABI_KIND_BEGIN);
	cr_expect_eq(batch.records[1].kind, VSPAN_ABI_KIND_END);
	cr_expect_eq(span_id(0, 1, batch.records[2].position, false), outer);
	close_region();
}

/* Writes three records from inside another's, the first of an unknown kind. */
static void interrupt_damaged(void)
{
	struct vspan_abi_slot *slots = region_at(region, region->rings[0].slots_offset);
	uint64_t position = region_writer(region, 0)->reserve;

	thread_port.stamped = NULL;
	vspan_begin(test, plain);
	slots[position].header |= 0x80;
	vspan_begin(test, plain);
	vspan_begin(test, plain);
}

Test(ring, damage_before_a_record_put_off_is_counted_once)
{
	struct vspan_ledger ledger;
	uint32_t i;

	open_region(VSPAN_ABI_MODE_BLOCK);
	for (i = 0; i < BATCH_SLOTS - 3; i++)
		vspan_begin(test, plain);
	thread_port.stamped = interrupt_damaged;
	vspan_begin(test, plain);
	read_all(RING_DEAD);
	ring_close(&ring);
	ring_ledger(&ring, &ledger);
	cr_expect_eq(ledger.invalid, 1);
	cr_expect_eq(ledger.emitted, BATCH_SLOTS);
	cr_expect_eq(ledger.attempted, BATCH_SLOTS + 1);
	cr_expect_eq(ledger.torn, 0);
	cr_expect_eq(vspan_ledger_unexplained(&ledger), 0);
	close_region();
}

/* ------------------------------------------- a writer dies, another goes on */

/* What a writer that dies while it writes leaves: counted and reserved, not committed. */
static void die_writing(uint32_t slots)
{
	struct vspan_record record;

	cr_assert(vspan_record_open(&record, &vspan_writers[0], slots, UINT64_MAX, false));
}

Test(ring, a_reclaimed_ring_is_settled_without_waiting)
{
	struct vspan_ledger ledger;
	uint64_t torn;

	open_region(VSPAN_ABI_MODE_BLOCK);
	vspan_end(vspan_begin(test, number, 1));
	die_writing(3);
	cr_assert(vspan_writer_reclaim(&vspan_writers[0]));
	vspan_event(test, text, "after", 2);
	/* What two writers wrote is no batch: the second may be of a later boot. */
	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, UINT64_MAX, &batch), 2);
	ring_release(&ring, &batch);
	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, UINT64_MAX, &batch), 2);
	cr_expect_eq(batch.records[0].kind, VSPAN_ABI_KIND_RECLAIM);
	torn = batch.words[batch.records[0].first_word];
	cr_expect_eq(torn, 1);
	cr_expect_eq(batch.records[1].kind, VSPAN_ABI_KIND_EVENT);
	ring.ledger.emitted = 4;
	ring_release(&ring, &batch);
	ring_ledger(&ring, &ledger);
	cr_expect_eq(ledger.attempted, 5);
	cr_expect_eq(ledger.torn, 1);
	cr_expect_eq(ledger.in_ring, 0);
	cr_expect_eq(vspan_ledger_unexplained(&ledger), 0);
	close_region();
}

/* One that died between counting and reserving leaves no hole; many such are no violation. */
Test(ring, a_ring_may_be_reclaimed_often)
{
	const uint32_t lives = 20;
	struct vspan_ledger ledger;
	uint32_t i;

	open_region(VSPAN_ABI_MODE_BLOCK);
	for (i = 0; i < lives; i++) {
		vspan_begin(test, number, i);
		region_writer(region, 0)->attempted++;
		if (i % 2 == 0)
			die_writing(1);
		cr_assert(vspan_writer_reclaim(&vspan_writers[0]));
	}
	region_writer(region, 0)->attempted++;
	cr_expect_eq(read_all(RING_DEAD), 2 * lives);
	ring_close(&ring);
	cr_expect_eq(ring.torn_news, 1);
	ring_ledger(&ring, &ledger);
	cr_expect_eq(ledger.torn, lives + lives / 2 + 1);
	cr_expect_eq(ledger.violations, 0);
	cr_expect_eq(vspan_ledger_unexplained(&ledger), 0);
	close_region();
}

/* A guest that booted again: its counter is behind the old one, and its records are later. */
Test(ring, a_counter_that_starts_over_does_not_mix_two_writers)
{
	uint32_t i;

	open_region(VSPAN_ABI_MODE_BLOCK);
	for (i = 0; i < 5; i++)
		vspan_begin(test, number, i);
	thread_port.counter = 1;
	cr_assert(vspan_writer_reclaim(&vspan_writers[0]));
	vspan_begin(test, number, 5);
	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 5);
	ring_release(&ring, &batch);
	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 2);
	cr_expect_eq(batch.records[0].kind, VSPAN_ABI_KIND_RECLAIM);
	close_region();
}

/* Slots the writer still wants: it has given them up itself. */
Test(ring, what_is_settled_wrongly_costs_the_guest_alone)
{
	struct vspan_ledger ledger;

	open_region(VSPAN_ABI_MODE_BLOCK);
	vspan_begin(test, plain);
	region_writer(region, 0)->settled = UINT64_MAX;
	cr_expect_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 1);
	ring_release(&ring, &batch);
	cr_expect_eq(ring.cursor, SLOTS);
	vspan_begin(test, plain);
	cr_expect_eq(ring_read(&ring, RING_DEAD, 0, 0, &batch), 0);
	ring_close(&ring);
	ring_ledger(&ring, &ledger);
	cr_expect_neq(ledger.violations, 0);
	close_region();
}

/* A guest that goes back to where it was knows nothing of what it has written since. */
Test(ring, the_next_epoch_begins_where_the_one_before_ended)
{
	vspan_t first, next;

	open_region(VSPAN_ABI_MODE_BLOCK);
	first = vspan_begin(test, number, 1);
	reserve_only(2);
	read_all(RING_DEAD);
	ring_close(&ring);
	cr_expect_eq(ring.ledger.torn, 1);
	ring_restart(&ring, region);
	cr_expect_eq(ring.epoch, 2);
	cr_expect_eq(ring.cursor, 3);
	cr_expect_eq(region_ring(region, 0)->start, 3);
	cr_expect_eq(read_all(RING_COMMITTED), 0, "nothing of before is read again");
	next = vspan_begin(test, number, 2);
	cr_expect_neq(next, first);
	cr_expect_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 1);
	cr_expect_eq(span_id(0, 2, batch.records[0].position, false), next);
	cr_expect_eq(batch.records[0].position, 3);
	ring.ledger.emitted = 1;
	ring_release(&ring, &batch);
	ring_close(&ring);
	cr_expect_eq(ring.ledger.attempted, 1);
	cr_expect_eq(vspan_ledger_unexplained(&ring.ledger), 0);
	close_region();
}

Test(ring, epochs_fill_the_ring_again_and_again_and_start_over_at_the_last)
{
	uint32_t i, epoch = 1;

	open_region(VSPAN_ABI_MODE_DISCARD);
	for (i = 0; i < 3u * SLOTS; i++) {
		vspan_begin(test, plain);
		if (i % 1000 != 999)
			continue;
		cr_assert_eq(read_all(RING_DEAD), 1000);
		ring_close(&ring);
		cr_assert_eq(ring.ledger.violations, 0);
		ring_restart(&ring, region);
		cr_assert_eq(ring.epoch, ++epoch);
	}
	ring_close(&ring);
	ring.epoch = VSPAN_ABI_EPOCH_MAX;
	ring_restart(&ring, region);
	cr_expect_eq(ring.epoch, 1);
	cr_expect_eq(ring.cursor, 6000);
	/* A position no honest writer reaches is not handed on to the next life. */
	ring.cursor = VSPAN_ABI_POSITION_MAX - 1;
	ring.closed = true;
	ring_restart(&ring, region);
	cr_expect_eq(ring.cursor, 0);
	close_region();
}

Test(ring, a_region_that_was_restarted_and_not_drained_has_no_history)
{
	open_region(VSPAN_ABI_MODE_BLOCK);
	vspan_begin(test, plain);
	cr_expect(!region_has_history(region));
	read_all(RING_DEAD);
	cr_expect(region_has_history(region));
	ring_close(&ring);
	ring_restart(&ring, region);
	cr_expect(!region_has_history(region));
	close_region();
}
