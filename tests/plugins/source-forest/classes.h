/* SPDX-License-Identifier: MIT */
/*
 * classes.h - items as babeltrace2 messages: event classes as LTTng would have
 * written them, by the fields of include/vspan/trace.h. Used by source.c.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_CLASSES_H
#define VSPAN_TESTS_SOURCE_FOREST_CLASSES_H

#include "schedule.h"

#include <babeltrace2/babeltrace.h>

#define CLASSES_SITES_MAX 16

struct classes {
	bt_trace_class *trace_class;
	bt_stream_class *stream_class;
	bt_trace *trace;
	uint64_t stream_count;
	bt_stream *streams[SCHEDULE_STREAMS_MAX];
	bt_packet *packets[SCHEDULE_STREAMS_MAX];
	bt_event_class *events[ITEM_TYPES][CLASSES_SITES_MAX];
};

/* How far an item is moved, to be played once more. */
struct shift {
	uint64_t time;
	uint64_t position;
	uint64_t flags; /* added */
};

/* Returns 0 or -ENOMEM; classes_clear() in any case. */
int classes_init(struct classes *classes, bt_self_component *component, uint64_t streams);

/* Another packet for that stream. Returns 0 or -ENOMEM. */
int classes_next_packet(struct classes *classes, uint64_t stream);

/* The message of an item. NULL if memory ran out. */
bt_message *classes_message(struct classes *classes, bt_self_message_iterator *iterator,
	const struct item *item, const struct shift *shift, uint64_t stream, uint64_t at);

void classes_clear(struct classes *classes);

#endif /* VSPAN_TESTS_SOURCE_FOREST_CLASSES_H */
