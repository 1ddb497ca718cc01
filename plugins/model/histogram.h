/* SPDX-License-Identifier: MIT */
/*
 * histogram.h - how values are distributed, in memory that does not grow with
 * their number: buckets that are exact below 64, and from there on 1/32 of the
 * power of two they are in. What it says of a quantile is off by at most
 * 1/HISTOGRAM_ERROR of it.
 */
#ifndef VSPAN_PLUGINS_MODEL_HISTOGRAM_H
#define VSPAN_PLUGINS_MODEL_HISTOGRAM_H

#include <stdint.h>

/* Relative error of a quantile, at most: one in that many. */
#define HISTOGRAM_ERROR 64

#define HISTOGRAM_BUCKETS 32 /* of a block: a power of two */
#define HISTOGRAM_BLOCKS 60  /* values below 32, then one for each power of two */

/* All zeroes is an empty histogram. At most 15 KiB, for the blocks that have values only. */
struct histogram {
	uint64_t count;
	uint64_t *blocks[HISTOGRAM_BLOCKS]; /* NULL: nothing in it */
};

/* Returns 0 or -ENOMEM. */
int histogram_add(struct histogram *histogram, uint64_t value);

/* The least value that `percent` % of all values do not exceed; 0 if there are none. */
uint64_t histogram_quantile(const struct histogram *histogram, unsigned int percent);

void histogram_clear(struct histogram *histogram);

#endif /* VSPAN_PLUGINS_MODEL_HISTOGRAM_H */
