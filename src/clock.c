/* SPDX-License-Identifier: MIT */
/* clock.c - samples the host's clocks and converts guest counters. */
#include "clock.h"

#include <errno.h>
#include <time.h>
#include <vspan/arch.h>

#define SAMPLE_TRIES 8
#define MIN_BASELINE_NS UINT64_C(1000000)
#define NS_PER_SECOND UINT64_C(1000000000)

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 wide_unsigned;

uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t clock_counter(void)
{
	return vspan_arch_counter();
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

int clock_set(struct clock *clock, const struct clock_sample *from, const struct clock_sample *now,
	int64_t offset, uint64_t offset_error_ticks)
{
	uint64_t ns = now->ns - from->ns;
	uint64_t ticks = now->counter - from->counter;

	if (now->ns < from->ns || now->counter <= from->counter || ns < MIN_BASELINE_NS)
		return -ERANGE;
	clock->ratio = (uint64_t)(((wide_unsigned)ns << CLOCK_RATIO_SHIFT) / ticks);
	clock->offset = offset;
	clock->counter0 = now->counter + (uint64_t)offset;
	clock->ns0 = now->ns;
	clock->offset_error_ns =
		(uint64_t)(((wide_unsigned)offset_error_ticks * clock->ratio) >> CLOCK_RATIO_SHIFT);
	clock->error_ns = now->error_ns + from->error_ns + clock->offset_error_ns + 1;
	return 0;
}

void clock_bounds_before(struct clock_bounds *bounds, uint64_t counter, uint64_t after)
{
	int64_t low = (int64_t)(counter - after);

	if (bounds->known_low && low <= bounds->low)
		return;
	if (bounds->known_high && low > bounds->high)
		bounds->known_high = false;
	bounds->low = low;
	bounds->known_low = true;
}

void clock_bounds_after(struct clock_bounds *bounds, uint64_t counter, uint64_t before)
{
	int64_t high = (int64_t)(counter - before);

	if (bounds->known_high && high >= bounds->high)
		return;
	if (bounds->known_low && high < bounds->low)
		bounds->known_low = false;
	bounds->high = high;
	bounds->known_high = true;
}

int64_t clock_bounds_offset(const struct clock_bounds *bounds, uint64_t *error)
{
	uint64_t width = (uint64_t)bounds->high - (uint64_t)bounds->low;

	if (bounds->known_low && bounds->known_high) {
		*error = width / 2 + 1;
		return bounds->low + (int64_t)(width / 2);
	}
	*error = UINT64_MAX;
	return bounds->known_low ? bounds->low : bounds->high;
}

uint64_t clock_to_ns(const struct clock *clock, uint64_t counter)
{
	int64_t ticks = (int64_t)(counter - clock->counter0);
	wide ns = (wide)clock->ns0 + (((wide)ticks * (wide)clock->ratio) >> CLOCK_RATIO_SHIFT);

	if (ns < 0)
		return 0;
	return ns > (wide)UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}
