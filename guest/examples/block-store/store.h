/* SPDX-License-Identifier: MIT */
/*
 * store.h - a small log-structured block store in memory. Blocks are only ever
 * appended to the log; what an overwrite leaves behind is garbage until a
 * collection copies the live blocks out of a segment and frees it.
 *
 * Lengths are what a real store would hold, contents are kept at 1/16 scale: a
 * block of `len` bytes has STORE_WORDS(len) words of contents. So a guest on a
 * slow, emulated processor still sees blocks of realistic sizes.
 */
#ifndef BLOCK_STORE_H
#define BLOCK_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include "counts.h"

#define STORE_LBAS_MAX 16u
#define STORE_SEGMENTS_MAX 8u
#define STORE_SEGMENT_WORDS 512u

#define STORE_SCALE 16u
#define STORE_LEN_UNIT 512u /* every block length is a multiple */
#define STORE_LEN_MAX 8192u
#define STORE_WORDS(len) ((len) / (STORE_SCALE * (uint32_t)sizeof(uint32_t)))
#define STORE_WORDS_MAX STORE_WORDS(STORE_LEN_MAX)

/* In the log, in front of the contents: lba, len, checksum. */
#define STORE_HEADER_WORDS 3u
#define STORE_BLOCK_WORDS_MAX (STORE_HEADER_WORDS + STORE_WORDS_MAX)

/*
 * With this many segments a write never fails, whatever the lengths: when
 * nothing is garbage, all segments but the one kept for collections are live up
 * to less than a largest block from their ends.
 */
#define STORE_SEGMENTS_ENOUGH(lbas) \
	(2u + (lbas)*STORE_BLOCK_WORDS_MAX / (STORE_SEGMENT_WORDS - STORE_BLOCK_WORDS_MAX + 1u))

#define STORE_MISS 1 /* nothing was ever written there */
#define STORE_ERROR_FULL (-1)
#define STORE_ERROR_MISMATCH (-2) /* the contents are not what was written */
#define STORE_ERROR_RANGE (-3)    /* no such block, or not a possible length */

struct store_segment {
	uint32_t used; /* words appended, 0: free */
	uint32_t live; /* words of them the index points at */
};

/* What the store has done; each but `hits` is also the number of such spans or events. */
struct store_statistics {
	uint64_t writes;
	uint64_t writes_over_4096;
	uint64_t reads;
	uint64_t hits;
	uint64_t mismatches; /* reads that failed */
	uint64_t appends;
	uint64_t collections;
	uint64_t corruptions;
};

struct store {
	uint32_t lba_count;
	uint32_t segment_count;
	uint32_t head;                  /* the segment being appended to */
	uint32_t index[STORE_LBAS_MAX]; /* block's place in the log + 1, 0: never written */
	struct store_segment segments[STORE_SEGMENTS_MAX];
	uint32_t log[STORE_SEGMENTS_MAX * STORE_SEGMENT_WORDS];
	struct store_statistics statistics;
	struct counts *counts; /* where the store counts the records it writes */
};

/*
 * Makes a store empty: up to STORE_LBAS_MAX blocks in 2 to STORE_SEGMENTS_MAX
 * segments, one of which is kept free for collections.
 */
void store_format(
	struct store *store, uint32_t lba_count, uint32_t segment_count, struct counts *counts);

/*
 * Writes a block of `len` bytes, a multiple of STORE_LEN_UNIT up to STORE_LEN_MAX.
 * Returns 0, STORE_ERROR_RANGE or STORE_ERROR_FULL: the old contents stay then.
 */
int store_write(struct store *store, uint32_t lba, uint32_t len, const uint32_t *contents);

/*
 * Reads a block into `contents`, of STORE_WORDS_MAX words. Returns 0, STORE_MISS
 * (*len is 0) or STORE_ERROR_MISMATCH.
 */
int store_read(struct store *store, uint32_t lba, uint32_t *len, uint32_t *contents);

/* Collects the segment with the most garbage. False: there was none to collect. */
bool store_collect(struct store *store);

/* Flips a bit of a block behind the store's back. False: it was never written. */
bool store_corrupt(struct store *store, uint32_t lba);

#endif /* BLOCK_STORE_H */
