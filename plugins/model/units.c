/* SPDX-License-Identifier: MIT */
/*
 * units.c - see units.h. Integer arithmetic only: what is printed is exact to
 * its last digit, and the same on every machine.
 */
#include "units.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define NS_PER_S INT64_C(1000000000)

/* Divides, rounding half up, without overflow. */
static uint64_t divide_rounded(uint64_t value, uint64_t by)
{
	return value / by + (value % by >= by - by / 2);
}

void units_duration(char text[UNITS_TEXT], uint64_t ns)
{
	static const char *const units[] = {"us", "ms", "s"};
	uint64_t scale = 1000; /* ns in the unit */

	if (ns < 1000) {
		snprintf(text, UNITS_TEXT, "%" PRIu64 " ns", ns);
		return;
	}
	for (unsigned int u = 0; u < 3; u++, scale *= 1000) {
		/* 1.234, 12.34, 123.4: the first of them that four digits hold after rounding. */
		for (uint64_t part = 1000; part >= 10; part /= 10) {
			uint64_t value = divide_rounded(ns, scale / part);

			if (value < 10000) {
				int digits = part == 1000 ? 3 : part == 100 ? 2 : 1;

				snprintf(text, UNITS_TEXT, "%" PRIu64 ".%0*" PRIu64 " %s",
					value / part, digits, value % part, units[u]);
				return;
			}
		}
	}
	snprintf(text, UNITS_TEXT, "%" PRIu64 " s", divide_rounded(ns, (uint64_t)NS_PER_S));
}

void units_time_of_day(char text[UNITS_TEXT], int64_t ns)
{
	int64_t day = 86400 * NS_PER_S;
	int64_t rest = ns % day;
	int64_t seconds;

	if (rest < 0)
		rest += day;
	seconds = rest / NS_PER_S;
	assert(seconds >= 0 && seconds < 86400);
	snprintf(text, UNITS_TEXT, "%02d:%02d:%02d.%09" PRId64, (int)(seconds / 3600),
		(int)(seconds / 60 % 60), (int)(seconds % 60), rest % NS_PER_S);
}

int64_t units_add(int64_t a, uint64_t b)
{
	/* Distance from a to the end of the range, as an unsigned difference. */
	uint64_t room = (uint64_t)INT64_MAX - (uint64_t)a;

	return b > room ? INT64_MAX : (int64_t)((uint64_t)a + b);
}
