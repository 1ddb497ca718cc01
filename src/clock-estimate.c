/* SPDX-License-Identifier: MIT */
/*
 * clock-estimate.c - the lines that lie between all low and all high sides.
 *
 * With time relative to the anchor, a line is its value there and its rate. Each
 * side is a half-plane of such lines, loosened by what the rate may have changed
 * since; together they leave a polygon. Eliminating the value gives the range of
 * rates; for the value at a given tick, the range is a concave (high) or convex
 * (low) function of the rate, whose extreme is searched.
 */
#include "clock-estimate.h"

#include <string.h>

#define NS_PER_S 1e9
#define RATIO_ONE ((double)(UINT64_C(1) << CLOCK_RATIO_SHIFT))
#define BUCKET_NS_MIN UINT64_C(5000000)
#define BUCKET_NS_MAX UINT64_C(500000000)
#define HORIZON_NS_MIN UINT64_C(10000000)
#define HORIZON_NS_MAX UINT64_C(500000000)
/* A contradiction as large as this is no drift. */
#define JUMP_NS UINT64_C(1000000)
/* Counters of 1 MHz to 10 GHz. */
#define RATE_MIN 0.1
#define RATE_MAX 1000.0
/* Until the rate is known so well, what it probably is serves better than the middle. */
#define RATE_ROUGH 0.01
#define SEARCH_STEPS 100
/* What fits a word and can be added to a time: 36 years, or a factor of a million. */
#define ERROR_MAX 0x1p60
#define RATE_ERROR_MAX 1e6

/* A side, relative to the anchor. */
struct bound {
	double tick;
	double ns;
};

struct bounds {
	double drift; /* of the rate, relative */
	double tick0; /* of the anchor, relative to `counter0` */
	uint64_t counter0;
	uint64_t ns0;
	uint32_t low_count;
	uint32_t high_count;
	struct bound low[CLOCK_BUCKETS];
	struct bound high[CLOCK_BUCKETS];
	double rate_low; /* ns per tick */
	double rate_high;
};

void clock_estimate_start(struct clock_estimate *estimate, double rate)
{
	memset(estimate, 0, sizeof(*estimate));
	estimate->drift_ppb = CLOCK_DRIFT_PPB;
	estimate->rate = rate;
}

uint64_t clock_estimate_horizon(const struct clock_estimate *estimate, uint64_t now)
{
	const uint64_t known = estimate->since != 0 ? (now - estimate->since) * 4 : 0;

	if (known < HORIZON_NS_MIN)
		return HORIZON_NS_MIN;
	return known < HORIZON_NS_MAX ? known : HORIZON_NS_MAX;
}

bool clock_estimate_sample(struct clock_estimate *estimate)
{
	struct clock_reading reading;
	struct clock_sample sample;

	clock_sample(&sample);
	reading = (struct clock_reading){
		sample.counter, sample.ns - sample.error_ns, sample.ns + sample.error_ns};
	return clock_estimate_add(estimate, &reading, sample.ns);
}

/* The bucket for what is learned at `now`; the oldest gives way. */
static struct clock_bucket *bucket_at(struct clock_estimate *estimate, uint64_t now)
{
	struct clock_bucket *last =
		estimate->count != 0 ? &estimate->buckets[estimate->count - 1] : NULL;
	uint64_t length = (now - estimate->since) / (CLOCK_BUCKETS / 2);

	if (length < BUCKET_NS_MIN)
		length = BUCKET_NS_MIN;
	if (length > BUCKET_NS_MAX)
		length = BUCKET_NS_MAX;
	if (last != NULL && (now < last->since || now - last->since < length))
		return last;
	if (estimate->count == CLOCK_BUCKETS) {
		memmove(estimate->buckets, estimate->buckets + 1,
			(CLOCK_BUCKETS - 1) * sizeof(estimate->buckets[0]));
		estimate->count--;
	}
	last = &estimate->buckets[estimate->count++];
	*last = (struct clock_bucket){.since = now};
	return last;
}

