/* SPDX-License-Identifier: MIT */
/*
 * units.h - nanoseconds for people: durations with four significant digits,
 * times of day to the nanosecond.
 */
#ifndef VSPAN_PLUGINS_MODEL_UNITS_H
#define VSPAN_PLUGINS_MODEL_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define UNITS_TEXT 32

/* "12 ns", "2.100 us", "800.1 us", "1.204 ms", "12.34 s". Returns the length. */
size_t units_duration(char text[UNITS_TEXT], uint64_t ns);

/* Time of day (UTC) of a time in ns from the clock's origin: "14:03:05.123456789". The same. */
size_t units_time_of_day(char text[UNITS_TEXT], int64_t ns);

/* a + b, held at the ends of the range. */
int64_t units_add(int64_t a, uint64_t b);

#endif /* VSPAN_PLUGINS_MODEL_UNITS_H */
