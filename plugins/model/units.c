/* SPDX-License-Identifier: MIT */
/*
 * units.c - see units.h. Integer arithmetic only: what is printed is exact to
 * its last digit, and the same on every machine.
 */
#include "units.h"

#include <assert.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)

/* Divides, rounding half up, without overflow. */
static uint64_t divide_rounded(uint64_t value, uint64_t by)
{
	return value / by + (value % by >= by - by / 2);
}

/* Appends a number with at least `digits` digits. Returns where it ends. */
static char *put_number(char *at, uint64_t number, unsigned int digits)
{
	char reversed[20];
	unsigned int count = 0;

	do {
		reversed[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number || count < digits);
	while (count > 0)
		*at++ = reversed[--count];
	return at;
}

static void put_unit(char *at, const char *unit)
{
	strcpy(at, unit);
}

void units_duration(char text[UNITS_TEXT], uint64_t ns)
{
	static const char *const units[] = {" us", " ms", " s"};
	uint64_t scale = 1000; /* ns in the unit */

	if (ns < 1000) {
		put_unit(put_number(text, ns, 1), " ns");
		return;
	}
	for (unsigned int u = 0; u < 3; u++, scale *= 1000) {
		/* 1.234, 12.34, 123.4: the first of them that four digits hold after rounding. */
		for (uint64_t part = 1000; part >= 10; part /= 10) {
			uint64_t value = divide_rounded(ns, scale / part);
			char *at = text;

			if (value < 10000) {
				at = put_number(at, value / part, 1);
				*at++ = '.';
				at = put_number(at, value % part,
					part == 1000          ? 3
						: part == 100 ? 2
							      : 1);
				put_unit(at, units[u]);
				return;
			}
		}
	}
	put_unit(put_number(text, divide_rounded(ns, (uint64_t)NS_PER_S), 1), " s");
}

void units_time_of_day(char text[UNITS_TEXT], int64_t ns)
{
	int64_t day = 86400 * NS_PER_S;
	int64_t rest = ns % day;
	uint64_t seconds;

	if (rest < 0)
		rest += day;
	seconds = (uint64_t)(rest / NS_PER_S);
	assert(seconds < 86400);
	text = put_number(text, seconds / 3600, 2);
	*text++ = ':';
	text = put_number(text, seconds / 60 % 60, 2);
	*text++ = ':';
	text = put_number(text, seconds % 60, 2);
	*text++ = '.';
	*put_number(text, (uint64_t)(rest % NS_PER_S), 9) = '\0';
}

int64_t units_add(int64_t a, uint64_t b)
{
	/* Distance from a to the end of the range, as an unsigned difference. */
	uint64_t room = (uint64_t)INT64_MAX - (uint64_t)a;

	return b > room ? INT64_MAX : (int64_t)((uint64_t)a + b);
}