/* Relative to what is known so far: how far `counter`'s reading at `ns` is behind it, ns. */
static double side_delay(const struct clock_estimate *estimate, uint64_t counter, uint64_t ns)
{
	const struct clock *line = &estimate->line;
	const double rate = estimate->rate != 0 ? estimate->rate : 1.0;

	return (double)(int64_t)(ns - line->ns0) -
		rate * (double)(int64_t)(counter - line->counter0);
}

static void side_take(const struct clock_estimate *estimate, struct clock_side *side,
	uint64_t counter, uint64_t ns, bool low)
{
	double more;

	if (side->known) {
		more = side_delay(estimate, counter, ns) -
			side_delay(estimate, side->counter, side->ns);
		if (low ? more <= 0 : more >= 0)
			return;
	}
	*side = (struct clock_side){counter, ns, true};
}

/* By how much a reading is outside of what the line allowed, ns; 0: it is not. */
static uint64_t contradiction(
	const struct clock_estimate *estimate, const struct clock_reading *reading)
{
	const uint64_t ns = clock_to_ns(&estimate->line, reading->counter);
	const uint64_t error = clock_error_at(&estimate->line, reading->counter);

	if (reading->low != CLOCK_LOW_UNKNOWN && reading->low > ns && reading->low - ns > error)
		return reading->low - ns - error;
	if (reading->high != CLOCK_HIGH_UNKNOWN && ns > reading->high && ns - reading->high > error)
		return ns - reading->high - error;
	return 0;
}

bool clock_estimate_add(
	struct clock_estimate *estimate, const struct clock_reading *reading, uint64_t now)
{
	struct clock_bucket *bucket;
	bool jump = false;
	uint64_t allowed;

	if (estimate->fitted) {
		allowed = JUMP_NS;
		if (now > estimate->line.ns0)
			allowed += (now - estimate->line.ns0) / (1000000000u / CLOCK_DRIFT_PPB_MAX);
		jump = contradiction(estimate, reading) > allowed;
	}
	if (jump) {
		const uint64_t jumps = estimate->jumps;

		clock_estimate_start(estimate, estimate->rate);
		estimate->jumps = jumps + 1;
	}
	if (estimate->count == 0) {
		estimate->since = now;
		/* A place to measure from; no fit has been made yet. */
		estimate->line.counter0 = reading->counter;
		estimate->line.ns0 = now;
	}
	bucket = bucket_at(estimate, now);
	if (reading->low != CLOCK_LOW_UNKNOWN)
		side_take(estimate, &bucket->low, reading->counter, reading->low, true);
	if (reading->high != CLOCK_HIGH_UNKNOWN)
		side_take(estimate, &bucket->high, reading->counter, reading->high, false);
	return jump;
}

/* The latest counter known, and when it was read, about. */
static bool latest(const struct clock_estimate *estimate, struct clock_side *out)
{
	const struct clock_side *low = NULL, *high = NULL;
	uint32_t i;

	for (i = 0; i < estimate->count; i++) {
		if (estimate->buckets[i].low.known)
			low = &estimate->buckets[i].low;
		if (estimate->buckets[i].high.known)
			high = &estimate->buckets[i].high;
	}
	if (low == NULL || high == NULL)
		return false;
	*out = (int64_t)(low->counter - high->counter) > 0 ? *low : *high;
	return true;
}

/* What the rate may have changed since then makes a side that much looser, ns. */
static double loosened(const struct bounds *bounds, uint64_t ns)
{
	const double age = (double)(int64_t)(bounds->ns0 - ns);

	return (age < 0 ? -age : age) * bounds->drift;
}

/* All sides, relative to `counter0` and `now`, the rate changing by `drift` at most. */
static void bounds_gather(const struct clock_estimate *estimate, uint64_t counter0, uint64_t now,
	double drift, struct bounds *bounds)
{
	const struct clock_bucket *bucket;
	uint32_t i;

	*bounds = (struct bounds){.counter0 = counter0, .ns0 = now, .drift = drift};
	for (i = 0; i < estimate->count; i++) {
		bucket = &estimate->buckets[i];
		/* A counter shows a tick until the next one begins. */
		if (bucket->low.known)
			bounds->low[bounds->low_count++] = (struct bound){
				(double)(int64_t)(bucket->low.counter - counter0) + 1,
				(double)(int64_t)(bucket->low.ns - now) -
					loosened(bounds, bucket->low.ns)};
		if (bucket->high.known)
			bounds->high[bounds->high_count++] =
				(struct bound){(double)(int64_t)(bucket->high.counter - counter0),
					(double)(int64_t)(bucket->high.ns - now) +
						loosened(bounds, bucket->high.ns)};
	}
}

