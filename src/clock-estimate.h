/* SPDX-License-Identifier: MIT */
/*
 * clock-estimate.h - from when a counter was read to what it says: each reading
 * lies between two times of CLOCK_MONOTONIC, and what all of them allow together
 * is a clock with a bound on its error. Where a reading comes from does not
 * matter: the host read both clocks, the guest answered a ping, a record arrived.
 *
 * The counter is taken to run at a rate that is not known and, for as long as
 * readings are remembered (16 s), changes by less than `drift_ppb`. Readings that
 * contradict it raise that number; a jump (the counter was set) starts anew.
 * Memory and time are bounded. Used from one thread.
 */
#ifndef VSPAN_SRC_CLOCK_ESTIMATE_H
#define VSPAN_SRC_CLOCK_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>
#include "clock.h"

#define CLOCK_BUCKETS 32u

/* The rate's change that is taken for granted, and the most that is ever believed. */
#define CLOCK_DRIFT_PPB UINT64_C(300)
#define CLOCK_DRIFT_PPB_MAX UINT64_C(1000000)

#define CLOCK_LOW_UNKNOWN UINT64_C(0)
#define CLOCK_HIGH_UNKNOWN UINT64_MAX

/* `counter` was read not before `low` and not after `high`, ns; or one is not known. */
struct clock_reading {
	uint64_t counter;
	uint64_t low;
	uint64_t high;
};

/* One side of a reading. */
struct clock_side {
	uint64_t counter;
	uint64_t ns;
	bool known;
};

/* The tightest sides of a stretch of time. */
struct clock_bucket {
	uint64_t since; /* ns */
	struct clock_side low;
	struct clock_side high;
};

struct clock_estimate {
	struct clock_bucket buckets[CLOCK_BUCKETS]; /* oldest first */
	uint32_t count;
	uint64_t since;     /* ns: the first reading of this life of the counter */
	uint64_t drift_ppb; /* of rate, believed at present */
	uint64_t jumps;     /* times it started anew */
	double rate;        /* ns per tick: what it probably is, 0: no idea */
	bool fitted;        /* `line` says what was known at the last fit */
	struct clock line;
};

/* Nothing is known but, perhaps, about how long a tick takes: `rate` in ns, 0: no idea. */
void clock_estimate_start(struct clock_estimate *estimate, double rate);

/* Takes a reading made at about `now` (ns). True: it contradicts what was known by a jump. */
bool clock_estimate_add(
	struct clock_estimate *estimate, const struct clock_reading *reading, uint64_t now);

/* Reads the host's counter and its time together, and takes that. True: as above. */
bool clock_estimate_sample(struct clock_estimate *estimate);

/*
 * The clock that everything known at `now` allows, anchored there, its error
 * stated for up to `horizon_ns` after it. False: one side is not known at all.
 */
bool clock_estimate_fit(
	struct clock_estimate *estimate, uint64_t now, uint64_t horizon_ns, struct clock *clock);

/* How long from `now` on a clock should serve: longer the longer the counter is known. ns. */
uint64_t clock_estimate_horizon(const struct clock_estimate *estimate, uint64_t now);

#endif /* VSPAN_SRC_CLOCK_ESTIMATE_H */
