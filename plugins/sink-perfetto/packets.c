/* SPDX-License-Identifier: MIT */
/* packets.c - see packets.h. */
#include "packets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SEQUENCE 1u
#define SEQUENCE_CLEARED 1u /* interned strings of before are not referred to any more */
#define SEQUENCE_NEEDED 2u  /* refers to interned strings, or to the defaults */

#define CLOCK_ID_REALTIME 1u
#define CLOCK_ID_MONOTONIC 3u

/* One packet is a trace of one packet: traces are joined by putting them in a row. */
static void trace_packets_write(struct packets *packets, Perfetto__TracePacket *packet)
{
	Perfetto__Trace trace = PERFETTO__TRACE__INIT;
	size_t size;

	packet->has_trusted_packet_sequence_id = true;
	packet->trusted_packet_sequence_id = SEQUENCE;
	trace.n_packet = 1;
	trace.packet = &packet;
	size = perfetto__trace__get_packed_size(&trace);
	if (size > packets->capacity) {
		unsigned char *bytes = realloc(packets->bytes, size * 2);

		if (!bytes) {
			packets->failed = true;
			return;
		}
		packets->bytes = bytes;
		packets->capacity = size * 2;
	}
	if (!packets->failed)
		fwrite(packets->bytes, 1, perfetto__trace__pack(&trace, packets->bytes),
			packets->stream);
}

/* The first packet, and the first after interned strings were forgotten. */
static void trace_packets_defaults(struct packets *packets, bool first)
{
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;
	Perfetto__TracePacketDefaults defaults = PERFETTO__TRACE_PACKET_DEFAULTS__INIT;

	defaults.has_timestamp_clock_id = true;
	defaults.timestamp_clock_id = CLOCK_ID_REALTIME;
	packet.trace_packet_defaults = &defaults;
	packet.has_sequence_flags = true;
	packet.sequence_flags = SEQUENCE_CLEARED;
	packet.has_first_packet_on_sequence = first;
	packet.first_packet_on_sequence = first;
	trace_packets_write(packets, &packet);
}

/* That the real-time clock is the trace's, and how the monotonic one relates to it. */
static void trace_packets_clock(struct packets *packets, uint64_t time, int64_t monotonic)
{
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;
	Perfetto__ClockSnapshot snapshot = PERFETTO__CLOCK_SNAPSHOT__INIT;
	Perfetto__ClockSnapshot__Clock clocks[2] = {
		PERFETTO__CLOCK_SNAPSHOT__CLOCK__INIT, PERFETTO__CLOCK_SNAPSHOT__CLOCK__INIT};
	Perfetto__ClockSnapshot__Clock *pointers[2] = {&clocks[0], &clocks[1]};

	clocks[0].has_clock_id = clocks[0].has_timestamp = true;
	clocks[0].clock_id = CLOCK_ID_REALTIME;
	clocks[0].timestamp = time;
	clocks[1].has_clock_id = clocks[1].has_timestamp = true;
	clocks[1].clock_id = CLOCK_ID_MONOTONIC;
	clocks[1].timestamp = (uint64_t)monotonic;
	snapshot.n_clocks = monotonic < 0 ? 1 : 2;
	snapshot.clocks = pointers;
	snapshot.has_primary_trace_clock = true;
	snapshot.primary_trace_clock = CLOCK_ID_REALTIME;
	packet.clock_snapshot = &snapshot;
	trace_packets_write(packets, &packet);
}

/* That the threads of a process are in the order of their ranks. */
static void trace_packets_order(struct packets *packets)
{
	Perfetto__TrackDescriptor all = PERFETTO__TRACK_DESCRIPTOR__INIT;

	all.has_uuid = true;
	all.has_thread_ordering = true;
	all.thread_ordering = PACKETS_THREAD_ORDER_EXPLICIT;
	trace_packets_track(packets, &all);
}

void trace_packets_begin(struct packets *packets, int64_t time, int64_t monotonic)
{
	if (packets->begun)
		return;
	packets->begun = true;
	trace_packets_defaults(packets, true);
	trace_packets_clock(packets, time < 0 ? 0 : (uint64_t)time, monotonic);
	trace_packets_order(packets);
}

