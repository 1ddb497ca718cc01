/* SPDX-License-Identifier: MIT */
/*
 * counts.h - what an example guest writes, counted by the guest itself, so that
 * a test can compare it with what arrived. The counted_ forms of guest.h's verbs
 * do the verb, then count it.
 *
 * Begins, events and logs count calls; ends, sets and statuses count calls on a
 * span that is being recorded, for on span 0 they write nothing. With a region
 * and every call site enabled, counts_records() is therefore the number of
 * records attempted, whether or not some were discarded; loss reports, which
 * the writer adds by itself, are not in it.
 *
 * A counter has one writer: interrupt handlers need a struct counts of their own.
 */
#ifndef EXAMPLE_COUNTS_H
#define EXAMPLE_COUNTS_H

#include <vspan/guest.h>

struct counts {
	uint64_t begun;
	uint64_t
		handles; /* begins that returned a span: recorded, neither disabled nor discarded */
	uint64_t ended;
	uint64_t events;
	uint64_t sets;
	uint64_t statuses; /* status messages: set records, too */
	uint64_t logs;
	uint64_t errors; /* spans ended with VSPAN_STATUS_ERROR; among `ended` */
};

/* In memory as soon as it has happened: a vCPU may be killed at the next instruction. */
static inline void counts_increment(uint64_t *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

/* Also of a counter that its writer is still incrementing. */
static inline uint64_t counts_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static inline uint64_t counts_records(const struct counts *counts)
{
	return counts->begun + counts->ended + counts->events + counts->sets + counts->statuses +
		counts->logs;
}

static inline void counts_add(struct counts *sum, const struct counts *counts)
{
	sum->begun += counts_read(&counts->begun);
	sum->handles += counts_read(&counts->handles);
	sum->ended += counts_read(&counts->ended);
	sum->events += counts_read(&counts->events);
	sum->sets += counts_read(&counts->sets);
	sum->statuses += counts_read(&counts->statuses);
	sum->logs += counts_read(&counts->logs);
	sum->errors += counts_read(&counts->errors);
}

static inline vspan_t counts_begun(struct counts *counts, vspan_t span)
{
	counts_increment(&counts->begun);
	if (span != 0)
		counts_increment(&counts->handles);
	return span;
}

static inline void counts_if_recorded(uint64_t *counter, vspan_t span)
{
	if (span != 0)
		counts_increment(counter);
}

/* As vspan_begin(), vspan_event() and vspan_set(), after the counts to count in. */
#define counted_begin(counts, ...) counts_begun(counts, vspan_begin(__VA_ARGS__))
#define counted_event(counts, ...) (vspan_event(__VA_ARGS__), counts_increment(&(counts)->events))
#define counted_set(counts, span, ...) \
	(vspan_set(span, __VA_ARGS__), counts_if_recorded(&(counts)->sets, span))

static inline void counted_end_status(struct counts *counts, vspan_t span, uint32_t status)
{
	vspan_end_status(span, status);
	counts_if_recorded(&counts->ended, span);
	if (status == VSPAN_STATUS_ERROR)
		counts_if_recorded(&counts->errors, span);
}

static inline void counted_end(struct counts *counts, vspan_t span)
{
	counted_end_status(counts, span, VSPAN_STATUS_UNSET);
}

/* Ends a span as failed, saying why. */
static inline void counted_fail(struct counts *counts, vspan_t span, const char *message)
{
	vspan_status(span, VSPAN_STATUS_ERROR, message);
	counts_if_recorded(&counts->statuses, span);
	counted_end_status(counts, span, VSPAN_STATUS_ERROR);
}

static inline void counted_log(
	struct counts *counts, uint32_t level, const char *module, const char *text)
{
	vspan_log(level, module, text);
	counts_increment(&counts->logs);
}

#endif /* EXAMPLE_COUNTS_H */
