/* SPDX-License-Identifier: MIT */
/*
 * test-store.c - the block store of the example guest, as plain logic: it is
 * linked with a port that has no region, so its instrumentation writes nothing.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "store.h"

static struct counts counts;
static struct store store;

static void fresh(uint32_t lba_count, uint32_t segment_count)
{
	memset(&counts, 0, sizeof(counts));
	store_format(&store, lba_count, segment_count, &counts);
}

static int write_pattern(uint32_t lba, uint32_t len, uint32_t pattern)
{
	uint32_t contents[STORE_WORDS_MAX];
	uint32_t i;

	for (i = 0; i < STORE_WORDS_MAX; i++)
		contents[i] = pattern + i;
	return store_write(&store, lba, len, contents);
}

static void expect_pattern(uint32_t lba, uint32_t len, uint32_t pattern)
{
	uint32_t contents[STORE_WORDS_MAX];
	uint32_t got, i;

	cr_assert_eq(store_read(&store, lba, &got, contents), 0, "block %u", lba);
	cr_assert_eq(got, len, "block %u has %u bytes, not %u", lba, got, len);
	for (i = 0; i < STORE_WORDS(len); i++)
		cr_assert_eq(contents[i], pattern + i, "block %u, word %u", lba, i);
}

Test(store, reads_back_what_was_written)
{
	fresh(4, 4);
	cr_assert_eq(write_pattern(0, 512, 7), 0);
	cr_assert_eq(write_pattern(3, STORE_LEN_MAX, 1000), 0);
	expect_pattern(0, 512, 7);
	expect_pattern(3, STORE_LEN_MAX, 1000);
	cr_assert_eq(store.statistics.writes, 2);
	cr_assert_eq(store.statistics.writes_over_4096, 1);
	cr_assert_eq(store.statistics.hits, 2);
}

Test(store, misses_what_was_never_written)
{
	uint32_t contents[STORE_WORDS_MAX];
	uint32_t len = 1;

	fresh(4, 4);
	cr_assert_eq(store_read(&store, 1, &len, contents), STORE_MISS);
	cr_assert_eq(len, 0);
	cr_assert_eq(store_read(&store, 4, &len, contents), STORE_MISS, "beyond the last block");
	cr_assert_eq(store_read(&store, UINT32_MAX, &len, contents), STORE_MISS);
	cr_assert_eq(store.statistics.reads, 3);
	cr_assert_eq(store.statistics.hits, 0);
}

Test(store, refuses_impossible_blocks)
{
	fresh(4, 4);
	cr_assert_eq(write_pattern(4, 512, 1), STORE_ERROR_RANGE);
	cr_assert_eq(write_pattern(UINT32_MAX, 512, 1), STORE_ERROR_RANGE);
	cr_assert_eq(write_pattern(0, 0, 1), STORE_ERROR_RANGE);
	cr_assert_eq(write_pattern(0, 513, 1), STORE_ERROR_RANGE);
	cr_assert_eq(write_pattern(0, STORE_LEN_MAX + STORE_LEN_UNIT, 1), STORE_ERROR_RANGE);
	cr_assert_eq(store.statistics.writes, 0);
}

Test(store, length_4096_is_not_over_4096)
{
	fresh(4, 4);
	cr_assert_eq(write_pattern(0, 4096, 1), 0);
	cr_assert_eq(store.statistics.writes_over_4096, 0);
	cr_assert_eq(write_pattern(0, 4096 + STORE_LEN_UNIT, 1), 0);
	cr_assert_eq(store.statistics.writes_over_4096, 1);
}

Test(store, overwrite_replaces_and_leaves_garbage)
{
	fresh(2, 4);
	cr_assert_eq(write_pattern(0, 1024, 1), 0);
	cr_assert_eq(write_pattern(0, 2048, 2), 0);
	expect_pattern(0, 2048, 2);
	cr_assert_eq(store.segments[store.head].used - store.segments[store.head].live,
		STORE_HEADER_WORDS + STORE_WORDS(1024));
}

Test(store, collects_nothing_without_garbage)
{
	fresh(4, 4);
	cr_assert_not(store_collect(&store));
	cr_assert_eq(write_pattern(0, 1024, 1), 0);
	cr_assert_not(store_collect(&store));
	cr_assert_eq(store.statistics.collections, 0);
}

Test(store, collection_keeps_live_blocks_and_frees_the_rest)
{
	uint32_t i, used = 0, live = 0;

	fresh(4, 4);
	cr_assert_eq(write_pattern(0, 2048, 10), 0);
	cr_assert_eq(write_pattern(1, 1024, 20), 0);
	cr_assert_eq(write_pattern(0, 512, 30), 0);
	cr_assert(store_collect(&store));
	expect_pattern(0, 512, 30);
	expect_pattern(1, 1024, 20);
	for (i = 0; i < store.segment_count; i++) {
		used += store.segments[i].used;
		live += store.segments[i].live;
	}
	cr_assert_eq(used, live);
	cr_assert_eq(live, 2 * STORE_HEADER_WORDS + STORE_WORDS(512) + STORE_WORDS(1024));
}

Test(store, survives_many_overwrites)
{
	uint32_t patterns[STORE_LBAS_MAX] = {0}, lens[STORE_LBAS_MAX] = {0};
	uint32_t i, lba;

	fresh(STORE_LBAS_MAX, STORE_SEGMENTS_ENOUGH(STORE_LBAS_MAX));
	for (i = 1; i <= 5000; i++) {
		/* Mostly five of the blocks, so that collections meet others to move. */
		lba = (i % 13 == 0 ? i / 13 : i % 5) % STORE_LBAS_MAX;
		lens[lba] = (i * 11 % 16 + 1) * STORE_LEN_UNIT;
		patterns[lba] = i * 1000;
		cr_assert_eq(write_pattern(lba, lens[lba], patterns[lba]), 0, "write %u", i);
	}
	for (lba = 0; lba < STORE_LBAS_MAX; lba++)
		expect_pattern(lba, lens[lba], patterns[lba]);
	cr_assert_gt(store.statistics.collections, 100);
	cr_assert_gt(store.statistics.appends, store.statistics.writes, "nothing was ever moved");
}

