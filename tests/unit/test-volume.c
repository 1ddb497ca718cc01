/* SPDX-License-Identifier: MIT */
/*
 * test-volume.c - the request loop of the block-store guest, run on the host
 * without tracing: it is deterministic, finds all damage, and loses nothing.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "volume.h"

#define REQUESTS 2000u

static struct counts counts, other_counts;
static struct volume volume, other;

static void serve(
	struct volume *served, uint64_t seed, uint32_t number, struct counts *in, uint32_t requests)
{
	memset(in, 0, sizeof(*in));
	volume_start(served, seed, number, in);
	while (requests-- > 0)
		volume_request(served);
}

static bool same_contents(void)
{
	return memcmp(volume.patterns, other.patterns, sizeof(volume.patterns)) == 0 &&
		memcmp(volume.store.index, other.store.index, sizeof(volume.store.index)) == 0;
}

Test(volume, serves_all_requests)
{
	serve(&volume, 1, 0, &counts, REQUESTS);
	cr_assert_eq(volume.requests, REQUESTS);
	cr_assert_eq(volume.failures, 0);
	cr_assert_gt(volume.store.statistics.collections, 0);
}

Test(volume, finds_and_repairs_all_damage)
{
	const struct store_statistics *statistics = &volume.store.statistics;

	serve(&volume, 1, 0, &counts, REQUESTS);
	cr_assert_eq(statistics->corruptions, REQUESTS / VOLUME_SCRUB_EVERY);
	cr_assert_eq(statistics->mismatches, statistics->corruptions);
}

Test(volume, lengths_split_around_4096)
{
	const struct store_statistics *statistics = &volume.store.statistics;

	serve(&volume, 1, 0, &counts, REQUESTS);
	cr_assert_gt(statistics->writes_over_4096, statistics->writes / 4);
	cr_assert_lt(statistics->writes_over_4096, statistics->writes * 3 / 4);
}

Test(volume, same_seed_same_requests)
{
	serve(&volume, 42, 1, &counts, REQUESTS);
	serve(&other, 42, 1, &other_counts, REQUESTS);
	cr_assert(same_contents());
	cr_assert_eq(memcmp(&volume.store.statistics, &other.store.statistics,
			     sizeof(volume.store.statistics)),
		0);
	cr_assert_eq(memcmp(&counts, &other_counts, sizeof(counts)), 0);
}

Test(volume, another_seed_or_number_other_requests)
{
	serve(&volume, 42, 1, &counts, REQUESTS);
	serve(&other, 43, 1, &other_counts, REQUESTS);
	cr_assert_not(same_contents());
	serve(&other, 42, 2, &other_counts, REQUESTS);
	cr_assert_not(same_contents());
}

Test(volume, counts_a_begin_per_request_operation_and_checksum)
{
	const struct store_statistics *statistics = &volume.store.statistics;

	serve(&volume, 7, 0, &counts, REQUESTS);
	cr_assert_eq(counts.begun,
		REQUESTS + 2 * statistics->writes + statistics->reads + statistics->hits +
			statistics->collections);
	cr_assert_eq(counts.events, statistics->appends + statistics->corruptions);
}

Test(volume, scrub_of_an_empty_volume_finds_nothing)
{
	serve(&volume, 1, 0, &counts, 0);
	volume.requests = VOLUME_SCRUB_EVERY - 1;
	volume_request(&volume);
	cr_assert_eq(volume.failures, 0);
	cr_assert_eq(volume.store.statistics.corruptions, 0);
	cr_assert_eq(counts.begun, 1, "the request alone");
}
