/* SPDX-License-Identifier: MIT */
/*
 * packets.h - packets of a Perfetto trace, each written as soon as it is made:
 * one sequence, its clock, its interned strings. Knows nothing of spans.
 */
#ifndef VSPAN_PLUGINS_SINK_PERFETTO_PACKETS_H
#define VSPAN_PLUGINS_SINK_PERFETTO_PACKETS_H

#include "arena.h"
#include "intern.h"
#include "trace.pb-c.h"

#include <stdbool.h>
#include <stdio.h>

/* Perfetto's numbers, where the schema has plain ones. */
#define PACKETS_SLICE_BEGIN 1u
#define PACKETS_SLICE_END 2u
#define PACKETS_INSTANT 3u
#define PACKETS_ORDER_EXPLICIT 3u        /* of the tracks below one */
#define PACKETS_THREAD_ORDER_EXPLICIT 1u /* of the threads of all processes */

struct packets {
	FILE *stream;
	bool begun;         /* the sequence */
	bool failed;        /* memory ran out; nothing is written any more */
	struct arena arena; /* what the packet being made consists of */
	struct intern names, categories, annotations;
	unsigned char *bytes; /* of the packet being written */
	size_t capacity;
};

/*
 * Begins the trace. Times are those of the real-time clock; `monotonic`, if not
 * negative, is CLOCK_MONOTONIC at `time`. Does nothing when it has begun.
 */
void trace_packets_begin(struct packets *packets, int64_t time, int64_t monotonic);

void trace_packets_track(struct packets *packets, const Perfetto__TrackDescriptor *track);

/* To be called before the strings of an event are interned: makes room for them. */
void trace_packets_prepare(struct packets *packets);

/* Numbers of strings in packets that follow, until trace_packets_prepare(). */
uint64_t trace_packets_name(struct packets *packets, const char *bytes, size_t length);
uint64_t trace_packets_category(struct packets *packets, const char *bytes, size_t length);
uint64_t trace_packets_annotation(struct packets *packets, const char *bytes, size_t length);

/* Writes an event and gives the arena back. */
void trace_packets_event(struct packets *packets, const Perfetto__TrackEvent *event, int64_t time);

void trace_packets_clear(struct packets *packets);

#endif /* VSPAN_PLUGINS_SINK_PERFETTO_PACKETS_H */
