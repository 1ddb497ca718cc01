/* SPDX-License-Identifier: MIT */
/*
 * test-clock-estimate.c - a counter whose truth is known is read late, early, by
 * one side only, for minutes: what the clock says is never farther off than it
 * says. Time is simulated.
 */
#include <criterion/criterion.h>
#include <math.h>
#include "clock-estimate.h"

#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)

/* A guest's counter: `frequency` ticks per ns, wandering by `wander` over `period` s. */
struct truth {
	double frequency;
	double offset; /* ticks */
	double wander; /* of the rate, relative */
	double period; /* s */
};

static const uint64_t start_ns = 5000 * SECOND;

static uint64_t counter_at(const struct truth *truth, uint64_t ns)
{
	const double t = (double)(int64_t)(ns - start_ns);
	const double turn = truth->period != 0 ? 2 * M_PI / (truth->period * 1e9) : 1;
	/* The integral of 1 + wander * sin(turn * t). */
	const double warped = t + truth->wander / turn * (1 - cos(turn * t));

	return (uint64_t)(int64_t)(truth->offset + warped * truth->frequency);
}

static uint64_t random_state;

/* Below `limit`, mostly far below: delays have a long tail. */
static uint64_t random_delay(uint64_t limit)
{
	double one;

	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	one = (double)(random_state >> 11) / 0x1p53;
	return (uint64_t)(one * one * one * (double)limit);
}

struct worst {
	uint64_t stated;   /* the largest bound, once the clock had settled */
	uint64_t observed; /* the largest error */
	uint64_t exceeded; /* times the error was above the bound */
	uint64_t samples;
};

static void compare(const struct truth *truth, const struct clock *clock, uint64_t ns, bool settled,
	struct worst *worst)
{
	const uint64_t counter = counter_at(truth, ns);
	const uint64_t said = clock_to_ns(clock, counter);
	const uint64_t tick = (clock->ratio >> CLOCK_RATIO_SHIFT) + 1;
	const uint64_t off = said > ns ? said - ns : ns - said;
	const uint64_t bound = clock_error_at(clock, counter);

	worst->samples++;
	/* The counter stands for a whole tick. */
	if (off > bound + tick)
		worst->exceeded++;
	if (!settled)
		return;
	worst->stated = bound > worst->stated ? bound : worst->stated;
	worst->observed = off > worst->observed ? off : worst->observed;
}

enum habit {
	HABIT_PING = 1,    /* the guest answers, after `delay` at most */
	HABIT_RECORDS = 2, /* and what it writes is found after `delay`; rings run empty */
};

/* A reading every `pause`, for `seconds`; the clock is made anew when it is due. */
static struct worst run(const struct truth *truth, uint32_t habits, uint64_t pause, uint64_t delay,
	uint64_t seconds, double guess)
{
	struct clock_estimate estimate;
	struct clock clock = {0};
	struct worst worst = {0};
	uint64_t ns, due = 0;

	random_state = 42;
	clock_estimate_start(&estimate, guess);
	for (ns = start_ns; ns < start_ns + seconds * SECOND; ns += pause) {
		const uint64_t sent = ns - random_delay(delay);
		const uint64_t found = ns + random_delay(delay);
		struct clock_reading reading = {counter_at(truth, ns), sent, found};

		if ((habits & HABIT_RECORDS) == 0)
			reading.high = CLOCK_HIGH_UNKNOWN;
		if ((habits & HABIT_PING) == 0)
			reading.low = CLOCK_LOW_UNKNOWN;
		clock_estimate_add(&estimate, &reading, found);
		if (found >= due) {
			const uint64_t horizon = clock_estimate_horizon(&estimate, found);

			if (clock_estimate_fit(&estimate, found, horizon, &clock))
				due = found + horizon / 6 * 5;
		}
		if (clock.ratio != 0)
			compare(truth, &clock, ns, ns - start_ns > 5 * SECOND, &worst);
	}
	cr_log_info("stated %lu observed %lu", (unsigned long)worst.stated,
		(unsigned long)worst.observed);
	cr_expect_eq(estimate.jumps, 0);
	return worst;
}

