/* SPDX-License-Identifier: MIT */
/* clocks.c - see clocks.h. */
#include "clocks.h"

#include <errno.h>
#include <time.h>
#include <vspan/trace.h>
#include "control.h"

#define NS_PER_S 1e9
#define RATIO_ONE ((double)(UINT64_C(1) << CLOCK_RATIO_SHIFT))
#define BASELINE_NS UINT64_C(10000000)
/* With a counter that advances steadily even the first clock is far better. */
#define UNSTEADY_NS UINT64_C(1000000)
/* One ping at a time for each ring; many rings take turns. */
#define PING_NS UINT64_C(1000000)
#define PINGS_AT_ONCE 16u

void clocks_start(struct vspan_consumer *consumer)
{
	struct clock_sample sample;

	clock_sample(&sample);
	consumer->first_reading = (struct clock_reading){
		sample.counter, sample.ns - sample.error_ns, sample.ns + sample.error_ns};
	clock_estimate_start(&consumer->host, 0);
	clock_estimate_add(&consumer->host, &consumer->first_reading, sample.ns);
	consumer->host_due = sample.ns + BASELINE_NS;
}

/* A clock is made anew some time before the stretch ends for which its error is stated. */
static uint64_t due_after(uint64_t now, uint64_t horizon)
{
	return now + horizon / 6 * 5;
}

void clocks_refresh(struct vspan_consumer *consumer, uint64_t now)
{
	uint64_t horizon;

	if (now < consumer->host_due)
		return;
	clock_estimate_sample(&consumer->host);
	now = clock_now_ns();
	horizon = clock_estimate_horizon(&consumer->host, now);
	if (!clock_estimate_fit(&consumer->host, now, horizon, &consumer->host_clock))
		return;
	consumer->host_due = due_after(now, horizon);
	consumer->host_clock_number++;
}

/* Nothing is known of the counter; what was just read of it is taken to be of now. */
static void clock_guess(
	struct clock *clock, const struct clock_estimate *estimate, uint64_t counter, uint64_t now)
{
	*clock = (struct clock){
		.counter0 = counter,
		.ns0 = now,
		.ratio = (uint64_t)(estimate->rate * RATIO_ONE),
		.error_ns = VSPAN_TRACE_CLOCK_UNKNOWN,
		.horizon_ns = BASELINE_NS,
		.drift_ppb = (uint64_t)NS_PER_S,
	};
}

/* The latest reading of the counter that lies in the rings, at least `counter`. */
static uint64_t counter_newest(const struct vspan_attachment *attachment, uint64_t counter)
{
	uint64_t newest;
	uint32_t i;

	for (i = 0; i < attachment->ring_count; i++)
		if (ring_newest(&attachment->rings[i].ring, &newest) && newest > counter)
			counter = newest;
	return counter;
}

/*
 * Readings do not tell enough: a guess, of all that lies in the rings, so that one
 * will do for a guest that is dead. It stays as long as it puts nothing in the future.
 */
static void clock_guess_batch(
	struct vspan_attachment *attachment, const struct record *last, uint64_t now)
{
	struct clock *clock = &attachment->clock;

	if (clock->counter0 != 0 && clock_to_ns(clock, last->counter) <= now)
		return;
	clock_guess(clock, &attachment->estimate, counter_newest(attachment, last->counter), now);
	control_clock(attachment->vm, UINT32_MAX, clock);
}

/* The clock of a counter that only readings tell about. False: they do not tell enough. */
static bool clock_fit(struct vspan_attachment *attachment, uint64_t now)
{
	const uint64_t horizon = clock_estimate_horizon(&attachment->estimate, now);

	if (!clock_estimate_fit(&attachment->estimate, now, horizon, &attachment->clock))
		return false;
	attachment->clock_due = due_after(now, horizon);
	control_clock(attachment->vm, UINT32_MAX, &attachment->clock);
	return true;
}

