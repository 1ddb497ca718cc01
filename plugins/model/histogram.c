/* SPDX-License-Identifier: MIT */
/*
 * histogram.c - see histogram.h. A bucket stands for its middle: half its width
 * is at most 1/64 of the least value in it.
 */
#include "histogram.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define BUCKET_BITS 5

static_assert(HISTOGRAM_BUCKETS == 1 << BUCKET_BITS, "buckets of a block");
static_assert(HISTOGRAM_BLOCKS == 64 - BUCKET_BITS + 1, "a block for each power of two");

/* The first block and the second have buckets one wide; then widths double. */
static unsigned int block_shift(unsigned int block)
{
	return block > 0 ? block - 1 : 0;
}

static unsigned int value_block(uint64_t value)
{
	if (value < HISTOGRAM_BUCKETS)
		return 0;
	return 64 - BUCKET_BITS - (unsigned int)__builtin_clzll(value);
}

static uint64_t bucket_middle(unsigned int block, unsigned int bucket)
{
	unsigned int shift = block_shift(block);
	uint64_t first = bucket + (block > 0 ? HISTOGRAM_BUCKETS : 0);

	return (first << shift) + (UINT64_C(1) << shift) / 2;
}

int histogram_add(struct histogram *histogram, uint64_t value)
{
	unsigned int block = value_block(value);
	uint64_t **counts = &histogram->blocks[block];

	assert(block < HISTOGRAM_BLOCKS);
	if (!*counts)
		*counts = calloc(HISTOGRAM_BUCKETS, sizeof(**counts));
	if (!*counts)
		return -ENOMEM;
	(*counts)[(value >> block_shift(block)) % HISTOGRAM_BUCKETS]++;
	histogram->count++;
	return 0;
}

/* Of `count` values, the one in order that a quantile is, from 1 on; without overflow. */
static uint64_t quantile_rank(uint64_t count, unsigned int percent)
{
	uint64_t rank = count / 100 * percent + (count % 100 * percent + 99) / 100;

	return rank > 0 ? rank : 1;
}

uint64_t histogram_quantile(const struct histogram *histogram, unsigned int percent)
{
	uint64_t rank = quantile_rank(histogram->count, percent);
	uint64_t seen = 0;

	assert(percent <= 100);
	for (unsigned int block = 0; block < HISTOGRAM_BLOCKS; block++) {
		const uint64_t *counts = histogram->blocks[block];

		for (unsigned int bucket = 0; counts && bucket < HISTOGRAM_BUCKETS; bucket++) {
			seen += counts[bucket];
			if (seen >= rank)
				return bucket_middle(block, bucket);
		}
	}
	return 0;
}

void histogram_clear(struct histogram *histogram)
{
	for (unsigned int block = 0; block < HISTOGRAM_BLOCKS; block++)
		free(histogram->blocks[block]);
	*histogram = (struct histogram){0};
}
