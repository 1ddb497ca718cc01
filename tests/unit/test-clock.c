/* SPDX-License-Identifier: MIT */
/* test-clock.c - conversion is exact, monotonic, saturating. */
#include <criterion/criterion.h>
#include "clock.h"

/* 2.5 GHz; good to 30 ns for a millisecond, then 1 ppm worse each second. */
static const struct clock clock = {
	.counter0 = 26000000,
	.ns0 = 15000000,
	.ratio = (UINT64_C(1) << CLOCK_RATIO_SHIFT) / 5 * 2 + 1,
	.error_ns = 30,
	.horizon_ns = 1000000,
	.drift_ppb = 1000,
};

Test(clock, converts_by_the_ratio)
{
	cr_expect_eq(clock_to_ns(&clock, clock.counter0), clock.ns0);
	cr_expect_eq(clock_to_ns(&clock, clock.counter0 + 2500), clock.ns0 + 1000);
	cr_expect_leq(clock.ns0 - 1000 - clock_to_ns(&clock, clock.counter0 - 2500), 1);
}

Test(clock, does_not_drift_over_a_year)
{
	const uint64_t year = UINT64_C(365) * 86400 * UINT64_C(2500000000);

	cr_expect_leq(clock_to_ns(&clock, clock.counter0 + year) - clock.ns0 - year / 5 * 2,
		year / 5 * 2 / 1000000000);
}

Test(clock, takes_off_the_guests_offset)
{
	struct clock guest;

	clock_shift(&guest, &clock, -20000000, 0);
	cr_expect_eq(clock_to_ns(&guest, clock.counter0 - 20000000), clock.ns0);
	cr_expect_eq(guest.error_ns, clock.error_ns, "an offset that is known costs nothing");
	clock_shift(&guest, &clock, 0, 25);
	cr_expect_geq(guest.error_ns, clock.error_ns + 10);
	cr_expect_leq(guest.error_ns, clock.error_ns + 12);
	clock_shift(&guest, &clock, 0, UINT64_MAX);
	cr_expect_gt(guest.error_ns, UINT64_C(1) << 40);
}

Test(clock, the_bound_grows_outside_of_its_stretch)
{
	const uint64_t second = UINT64_C(2500000000);

	cr_expect_eq(clock_error_at(&clock, clock.counter0), 30);
	cr_expect_eq(clock_error_at(&clock, clock.counter0 + 2000000), 30);
	cr_expect_eq(clock_error_at(&clock, clock.counter0 + second), 30 + 999);
	cr_expect_leq(clock_error_at(&clock, clock.counter0 - 25000000), 30 + 10);
	cr_expect_gt(clock_error_at(&clock, clock.counter0 - 25000000), 30 + 8);
	cr_expect_eq(clock_error_at(&(struct clock){.ratio = UINT64_MAX, .drift_ppb = UINT64_MAX},
			     INT64_MAX),
		INT64_MAX);
}

Test(clock, saturates)
{
	struct clock fast = clock;

	cr_expect_eq(clock_to_ns(&clock, 0), clock.ns0 - 10400000 - 1);
	cr_expect_eq(clock_to_ns(&clock, clock.counter0 + (UINT64_C(1) << 63)), 0);
	fast.ratio = UINT64_MAX;
	cr_expect_eq(clock_to_ns(&fast, clock.counter0 + INT64_MAX), UINT64_MAX);
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
