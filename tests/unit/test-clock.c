/* SPDX-License-Identifier: MIT */
/* test-clock.c - conversion is exact, monotonic, saturating. */
#include <criterion/criterion.h>
#include "clock.h"

static const struct clock_sample from = {.counter = 1000000, .ns = 5000000, .error_ns = 10};
/* 2.5 GHz for 10 ms */
static const struct clock_sample to = {.counter = 26000000, .ns = 15000000, .error_ns = 20};

Test(clock, converts_by_the_measured_ratio)
{
	struct clock clock;

	cr_assert_eq(clock_set(&clock, &from, &to, 0, 0), 0);
	cr_expect_eq(clock_to_ns(&clock, to.counter), to.ns);
	cr_expect_eq(clock_to_ns(&clock, to.counter + 2500), to.ns + 1000 - 1,
		"truncated towards the past");
	cr_expect_leq(to.ns - 1000 - clock_to_ns(&clock, to.counter - 2500), 1);
}

Test(clock, does_not_drift_over_a_year)
{
	const uint64_t year = UINT64_C(365) * 86400 * UINT64_C(2500000000);
	struct clock clock;

	clock_set(&clock, &from, &to, 0, 0);
	cr_expect_leq(to.ns + year / 5 * 2 - clock_to_ns(&clock, to.counter + year),
		year / 5 * 2 / 1000000000);
}

Test(clock, takes_off_the_guests_offset)
{
	struct clock clock;

	cr_assert_eq(clock_set(&clock, &from, &to, -20000000, 25), 0);
	cr_expect_eq(clock_to_ns(&clock, to.counter - 20000000), to.ns);
	cr_expect_eq(clock.offset_error_ns, 9);
	cr_expect_geq(clock.error_ns, 39);
}

Test(clock, saturates)
{
	struct clock clock;

	clock_set(&clock, &from, &to, 0, 0);
	cr_expect_eq(clock_to_ns(&clock, 0), to.ns - 10400000 - 0);
	cr_expect_eq(clock_to_ns(&clock, to.counter + (UINT64_C(1) << 63)), 0);
	clock.ratio = UINT64_MAX;
	cr_expect_eq(clock_to_ns(&clock, to.counter + INT64_MAX), UINT64_MAX);
}

Test(clock, refuses_a_baseline_too_short_or_backwards)
{
	const struct clock_sample close = {.counter = 1000100, .ns = 5000040};
	struct clock clock;

	cr_expect_lt(clock_set(&clock, &from, &close, 0, 0), 0);
	cr_expect_lt(clock_set(&clock, &to, &from, 0, 0), 0);
}

Test(clock, samples_agree_with_the_system)
{
	struct clock_sample sample;
	uint64_t before = clock_now_ns();

	clock_sample(&sample);
	cr_expect_geq(sample.ns, before);
	cr_expect_leq(sample.ns, clock_now_ns());
	cr_expect_lt(sample.error_ns, 1000000);
}

Test(clock, bounds_close_in_on_an_unknown_offset)
{
	/* The guest counts 1,000,000 ahead; drains find records up to 300 ticks late. */
	struct clock_bounds bounds = {0};
	uint64_t error, host;

	clock_bounds_before(&bounds, 1000000 + 5000, 5200);
	cr_expect_eq(clock_bounds_offset(&bounds, &error), 999800);
	cr_expect_eq(error, UINT64_MAX, "only one side is known");
	clock_bounds_after(&bounds, 1000000 + 5000, 4900);
	cr_expect_eq(clock_bounds_offset(&bounds, &error), 999950);
	cr_expect_eq(error, 151);
	for (host = 10000; host < 20000; host += 1000) {
		clock_bounds_before(&bounds, 1000000 + host, host + host / 1000);
		clock_bounds_after(&bounds, 1000000 + host, host - host / 1000);
	}
	cr_expect_eq(clock_bounds_offset(&bounds, &error), 1000000);
	cr_expect_eq(error, 11);
}

Test(clock, bounds_start_anew_when_the_counter_was_set)
{
	struct clock_bounds bounds = {0};
	uint64_t error;

	clock_bounds_before(&bounds, 2000, 1010);
	clock_bounds_after(&bounds, 2000, 990);
	cr_expect_eq(clock_bounds_offset(&bounds, &error), 1000);
	/* The guest was restored: its counter is 500 behind what it was. */
	clock_bounds_after(&bounds, 2500, 1990);
	cr_expect_eq(clock_bounds_offset(&bounds, &error), 510);
	cr_expect_eq(error, UINT64_MAX);
	clock_bounds_before(&bounds, 2500, 2010);
	cr_expect_eq(clock_bounds_offset(&bounds, &error), 500);
	cr_expect_eq(error, 11);
}
