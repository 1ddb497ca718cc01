/* SPDX-License-Identifier: MIT */
/* test-batch.c - order within a batch and what has to wait for the next. */
#include <criterion/criterion.h>
#include "batch.h"

static struct batch batch;

static void fill(const uint64_t *counters, uint32_t count)
{
	uint32_t i;

	batch_reset(&batch, 100);
	for (i = 0; i < count; i++) {
		batch.records[i] = (struct record){.position = 100 + i,
			.counter = counters[i],
			.slots = 1,
			.first_word = (uint16_t)i};
		batch.record_count++;
		batch.next++;
		batch.word_count++;
	}
}

Test(batch, sort_is_stable_and_by_counter)
{
	const uint64_t counters[] = {10, 50, 20, 30, 30, 60};
	uint32_t i;

	fill(counters, 6);
	batch_sort(&batch);
	for (i = 1; i < 6; i++)
		cr_expect_leq(batch.records[i - 1].counter, batch.records[i].counter);
	cr_expect_lt(batch.records[2].position, batch.records[3].position);
}

Test(batch, a_record_moves_no_further_than_the_window)
{
	uint64_t counters[BATCH_SLOTS];
	uint32_t i;

	for (i = 0; i < BATCH_SLOTS; i++)
		counters[i] = 1000 + i;
	counters[BATCH_SLOTS - 1] = 1;
	fill(counters, BATCH_SLOTS);
	batch_sort(&batch);
	cr_expect_eq(batch.records[BATCH_SLOTS - 1 - BATCH_SORT_WINDOW].counter, 1);
}

Test(batch, what_the_next_record_goes_before_is_unsettled)
{
	const uint64_t counters[] = {10, 20, 90, 40, 50};

	fill(counters, 5);
	cr_expect_eq(batch_unsettled(&batch, 95), 0);
	cr_expect_eq(batch_unsettled(&batch, 60), 3);
	cr_expect_eq(batch_unsettled(&batch, 15), 4);
	cr_expect_eq(batch_unsettled(&batch, 5), 5);
}

Test(batch, dropping_from_the_back_gives_slots_and_words_back)
{
	const uint64_t counters[] = {1, 2, 3};

	fill(counters, 3);
	batch_drop_back(&batch, 2);
	cr_expect_eq(batch.record_count, 1);
	cr_expect_eq(batch.next, 101);
	cr_expect_eq(batch.word_count, 1);
	batch_drop_back(&batch, 0);
	cr_expect_eq(batch.next, 101);
}

Test(batch, dropping_from_the_front_keeps_the_rest)
{
	const uint64_t counters[] = {1, 2, 3};

	fill(counters, 3);
	batch_drop_front(&batch, 2);
	cr_expect_eq(batch.record_count, 1);
	cr_expect_eq(batch.records[0].counter, 3);
}

Test(batch, fits_by_records_and_words)
{
	batch_reset(&batch, 0);
	cr_expect(batch_fits(&batch, 32));
	batch.word_count = BATCH_SLOTS * 3 - 3;
	cr_expect(batch_fits(&batch, 1));
	cr_expect_not(batch_fits(&batch, 2));
	batch.word_count = 0;
	batch.record_count = BATCH_SLOTS;
	cr_expect_not(batch_fits(&batch, 1));
}
