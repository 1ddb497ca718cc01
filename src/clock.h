/* SPDX-License-Identifier: MIT */
/*
 * clock.h - guest counter to CLOCK_MONOTONIC nanoseconds, LTTng's trace clock.
 * A clock is a value: copy it, convert with it from one thread.
 *
 *   ns = ns0 + ((counter - counter0) * ratio) / 2^48
 *
 * in 128-bit arithmetic, so it neither overflows nor drifts. `error_ns` bounds
 * the distance to the truth at the anchor.
 */
#ifndef VSPAN_SRC_CLOCK_H
#define VSPAN_SRC_CLOCK_H

#include <stdbool.h>
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
	uint64_t ratio; /* ns per tick, 16.48 fixed point */
	uint64_t error_ns;
	int64_t offset; /* guest counter - host counter */
	uint64_t offset_error_ns;
};

/* CLOCK_MONOTONIC now, in ns. */
uint64_t clock_now_ns(void);

/* The host's counter now, in ticks. */
uint64_t clock_counter(void);

/* Reads both host clocks together: the tightest of several tries. */
void clock_sample(struct clock_sample *sample);

/*
 * Anchors a clock at `now`, with the ratio between two samples at least a
 * millisecond apart. 0, or -ERANGE if they are too close or run backwards.
 */
int clock_set(struct clock *clock, const struct clock_sample *from, const struct clock_sample *now,
	int64_t offset, uint64_t offset_error_ticks);

/*
 * What is known of a guest counter's offset (guest - host, ticks) when nobody
 * tells it: a record was stamped before the host found it, and after the host
 * last found its ring empty. Each drain narrows the bounds.
 */
struct clock_bounds {
	int64_t low;
	int64_t high;
	bool known_low;
	bool known_high;
};

/* `counter` was stamped before host counter `after`... */
void clock_bounds_before(struct clock_bounds *bounds, uint64_t counter, uint64_t after);
/* ...and after host counter `before`. Contradictions (a restored guest) start anew. */
void clock_bounds_after(struct clock_bounds *bounds, uint64_t counter, uint64_t before);

/* The best guess, and how far off it may be, in ticks; UINT64_MAX: one bound is missing. */
int64_t clock_bounds_offset(const struct clock_bounds *bounds, uint64_t *error);

/* Guest counter to ns; never wraps, saturates at 0 and UINT64_MAX. */
uint64_t clock_to_ns(const struct clock *clock, uint64_t counter);

#endif /* VSPAN_SRC_CLOCK_H */
