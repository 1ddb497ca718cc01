/* SPDX-License-Identifier: MIT */
/*
 * work.c - the spans of the worker. Each request is a span work:request with an
 * event work:note and a child work:step; with sites=N also a child of one of the
 * generated sites in turn. Every verb is counted, by counts.h.
 */
#include <errno.h>
#include <time.h>
#include "generated.h"
#include "work.h"

VSPAN_SPAN(work, request, VSPAN_LEVEL_INFO, (u64, number), (u32, size), (str, op));
VSPAN_SPAN(work, step, VSPAN_LEVEL_DEBUG, (u32, index));
VSPAN_EVENT(work, note, VSPAN_LEVEL_NOTICE, (u64, number));
VSPAN_EVENT(work, oops, VSPAN_LEVEL_ERR, (u32, code));

VSPAN_SPAN(types, numbers, VSPAN_LEVEL_INFO, (u8, a), (u16, b), (u32, c), (u64, d), (s8, e),
	(s16, f), (s32, g), (s64, h), (x8, i), (x16, j), (x32, k), (x64, l), (f64, m), (bool, n));
VSPAN_EVENT(types, sequences, VSPAN_LEVEL_INFO, (str, text), (bytes, blob), (u8, four, 4),
	(s16, three, 3), (u32, two, 2), (x64, pair, 2));

#define NS_PER_S UINT64_C(1000000000)

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static bool work_stopped(const struct work *work)
{
	return __atomic_load_n(work->stop, __ATOMIC_RELAXED);
}

/* In short steps, so that the end does not wait for it. */
static void sleep_until(const struct work *work, uint64_t end)
{
	uint64_t now;

	while ((now = now_ns()) < end && !work_stopped(work)) {
		uint64_t left = end - now < NS_PER_S / 20 ? end - now : NS_PER_S / 20;
		const struct timespec pause = {0, (long)left};

		nanosleep(&pause, NULL);
	}
}

/* The longest verb is what a full ring made somebody wait. Returns when this one was over. */
static uint64_t verb_done(struct work *work, uint64_t since)
{
	const uint64_t now = now_ns();

	if (now - since > work->longest_ns)
		__atomic_store_n(&work->longest_ns, now - since, __ATOMIC_RELAXED);
	return now;
}

static bool every(uint64_t period, uint64_t number)
{
	return period != 0 && number % period == period - 1;
}

/* The same values for the same number, so that a reader can check them. */
static void write_types(struct counts *counts, uint64_t number)
{
	const uint8_t four[] = {1, 2, 3, 255};
	const int16_t three[] = {-1, 0, INT16_MAX};
	const uint32_t two[] = {(uint32_t)number, UINT32_MAX};
	const uint64_t pair[] = {number, ~number};
	vspan_t span = counted_begin(counts, types, numbers, UINT8_MAX, UINT16_MAX, UINT32_MAX,
		UINT64_MAX, INT8_MIN, INT16_MIN, INT32_MIN, INT64_MIN, 0xab, 0xabcd, 0xabcdef01,
		number, (double)number / 4, number % 2 != 0);

	counted_event(counts, types, sequences, "a \"quoted\" text\n", "\x01\x02\x00\xff", 4, four,
		three, two, pair);
	counted_end(counts, span);
}

static void request_end(struct work *work, vspan_t request)
{
	struct counts *counts = &work->counts;

	if (!every(work->options->fail, work->requests)) {
		counted_end(counts, request);
		return;
	}
	counted_event(counts, work, oops, 5);
	counted_fail(counts, request, "the disk said no");
}

/* What goes on in a step, without being timed. */
static void step_serve(struct work *work, uint64_t number)
{
	const struct work_options *options = work->options;
	struct counts *counts = &work->counts;

	if (options->sites != 0)
		counted_end(counts,
			generated_begin(
				counts, (uint32_t)(number % options->sites), (uint32_t)number));
	if (every(options->types, number))
		write_types(counts, number);
	if (every(options->slow, number))
		sleep_until(work, now_ns() + options->slow_us * 1000);
}

static void request_serve(struct work *work)
{
	static const char *const ops[] = {"read", "write", "trim"};
	struct counts *counts = &work->counts;
	uint64_t number = work->requests, since = now_ns();
	vspan_t request, step;

	request = counted_begin(counts, work, request, number, (uint32_t)(512 * (1 + number % 16)),
		ops[number % 3]);
	since = verb_done(work, since);
	step = counted_begin(counts, work, step, (uint32_t)(number % 4));
	since = verb_done(work, since);
	counted_event(counts, work, note, number);
	verb_done(work, since);
	step_serve(work, number);
	since = now_ns();
	counted_end(counts, step);
	since = verb_done(work, since);
	request_end(work, request);
	verb_done(work, since);
	counts_increment(&work->requests);
}

void work_run(struct work *work, uint64_t requests)
{
	const uint64_t rate = work->options->rate;
	uint64_t start = now_ns(), i;

	for (i = 0; (requests == 0 || i < requests) && !work_stopped(work); i++) {
		if (rate != 0)
			sleep_until(work, start + i / rate * NS_PER_S + i % rate * NS_PER_S / rate);
		request_serve(work);
	}
}
