/* SPDX-License-Identifier: MIT */
/* test-histogram.c - quantiles of plugins/model/histogram.c beside exact ones. */
#include "model/histogram.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdlib.h>

#define VALUES 20000

/* Of George Marsaglia: the same values in every run. */
static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t exact_quantile(const uint64_t *sorted, uint64_t count, unsigned int percent)
{
	uint64_t rank = (count * percent + 99) / 100;

	return sorted[rank > 0 ? rank - 1 : 0];
}

static void check_quantiles(uint64_t *values, uint64_t count)
{
	struct histogram histogram = {0};

	for (uint64_t i = 0; i < count; i++)
		cr_assert_eq(histogram_add(&histogram, values[i]), 0);
	cr_assert_eq(histogram.count, count);
	qsort(values, count, sizeof(*values), compare);
	for (unsigned int percent = 0; percent <= 100; percent++) {
		uint64_t exact = exact_quantile(values, count, percent);
		uint64_t told = histogram_quantile(&histogram, percent);
		uint64_t off = told > exact ? told - exact : exact - told;

		cr_assert_leq(off, exact / HISTOGRAM_ERROR, "%u %%: %llu instead of %llu", percent,
			(unsigned long long)told, (unsigned long long)exact);
	}
	histogram_clear(&histogram);
}

Test(histogram, nothing)
{
	struct histogram histogram = {0};

	cr_assert_eq(histogram_quantile(&histogram, 50), 0);
	histogram_clear(&histogram);
}

/* As many random bits as the shift leaves: from nanoseconds to centuries. */
Test(histogram, random_values)
{
	static uint64_t values[VALUES];
	uint64_t state = 88172645463325252u;

	for (unsigned int shift = 0; shift < 64; shift++) {
		for (uint64_t i = 0; i < VALUES; i++)
			values[i] = random_next(&state) >> shift;
		check_quantiles(values, VALUES);
	}
}

/* Every magnitude in one histogram. */
Test(histogram, mixed_magnitudes)
{
	static uint64_t values[VALUES];
	uint64_t state = 2463534242u;

	for (uint64_t count = 1; count <= VALUES; count = count * 3 + 1) {
		for (uint64_t i = 0; i < count; i++)
			values[i] = random_next(&state) >> (random_next(&state) % 64);
		check_quantiles(values, count);
	}
}

/* Around each power of two, where blocks meet, and both ends of the range. */
Test(histogram, edges)
{
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t power = UINT64_C(1) << bit;
		uint64_t values[] = {power - 1, power, power + 1};

		for (unsigned int i = 0; i < 3; i++)
			check_quantiles(&values[i], 1);
	}
	check_quantiles(&(uint64_t){0}, 1);
	check_quantiles(&(uint64_t){UINT64_MAX}, 1);
}

/* What a person's table relies on: small durations are as they are. */
Test(histogram, small_values_are_exact)
{
	struct histogram histogram = {0};

	for (uint64_t value = 0; value < 64; value++) {
		histogram_clear(&histogram);
		cr_assert_eq(histogram_add(&histogram, value), 0);
		cr_assert_eq(histogram_quantile(&histogram, 99), value);
	}
	histogram_clear(&histogram);
}