/* The rates of lines that pass below all high and above all low sides. False: there is none. */
static bool bounds_rates(struct bounds *bounds)
{
	double ticks, ns;
	uint32_t i, j;

	bounds->rate_low = RATE_MIN;
	bounds->rate_high = RATE_MAX;
	for (i = 0; i < bounds->high_count; i++)
		for (j = 0; j < bounds->low_count; j++) {
			ticks = bounds->high[i].tick - bounds->low[j].tick;
			ns = bounds->high[i].ns - bounds->low[j].ns;
			if (ticks > 0 && ns / ticks < bounds->rate_high)
				bounds->rate_high = ns / ticks;
			if (ticks < 0 && ns / ticks > bounds->rate_low)
				bounds->rate_low = ns / ticks;
			if (ticks == 0 && ns < 0)
				return false;
		}
	return bounds->rate_low <= bounds->rate_high;
}

/* With that rate, the latest time that `tick` may have. */
static double high_with(const struct bounds *bounds, double tick, double rate)
{
	double ns = ERROR_MAX, one;
	uint32_t i;

	for (i = 0; i < bounds->high_count; i++) {
		one = bounds->high[i].ns + rate * (tick - bounds->high[i].tick);
		ns = one < ns ? one : ns;
	}
	return ns;
}

/* The earliest, negated, so that it is searched in the same way. */
static double low_with(const struct bounds *bounds, double tick, double rate)
{
	double ns = -ERROR_MAX, one;
	uint32_t i;

	for (i = 0; i < bounds->low_count; i++) {
		one = bounds->low[i].ns + rate * (tick - bounds->low[i].tick);
		ns = one > ns ? one : ns;
	}
	return -ns;
}

/* The largest value a concave function has over the rates. */
static double search(const struct bounds *bounds, double tick,
	double (*value)(const struct bounds *bounds, double tick, double rate))
{
	double from = bounds->rate_low, to = bounds->rate_high, left, right;
	int i;

	for (i = 0; i < SEARCH_STEPS && from < to; i++) {
		left = from + (to - from) / 3;
		right = to - (to - from) / 3;
		if (value(bounds, tick, left) < value(bounds, tick, right))
			from = left;
		else
			to = right;
	}
	return value(bounds, tick, (from + to) / 2);
}

struct range {
	double low;
	double high;
};

static struct range range_at(const struct bounds *bounds, double tick)
{
	return (struct range){
		-search(bounds, tick, low_with),
		search(bounds, tick, high_with),
	};
}

static double distance(const struct range *range, double ns)
{
	return ns - range->low > range->high - ns ? ns - range->low : range->high - ns;
}

struct line {
	double ns; /* at the anchor */
	double rate;
};

/* Through the middle of what is possible; while that says little, with the probable rate. */
static struct line line_through(const struct bounds *bounds, double guess, uint64_t horizon_ns)
{
	const double middle = (bounds->rate_low + bounds->rate_high) / 2;
	const bool rough = bounds->rate_high - bounds->rate_low > RATE_ROUGH * middle;
	const double ticks = (double)horizon_ns / middle;
	const struct range here = range_at(bounds, bounds->tick0);
	const struct range there = range_at(bounds, bounds->tick0 + ticks);
	struct line line = {.ns = (here.low + here.high) / 2};

	line.rate = rough && guess >= bounds->rate_low && guess <= bounds->rate_high
		? guess
		: ((there.low + there.high) / 2 - line.ns) / ticks;
	return line;
}