static const struct truth steady = {.frequency = 2.5, .offset = 1e12};

Test(clock_estimate, two_samples_make_a_clock)
{
	struct clock_reading one = {1000000, 5000000 - 10, 5000000 + 10};
	struct clock_reading two = {26000000, 15000000 - 20, 15000000 + 20};
	struct clock_estimate estimate;
	struct clock clock;

	clock_estimate_start(&estimate, 0);
	cr_expect_not(clock_estimate_fit(&estimate, 5000000, MS, &clock), "nothing is known");
	clock_estimate_add(&estimate, &one, 5000000);
	clock_estimate_add(&estimate, &two, 15000000);
	cr_assert(clock_estimate_fit(&estimate, 15000000, MS, &clock));
	cr_expect_leq(llabs((long long)(clock_to_ns(&clock, 26000000) - 15000000)), 20);
	cr_expect_leq(llabs((long long)(clock_to_ns(&clock, 1000000) - 5000000)), 20);
	cr_expect_geq(clock.error_ns, 20);
	cr_expect_leq(clock.error_ns, 40);
	cr_expect_geq(clock_error_at(&clock, 26000000 + UINT64_C(25000000000)), 30000,
		"ten seconds later, 3 ppm");
}

Test(clock_estimate, one_side_is_not_enough)
{
	const struct clock_reading high = {1000, CLOCK_LOW_UNKNOWN, 5000};
	const struct clock_reading low = {900, 4000, CLOCK_HIGH_UNKNOWN};
	struct clock_estimate estimate;
	struct clock clock;

	clock_estimate_start(&estimate, 0.4);
	clock_estimate_add(&estimate, &high, 5000);
	cr_expect_not(clock_estimate_fit(&estimate, 5000, MS, &clock));
	clock_estimate_add(&estimate, &low, 5000);
	cr_expect(clock_estimate_fit(&estimate, 5000, MS, &clock));
}

Test(clock_estimate, the_hosts_own_counter)
{
	const struct worst worst = run(&steady, HABIT_PING | HABIT_RECORDS, 100 * MS, 30, 60, 0);

	cr_expect_eq(worst.exceeded, 0);
	cr_expect_lt(worst.stated, 1000);
	cr_expect_lt(worst.observed, 100);
}

/* Any frequency will do, nobody tells it. */
Test(clock_estimate, scaled_counters)
{
	static const double frequencies[] = {0.001, 0.024, 0.37 * 2.5, 2.5, 2.5 * 2.5, 9};
	uint32_t i;

	for (i = 0; i < sizeof(frequencies) / sizeof(frequencies[0]); i++) {
		const struct truth scaled = {.frequency = frequencies[i], .offset = -1e9};
		const struct worst worst =
			run(&scaled, HABIT_PING | HABIT_RECORDS, MS, 100000, 30, 0.4);

		cr_expect_eq(worst.exceeded, 0, "%f: %lu of %lu", frequencies[i],
			(unsigned long)worst.exceeded, (unsigned long)worst.samples);
		cr_expect_lt(worst.stated, 3000 + 2 / frequencies[i], "%f: %lu", frequencies[i],
			(unsigned long)worst.stated);
	}
}

/* The rate wanders by what is taken for granted, for ten minutes. */
Test(clock_estimate, drift_over_minutes)
{
	const struct truth wandering = {.frequency = 2.5 * 0.37, .wander = 0.3e-6, .period = 120};
	const struct worst worst =
		run(&wandering, HABIT_PING | HABIT_RECORDS, 2 * MS, 200000, 600, 0.4);

	cr_expect_eq(worst.exceeded, 0, "%lu of %lu", (unsigned long)worst.exceeded,
		(unsigned long)worst.samples);
	cr_expect_lt(worst.stated, 10000);
	cr_expect_gt(worst.observed, 0);
}

