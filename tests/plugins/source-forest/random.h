/* SPDX-License-Identifier: MIT */
/*
 * random.h - numbers that look random and are the same on every machine: a
 * forest is known by its seed. Used by everything that makes up a forest.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_RANDOM_H
#define VSPAN_TESTS_SOURCE_FOREST_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

/* A number whose bits all depend on all bits of both. */
static inline uint64_t random_mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * UINT64_C(0x9e3779b97f4a7c15) + b + UINT64_C(0x632be59bd9b4e019);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline uint64_t random_next(struct random *random)
{
	random->state++;
	return random_mix(random->state, UINT64_C(0x2545f4914f6cdd1d));
}

/* From 0 to below - 1; 0 if there is nothing to choose from. */
static inline uint64_t random_below(struct random *random, uint64_t below)
{
	return below > 1 ? random_next(random) % below : 0;
}

static inline bool random_percent(struct random *random, uint64_t percent)
{
	return random_below(random, 100) < percent;
}

#endif /* VSPAN_TESTS_SOURCE_FOREST_RANDOM_H */