/* `line` with its error. What is possible deviates most at one of the stretch's ends. */
static void clock_draw(const struct bounds *bounds, const struct line *line, uint64_t horizon_ns,
	struct clock *clock)
{
	const double ticks = (double)horizon_ns / line->rate;
	const struct range here = range_at(bounds, bounds->tick0);
	const struct range there = range_at(bounds, bounds->tick0 + ticks);
	double error = distance(&there, line->ns + line->rate * ticks) +
		bounds->drift * (double)horizon_ns;
	double rate_error = line->rate - bounds->rate_low > bounds->rate_high - line->rate
		? line->rate - bounds->rate_low
		: bounds->rate_high - line->rate;

	if (distance(&here, line->ns) > error)
		error = distance(&here, line->ns);
	/* Up to a nanosecond each is cut off here and in clock_to_ns(). */
	error = error + 3 < ERROR_MAX ? error + 3 : ERROR_MAX;
	rate_error = rate_error / line->rate + bounds->drift;
	if (rate_error > RATE_ERROR_MAX)
		rate_error = RATE_ERROR_MAX;
	*clock = (struct clock){
		.counter0 = bounds->counter0 + (uint64_t)(int64_t)bounds->tick0,
		.ns0 = bounds->ns0 + (uint64_t)(int64_t)line->ns,
		.ratio = (uint64_t)(line->rate * RATIO_ONE),
		.error_ns = (uint64_t)error,
		.horizon_ns = horizon_ns,
		.drift_ppb = (uint64_t)(rate_error * NS_PER_S) + 1,
	};
}

/* Room is made where the readings contradict each other. False: nothing is left. */
static bool contradiction_resolve(struct clock_estimate *estimate)
{
	if (estimate->drift_ppb < CLOCK_DRIFT_PPB_MAX) {
		estimate->drift_ppb *= 2;
		return true;
	}
	estimate->count--;
	memmove(estimate->buckets, estimate->buckets + 1,
		estimate->count * sizeof(estimate->buckets[0]));
	return estimate->count != 0;
}

/* Anchors at `now`, the tick of which is reckoned from the latest one known. */
static void bounds_anchor(
	const struct clock_estimate *estimate, const struct clock_side *last, struct bounds *bounds)
{
	const double middle = (bounds->rate_low + bounds->rate_high) / 2;
	const bool guessed =
		estimate->rate >= bounds->rate_low && estimate->rate <= bounds->rate_high;
	const double since = (double)(int64_t)(bounds->ns0 - last->ns);

	bounds->tick0 = (double)(int64_t)(since / (guessed ? estimate->rate : middle));
}

/* Everything that may be true. False: one side is not known at all. */
static bool bounds_settle(struct clock_estimate *estimate, uint64_t now, struct clock_side *last,
	struct bounds *bounds)
{
	for (;;) {
		if (!latest(estimate, last))
			return false;
		bounds_gather(estimate, last->counter, now, (double)estimate->drift_ppb / NS_PER_S,
			bounds);
		if (bounds_rates(bounds))
			break;
		if (!contradiction_resolve(estimate))
			return false;
	}
	bounds_anchor(estimate, last, bounds);
	return true;
}

/*
 * Rates mostly are steadier than one may rely on. So the line is one of those
 * that the readings allow without a drift, or with a part of it, while its error
 * is stated for all of it.
 */
bool clock_estimate_fit(
	struct clock_estimate *estimate, uint64_t now, uint64_t horizon_ns, struct clock *clock)
{
	struct bounds bounds, steady;
	struct clock_side last;
	struct line line;

	if (!bounds_settle(estimate, now, &last, &bounds))
		return false;
	bounds_gather(estimate, last.counter, now, 0, &steady);
	if (!bounds_rates(&steady)) {
		bounds_gather(estimate, last.counter, now, bounds.drift / 8, &steady);
		if (!bounds_rates(&steady))
			steady = bounds;
	}
	steady.tick0 = bounds.tick0;
	line = line_through(&steady, estimate->rate, horizon_ns);
	clock_draw(&bounds, &line, horizon_ns, clock);
	estimate->line = *clock;
	estimate->fitted = true;
	estimate->rate = line.rate;
	if (estimate->drift_ppb > CLOCK_DRIFT_PPB)
		estimate->drift_ppb -= (estimate->drift_ppb - CLOCK_DRIFT_PPB + 63) / 64;
	return true;
}