void trace_packets_track(struct packets *packets, const Perfetto__TrackDescriptor *track)
{
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	packet.track_descriptor = (Perfetto__TrackDescriptor *)track;
	trace_packets_write(packets, &packet);
}

void trace_packets_prepare(struct packets *packets)
{
	assert(packets->begun);
	if (!intern_full(&packets->names) && !intern_full(&packets->categories) &&
		!intern_full(&packets->annotations))
		return;
	intern_empty(&packets->names);
	intern_empty(&packets->categories);
	intern_empty(&packets->annotations);
	trace_packets_defaults(packets, false);
}

static void trace_packets_interned(struct packets *packets, Perfetto__InternedData *data)
{
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	packet.interned_data = data;
	packet.has_sequence_flags = true;
	packet.sequence_flags = SEQUENCE_NEEDED;
	trace_packets_write(packets, &packet);
}

/* Takes a string; returns its number, and a copy to be told, NULL if that was done. */
static uint64_t trace_packets_intern(struct packets *packets, struct intern *intern,
	const char *bytes, size_t length, char **untold)
{
	bool told = false;
	uint64_t number = interned_get(intern, bytes, length, &told);

	*untold = NULL;
	if (number && told)
		return number;
	*untold = number ? arena_take(&packets->arena, length + 1, 1) : NULL;
	if (!*untold) {
		packets->failed = true;
		return number;
	}
	memcpy(*untold, bytes, length);
	(*untold)[length] = '\0';
	return number;
}

uint64_t trace_packets_name(struct packets *packets, const char *bytes, size_t length)
{
	Perfetto__InternedData data = PERFETTO__INTERNED_DATA__INIT;
	Perfetto__EventName name = PERFETTO__EVENT_NAME__INIT, *pointer = &name;

	name.iid = trace_packets_intern(packets, &packets->names, bytes, length, &name.name);
	name.has_iid = true;
	data.n_event_names = 1;
	data.event_names = &pointer;
	if (name.name)
		trace_packets_interned(packets, &data);
	return name.iid;
}

uint64_t trace_packets_category(struct packets *packets, const char *bytes, size_t length)
{
	Perfetto__InternedData data = PERFETTO__INTERNED_DATA__INIT;
	Perfetto__EventCategory name = PERFETTO__EVENT_CATEGORY__INIT, *pointer = &name;

	name.iid = trace_packets_intern(packets, &packets->categories, bytes, length, &name.name);
	name.has_iid = true;
	data.n_event_categories = 1;
	data.event_categories = &pointer;
	if (name.name)
		trace_packets_interned(packets, &data);
	return name.iid;
}

uint64_t trace_packets_annotation(struct packets *packets, const char *bytes, size_t length)
{
	Perfetto__InternedData data = PERFETTO__INTERNED_DATA__INIT;
	Perfetto__DebugAnnotationName name = PERFETTO__DEBUG_ANNOTATION_NAME__INIT;
	Perfetto__DebugAnnotationName *pointer = &name;

	name.iid = trace_packets_intern(packets, &packets->annotations, bytes, length, &name.name);
	name.has_iid = true;
	data.n_debug_annotation_names = 1;
	data.debug_annotation_names = &pointer;
	if (name.name)
		trace_packets_interned(packets, &data);
	return name.iid;
}

void trace_packets_event(struct packets *packets, const Perfetto__TrackEvent *event, int64_t time)
{
	Perfetto__TracePacket packet = PERFETTO__TRACE_PACKET__INIT;

	assert(packets->begun && event->has_type && event->has_track_uuid);
	packet.track_event = (Perfetto__TrackEvent *)event;
	packet.has_timestamp = true;
	packet.timestamp = time < 0 ? 0 : (uint64_t)time;
	packet.has_sequence_flags = true;
	packet.sequence_flags = SEQUENCE_NEEDED;
	trace_packets_write(packets, &packet);
	arena_reset(&packets->arena);
}

void trace_packets_clear(struct packets *packets)
{
	arena_clear(&packets->arena);
	interned_clear(&packets->names);
	interned_clear(&packets->categories);
	interned_clear(&packets->annotations);
	free(packets->bytes);
	*packets = (struct packets){0};
}