int clocks_attach(struct vspan_attachment *attachment)
{
	const struct clock_reading *first = &attachment->consumer->first_reading;
	const uint64_t hz = attachment->region->counter_hz;
	const struct timespec pause = {.tv_nsec = (long)BASELINE_NS};
	struct clock_estimate estimate;
	struct clock host;
	uint64_t now = clock_now_ns();

	if (now - first->high < BASELINE_NS)
		nanosleep(&pause, NULL);
	attachment->clock_epoch = attachment->rings[0].ring.epoch;
	clock_estimate_start(&estimate, 0);
	clock_estimate_add(&estimate, first, first->high);
	clock_estimate_sample(&estimate);
	now = clock_now_ns();
	if (!clock_estimate_fit(&estimate, now, 4 * BASELINE_NS, &host) ||
		host.error_ns > UNSTEADY_NS)
		return -ERANGE;
	if (!attachment->counter_unknown) {
		clock_shift(&attachment->clock, &host, attachment->counter_offset,
			attachment->counter_error);
		return 0;
	}
	clock_estimate_start(
		&attachment->estimate, hz != 0 ? NS_PER_S / (double)hz : estimate.rate);
	clock_guess(&attachment->clock, &attachment->estimate, 0, now);
	return 0;
}

/* The clock there is says nothing any more; the next records make another one. */
static void clock_forget(struct vspan_attachment *attachment)
{
	attachment->clock_due = 0;
	attachment->clock.counter0 = 0;
	attachment->clock.error_ns = VSPAN_TRACE_CLOCK_UNKNOWN;
}

/* A guest's next life may have another counter: nothing learned from the last one holds. */
static void epoch_follow(struct vspan_attachment *attachment)
{
	const uint32_t epoch = attachment->rings[0].ring.epoch;
	uint32_t i;

	if (epoch == attachment->clock_epoch)
		return;
	attachment->clock_epoch = epoch;
	attachment->clock_number = 0;
	if (!attachment->counter_unknown)
		return;
	clock_estimate_start(&attachment->estimate, attachment->estimate.rate);
	clock_forget(attachment);
	for (i = 0; i < attachment->ring_count; i++) {
		attachment->rings[i].empty_ns = 0;
		attachment->rings[i].ping_first = 0;
	}
}

void clocks_follow(
	struct vspan_consumer *consumer, struct vspan_attachment *attachment, uint64_t now)
{
	epoch_follow(attachment);
	if (attachment->counter_unknown) {
		if (attachment->clock_due != 0 && now >= attachment->clock_due)
			clock_fit(attachment, now);
		return;
	}
	if (attachment->clock_number == consumer->host_clock_number)
		return;
	attachment->clock_number = consumer->host_clock_number;
	clock_shift(&attachment->clock, &consumer->host_clock, attachment->counter_offset,
		attachment->counter_error);
	control_clock(attachment->vm, UINT32_MAX, &attachment->clock);
}

static void reading_take(
	struct vspan_attachment *attachment, const struct clock_reading *reading, uint64_t now)
{
	/* The counter was set: what was known of it is nothing now. */
	if (clock_estimate_add(&attachment->estimate, reading, now))
		clock_forget(attachment);
}

void clocks_ping(struct vspan_attachment *attachment, struct ring_state *state, uint64_t now)
{
	const uint64_t pause = PING_NS * (1 + attachment->ring_count / PINGS_AT_ONCE);
	struct clock_reading reading = {0};

	if (ring_pong(&state->ring, &reading.low, &reading.counter) && reading.low != state->pong &&
		reading.low >= state->ping_first && reading.low <= state->ping) {
		state->pong = reading.low;
		reading.high = clock_now_ns();
		reading_take(attachment, &reading, reading.high);
	}
	if (now < state->ping || now - state->ping < pause)
		return;
	state->ping = clock_now_ns();
	if (state->ping_first == 0)
		state->ping_first = state->ping;
	ring_ping(&state->ring, state->ping);
}

void clocks_take_batch(struct vspan_attachment *attachment, const struct ring_state *state,
	const struct batch *batch)
{
	const struct record *first = &batch->records[0];
	const struct record *last = &batch->records[batch->record_count - 1];
	const uint64_t now = clock_now_ns();
	struct clock_reading reading;

	epoch_follow(attachment);
	if (state->empty_ns != 0) {
		reading =
			(struct clock_reading){first->counter, state->empty_ns, CLOCK_HIGH_UNKNOWN};
		reading_take(attachment, &reading, now);
	}
	reading = (struct clock_reading){last->counter, CLOCK_LOW_UNKNOWN, now};
	reading_take(attachment, &reading, now);
	if (attachment->clock_due == 0 && !clock_fit(attachment, now))
		clock_guess_batch(attachment, last, now);
}
