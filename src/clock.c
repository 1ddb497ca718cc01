/* SPDX-License-Identifier: MIT */
/* clock.c - samples the host's clocks and converts guest counters. */
#include "clock.h"

#include <time.h>
#include <vspan/arch.h>

#define SAMPLE_TRIES 16
#define NS_PER_SECOND UINT64_C(1000000000)

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 wide_unsigned;

uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/*
 * The counter is read between two readings of the clock; the middle of the
 * narrowest bracket is the best estimate, half of it the bound.
 */
void clock_sample(struct clock_sample *sample)
{
	uint64_t before, after, counter, width;
	int i;

	sample->error_ns = UINT64_MAX;
	for (i = 0; i < SAMPLE_TRIES; i++) {
		before = clock_now_ns();
		counter = vspan_arch_counter();
		after = clock_now_ns();
		width = (after - before) / 2 + 1;
		if (width >= sample->error_ns)
			continue;
		sample->counter = counter;
		sample->ns = before + (after - before) / 2;
		sample->error_ns = width;
	}
}

uint64_t clock_to_ns(const struct clock *clock, uint64_t counter)
{
	int64_t ticks = (int64_t)(counter - clock->counter0);
	wide ns = (wide)clock->ns0 + (((wide)ticks * (wide)clock->ratio) >> CLOCK_RATIO_SHIFT);

	if (ns < 0)
		return 0;
	return ns > (wide)UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}

uint64_t clock_error_at(const struct clock *clock, uint64_t counter)
{
	return clock_error_when(clock, clock_to_ns(clock, counter));
}

uint64_t clock_error_when(const struct clock *clock, uint64_t when)
{
	uint64_t outside = 0;
	wide_unsigned error;

	if (when < clock->ns0)
		outside = clock->ns0 - when;
	else if (when - clock->ns0 > clock->horizon_ns)
		outside = when - clock->ns0 - clock->horizon_ns;
	error = clock->error_ns + (wide_unsigned)outside * clock->drift_ppb / NS_PER_SECOND;
	return error > (wide_unsigned)INT64_MAX ? (uint64_t)INT64_MAX : (uint64_t)error;
}

void clock_shift(
	struct clock *clock, const struct clock *host, int64_t offset, uint64_t offset_error)
{
	const wide_unsigned error = (wide_unsigned)offset_error * host->ratio >> CLOCK_RATIO_SHIFT;

	*clock = *host;
	clock->counter0 += (uint64_t)offset;
	if (offset_error == 0)
		return;
	clock->error_ns += error < (wide_unsigned)INT64_MAX / 2 ? (uint64_t)error + 1
								: (uint64_t)INT64_MAX / 2;
}
