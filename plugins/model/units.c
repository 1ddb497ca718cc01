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

/* Appends a unit's name. Returns the length of all. */
static size_t put_unit(const char *text, char *at, const char *unit)
{
	strcpy(at, unit);
	return (size_t)(at - text) + strlen(unit);
}

/* 1.234, 12.34, 123.4: four digits, `part` of them a whole one. */
static size_t put_fraction(char *text, uint64_t value, uint64_t part, const char *unit)
{
	char *at = put_number(text, value / part, 1);

	*at++ = '.';
	at = put_number(at, value % part, part == 1000 ? 3 : part == 100 ? 2 : 1);
	return put_unit(text, at, unit);
}

size_t units_duration(char text[UNITS_TEXT], uint64_t ns)
{
	static const char *const units[] = {" us", " ms", " s"};
	uint64_t scale = 1000; /* ns in the unit */

	if (ns < 1000)
		return put_unit(text, put_number(text, ns, 1), " ns");
	for (unsigned int u = 0; u < 3; u++, scale *= 1000) {
		/* The first of them that four digits hold after rounding. */
		for (uint64_t part = 1000; part >= 10 && ns / scale < 1000; part /= 10) {
			uint64_t value = divide_rounded(ns, scale / part);

			if (value < 10000)
				return put_fraction(text, value, part, units[u]);
		}
	}
	return put_unit(text, put_number(text, divide_rounded(ns, (uint64_t)NS_PER_S), 1), " s");
}

size_t units_time_of_day(char text[UNITS_TEXT], int64_t ns)
{
	char *at = text;
	int64_t day = 86400 * NS_PER_S;
	int64_t rest = ns % day;
	uint64_t seconds;

	if (rest < 0)
		rest += day;
	seconds = (uint64_t)(rest / NS_PER_S);
	assert(seconds < 86400);
	at = put_number(at, seconds / 3600, 2);
	*at++ = ':';
	at = put_number(at, seconds / 60 % 60, 2);
	*at++ = ':';
	at = put_number(at, seconds % 60, 2);
	*at++ = '.';
	at = put_number(at, (uint64_t)(rest % NS_PER_S), 9);
	*at = '\0';
	return (size_t)(at - text);
}

int64_t units_add(int64_t a, uint64_t b)
{
	/* Distance from a to the end of the range, as an unsigned difference. */
	uint64_t room = (uint64_t)INT64_MAX - (uint64_t)a;

	return b > room ? INT64_MAX : (int64_t)((uint64_t)a + b);
}