/* It wanders by a hundred times that: the bound grows instead of being wrong. */
Test(clock_estimate, more_drift_than_was_granted)
{
	const struct truth wild = {.frequency = 2.5, .wander = 50e-6, .period = 60};
	const struct worst worst = run(&wild, HABIT_PING | HABIT_RECORDS, 2 * MS, 50000, 300, 0.4);

	cr_expect_leq(worst.exceeded, worst.samples / 100, "%lu of %lu",
		(unsigned long)worst.exceeded, (unsigned long)worst.samples);
	cr_expect_lt(worst.stated, 200000);
}

Test(clock_estimate, a_counter_that_was_set_starts_anew)
{
	struct truth truth = steady;
	struct clock_estimate estimate;
	struct clock clock;
	struct worst worst = {0};
	uint64_t ns;

	clock_estimate_start(&estimate, 0.4);
	for (ns = start_ns; ns < start_ns + 4 * SECOND; ns += 10 * MS) {
		if (ns == start_ns + 2 * SECOND)
			truth.offset -= 1e10;
		clock_estimate_add(&estimate,
			&(struct clock_reading){counter_at(&truth, ns), ns - 1000, ns + 1000},
			ns + 1000);
		cr_assert(clock_estimate_fit(&estimate, ns + 1000, 12 * MS, &clock));
		compare(&truth, &clock, ns, true, &worst);
	}
	cr_expect_eq(estimate.jumps, 1);
	cr_expect_eq(worst.exceeded, 0);
}

/* Nothing is heard for a minute: the bound says so, and heals. */
Test(clock_estimate, silence)
{
	struct clock_estimate estimate;
	struct clock clock;
	struct worst worst = {0};
	uint64_t ns, error;

	clock_estimate_start(&estimate, 0.4);
	for (ns = start_ns; ns < start_ns + 10 * SECOND; ns += 10 * MS)
		clock_estimate_add(&estimate,
			&(struct clock_reading){counter_at(&steady, ns), ns - 1000, ns + 1000}, ns);
	cr_assert(clock_estimate_fit(&estimate, ns, 500 * MS, &clock));
	error = clock.error_ns;
	ns += 60 * SECOND;
	cr_assert(clock_estimate_fit(&estimate, ns, 500 * MS, &clock));
	cr_expect_gt(clock.error_ns, error + 20000);
	compare(&steady, &clock, ns, true, &worst);
	clock_estimate_add(&estimate,
		&(struct clock_reading){counter_at(&steady, ns), ns - 1000, ns + 1000}, ns);
	cr_assert(clock_estimate_fit(&estimate, ns, 500 * MS, &clock));
	cr_expect_leq(clock.error_ns, error);
	compare(&steady, &clock, ns, true, &worst);
	cr_expect_eq(worst.exceeded, 0);
	cr_expect_eq(estimate.jumps, 0);
}

/* Whatever a guest makes up: bounded work, a clock or none, no trap. */
Test(clock_estimate, nonsense)
{
	struct clock_estimate estimate;
	struct clock clock;
	uint64_t i, made = 0;

	clock_estimate_start(&estimate, 0);
	random_state = 7;
	for (i = 0; i < 20000; i++) {
		struct clock_reading reading = {0, start_ns + i * MS, start_ns + i * MS + 10};

		random_delay(1);
		reading.counter = random_state << (i % 7) * 8;
		clock_estimate_add(&estimate, &reading, start_ns + i * MS);
		if (i % 10 == 0 &&
			clock_estimate_fit(&estimate, start_ns + i * MS, 10 * MS, &clock)) {
			made++;
			cr_assert_leq(estimate.count, CLOCK_BUCKETS);
			cr_assert_leq(clock_to_ns(&clock, random_state), UINT64_MAX);
			cr_assert_leq(clock_error_at(&clock, random_state), INT64_MAX);
		}
	}
	cr_expect_gt(made, 0);
}