/* The tightest case of STORE_SEGMENTS_ENOUGH: all blocks of the largest size. */
Test(store, never_fills_up_with_enough_segments)
{
	uint32_t i;

	fresh(STORE_LBAS_MAX, STORE_SEGMENTS_ENOUGH(STORE_LBAS_MAX));
	for (i = 0; i < 1000; i++)
		cr_assert_eq(write_pattern(i * 5 % STORE_LBAS_MAX, STORE_LEN_MAX, i), 0);
}

Test(store, says_when_it_is_full_and_keeps_what_it_has)
{
	uint32_t lba = 0, i;

	fresh(STORE_LBAS_MAX, 3);
	while (lba < STORE_LBAS_MAX && write_pattern(lba, STORE_LEN_MAX, lba * 100) == 0)
		lba++;
	cr_assert_lt(lba, STORE_LBAS_MAX);
	cr_assert_eq(write_pattern(0, STORE_LEN_MAX, 1), STORE_ERROR_FULL, "an overwrite");
	for (i = 0; i < lba; i++)
		expect_pattern(i, STORE_LEN_MAX, i * 100);
}

Test(store, full_store_has_room_again_after_blocks_shrink)
{
	uint32_t lba = 0;

	fresh(STORE_LBAS_MAX, 3);
	while (write_pattern(lba, STORE_LEN_MAX, lba) == 0)
		lba++;
	cr_assert_eq(write_pattern(0, 512, 500), 0);
	cr_assert_eq(write_pattern(1, 512, 600), 0);
	cr_assert_eq(write_pattern(lba, STORE_LEN_MAX, lba), 0);
	expect_pattern(0, 512, 500);
	expect_pattern(1, 512, 600);
	expect_pattern(lba, STORE_LEN_MAX, lba);
}

Test(store, damage_is_found_and_an_overwrite_repairs_it)
{
	uint32_t contents[STORE_WORDS_MAX];
	uint32_t len;

	fresh(4, 4);
	cr_assert_not(store_corrupt(&store, 2), "there is nothing to damage");
	cr_assert_eq(write_pattern(2, 512, 5), 0);
	cr_assert(store_corrupt(&store, 2));
	cr_assert_eq(store_read(&store, 2, &len, contents), STORE_ERROR_MISMATCH);
	cr_assert_eq(len, 512);
	cr_assert_eq(write_pattern(2, len, 5), 0);
	expect_pattern(2, 512, 5);
	cr_assert_eq(store.statistics.corruptions, 1);
	cr_assert_eq(store.statistics.mismatches, 1);
}

Test(store, collection_does_not_hide_damage)
{
	uint32_t contents[STORE_WORDS_MAX];
	uint32_t len;

	fresh(4, 4);
	cr_assert_eq(write_pattern(0, 512, 1), 0);
	cr_assert_eq(write_pattern(1, 512, 2), 0);
	cr_assert_eq(write_pattern(0, 512, 3), 0);
	cr_assert(store_corrupt(&store, 1));
	cr_assert(store_collect(&store));
	cr_assert_eq(store_read(&store, 1, &len, contents), STORE_ERROR_MISMATCH);
	expect_pattern(0, 512, 3);
}

Test(store, counts_calls_but_no_ends_of_what_is_not_recorded)
{
	fresh(4, 4);
	cr_assert_eq(write_pattern(0, 512, 1), 0);
	expect_pattern(0, 512, 1);
	cr_assert_eq(counts.begun, 4, "a write and a read, each with a checksum");
	cr_assert_eq(counts.events, 1, "an append");
	cr_assert_eq(counts.handles, 0);
	cr_assert_eq(counts.ended, 0);
	cr_assert_eq(counts.sets, 0);
}
