/* SPDX-License-Identifier: MIT */
/*
 * truth.h - a counter and the time at which it was read, found out by other means
 * than vspan's: host and guest pass words to and fro in the last page of the
 * region, which no ring reaches. guest.c is the guest's side of it.
 */
#ifndef VSPAN_TESTS_CLOCK_TRUTH_H
#define VSPAN_TESTS_CLOCK_TRUTH_H

#include <stdint.h>
#include <vspan/abi.h>

/* Host and guest each write a line of their own. */
struct truth_page {
	uint64_t ask; /* the host's: another number each time, or with what to do besides */
	uint64_t reserved0[15];
	uint64_t counter; /* the guest's: read after it saw `answer` in `ask` */
	uint64_t answer;
	uint64_t flushed; /* times a flush was answered in time */
	uint64_t reserved1[13];
};

#define TRUTH_BEGIN (UINT64_C(1) << 62) /* begin a span with that number */
#define TRUTH_END (UINT64_C(1) << 61)   /* end it, and flush before answering */
#define TRUTH_NUMBER (TRUTH_END - 1)
#define TRUTH_STOP UINT64_MAX /* end */

static inline struct truth_page *truth_page(void *region, uint64_t size)
{
	return (struct truth_page *)((char *)region + size - VSPAN_ABI_PAGE);
}

#endif /* VSPAN_TESTS_CLOCK_TRUTH_H */
