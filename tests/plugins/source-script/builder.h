/* SPDX-License-Identifier: MIT */
/*
 * builder.h - trace objects shaped like those of an LTTng trace recorded by
 * vspan: two CPU streams, their clock, and event classes made as lines need them.
 */
#ifndef VSPAN_TESTS_SOURCE_SCRIPT_BUILDER_H
#define VSPAN_TESTS_SOURCE_SCRIPT_BUILDER_H

#include "script.h"

#include <babeltrace2/babeltrace.h>

#define BUILDER_CPUS 2
#define BUILDER_CLASSES_MAX 64

struct builder_class {
	char key[1024]; /* name and fields with their types */
	bt_event_class *class;
};

struct builder {
	bt_trace_class *trace_class;
	bt_stream_class *stream_class;
	bt_trace *trace;
	bt_stream *streams[BUILDER_CPUS];
	bt_packet *packets[BUILDER_CPUS];
	struct builder_class classes[BUILDER_CLASSES_MAX];
	size_t class_count;
	bt_clock_class *clock; /* NULL: none, messages have no time */
};

/* Without a clock if the offset is negative. 0 or a negative errno; builder_clear() in any case. */
int builder_init(struct builder *builder, bt_self_component *component, int64_t offset_seconds);

bt_message *builder_packet_begin(
	struct builder *builder, bt_self_message_iterator *iterator, uint32_t cpu, uint64_t at);
bt_message *builder_packet_end(
	struct builder *builder, bt_self_message_iterator *iterator, uint32_t cpu, uint64_t at);

/* The message a line is, at `at`. NULL: too many classes, no memory. */
bt_message *builder_message(struct builder *builder, bt_self_message_iterator *iterator,
	const struct script_line *line, uint64_t at);

void builder_clear(struct builder *builder);

#endif /* VSPAN_TESTS_SOURCE_SCRIPT_BUILDER_H */
