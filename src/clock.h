/* SPDX-License-Identifier: MIT */
/*
 * clock.h - guest counter to CLOCK_MONOTONIC nanoseconds, LTTng's trace clock.
 * A clock is a value: copy it, convert with it from one thread.
 *
 *   ns = ns0 + ((counter - counter0) * ratio) / 2^48
 *
 * in 128-bit arithmetic, so it neither overflows nor drifts. clock-estimate.h
 * makes clocks and states their errors.
 */
#ifndef VSPAN_SRC_CLOCK_H
#define VSPAN_SRC_CLOCK_H

#include <stdint.h>

#define CLOCK_RATIO_SHIFT 48

/* A simultaneous reading of both clocks; the truth is within +-error_ns of ns. */
struct clock_sample {
	uint64_t counter; /* host counter, ticks */
	uint64_t ns;      /* CLOCK_MONOTONIC */
	uint64_t error_ns;
};

struct clock {
	uint64_t counter0; /* guest counter at the anchor */
	uint64_t ns0;
	uint64_t ratio;      /* ns per tick, 16.48 fixed point */
	uint64_t error_ns;   /* bound on the error, from the anchor... */
	uint64_t horizon_ns; /* ...until so long after it, */
	uint64_t drift_ppb;  /* and by how much it grows with the distance outside */
};

/* CLOCK_MONOTONIC now, in ns. */
uint64_t clock_now_ns(void);

/* Reads both host clocks together: the tightest of several tries. */
void clock_sample(struct clock_sample *sample);

/* Guest counter to ns; never wraps, saturates at 0 and UINT64_MAX. */
uint64_t clock_to_ns(const struct clock *clock, uint64_t counter);

/* How far off, at most, what clock_to_ns() says of that counter may be, ns. */
uint64_t clock_error_at(const struct clock *clock, uint64_t counter);

/* The same of a counter read at `when`, ns. */
uint64_t clock_error_when(const struct clock *clock, uint64_t when);

/*
 * The clock of a counter that is `offset` ticks ahead of the one of `host`, give
 * or take `offset_error` ticks.
 */
void clock_shift(
	struct clock *clock, const struct clock *host, int64_t offset, uint64_t offset_error);

#endif /* VSPAN_SRC_CLOCK_H */
