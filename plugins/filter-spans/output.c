/* SPDX-License-Identifier: MIT */
/*
 * output.c - see output.h. Streams have no packets, and the LTTng contexts of an
 * event are left behind: both belong to the emitting process, not to the guest.
 */
#include "output.h"

#include "copy.h"
#include "output-class.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <vspan/trace.h>

#define NS_PER_S UINT64_C(1000000000)

__extension__ typedef unsigned __int128 wide;

struct output_trace {
	bt_trace_class *class;
	bt_stream_class *stream_class;
	bt_trace *trace;
	int64_t time_base; /* ns from the clock's origin at clock value 0 */
};

/* Counts ns from where the input's clock counts from, so that absolute times line up. */
/*
 * All lanes share one output trace, described like the first input: a VM may be
 * told of in several, one for each consumer that had it.
 */
#define THE_TRACE UINT64_C(1)

static bt_clock_class *clock_create(bt_self_component *component, const bt_clock_class *from)
{
	bt_clock_class *clock = bt_clock_class_create(component);
	int64_t seconds;
	uint64_t cycles, frequency;

	if (!clock || !from)
		return clock;
	frequency = bt_clock_class_get_frequency(from);
	bt_clock_class_get_offset(from, &seconds, &cycles);
	bt_clock_class_set_frequency(clock, NS_PER_S);
	bt_clock_class_set_offset(clock, seconds, (uint64_t)((wide)cycles * NS_PER_S / frequency));
	bt_clock_class_set_precision(clock, bt_clock_class_get_precision(from));
	bt_clock_class_set_origin_is_unix_epoch(clock, bt_clock_class_origin_is_unix_epoch(from));
	if (bt_clock_class_get_uuid(from))
		bt_clock_class_set_uuid(clock, bt_clock_class_get_uuid(from));
	if (bt_clock_class_set_name(clock, "guest") != BT_CLOCK_CLASS_SET_NAME_STATUS_OK ||
		bt_clock_class_set_description(clock, "Guest time as host CLOCK_MONOTONIC") !=
			BT_CLOCK_CLASS_SET_DESCRIPTION_STATUS_OK)
		BT_CLOCK_CLASS_PUT_REF_AND_RESET(clock);
	return clock;
}

static int trace_set_clock(
	struct output_trace *output, bt_self_component *component, const bt_event_class *like)
{
	bt_clock_class *clock = clock_create(component,
		bt_stream_class_borrow_default_clock_class_const(
			bt_event_class_borrow_stream_class_const(like)));

	if (!clock)
		return -ENOMEM;
	/* The offset is the input's, which fits; failing that, times count from zero. */
	if (bt_clock_class_cycles_to_ns_from_origin(clock, 0, &output->time_base) !=
		BT_CLOCK_CLASS_CYCLES_TO_NS_FROM_ORIGIN_STATUS_OK)
		output->time_base = 0;
	(void)bt_stream_class_set_default_clock_class(output->stream_class, clock);
	bt_clock_class_put_ref(clock);
	return 0;
}

/* Name and host, for those who print them; nothing that would pass it off as LTTng's own. */
static int trace_describe(bt_trace *trace, const bt_trace *from)
{
	const bt_value *host =
		bt_trace_borrow_environment_entry_value_by_name_const(from, "hostname");
	const char *name = bt_trace_get_name(from);
	char string[256];

	snprintf(string, sizeof(string), "%s%sguest-time", name ? name : "", name ? "-" : "");
	if (bt_trace_set_name(trace, string) != BT_TRACE_SET_NAME_STATUS_OK)
		return -ENOMEM;
	if (host && bt_value_is_string(host) &&
		bt_trace_set_environment_entry_string(trace, "hostname",
			bt_value_string_get(host)) != BT_TRACE_SET_ENVIRONMENT_ENTRY_STATUS_OK)
		return -ENOMEM;
	return bt_trace_set_environment_entry_string(trace, "tracer_name", "vspan") ==
			BT_TRACE_SET_ENVIRONMENT_ENTRY_STATUS_OK
		? 0
		: -ENOMEM;
}

static void trace_free(struct output_trace *output)
{
	bt_trace_put_ref(output->trace);
	bt_stream_class_put_ref(output->stream_class);
	bt_trace_class_put_ref(output->class);
	free(output);
}

static struct output_trace *trace_create(
	bt_self_component *component, const bt_trace *from, const bt_event_class *like)
{
	struct output_trace *output = calloc(1, sizeof(*output));

	if (!output)
		return NULL;
	output->class = bt_trace_class_create(component);
	if (output->class)
		output->stream_class = bt_stream_class_create(output->class);
	if (!output->stream_class || trace_set_clock(output, component, like) < 0)
		goto fail;
	output->trace = bt_trace_create(output->class);
	if (!output->trace || trace_describe(output->trace, from) < 0)
		goto fail;
	return output;
fail:
	trace_free(output);
	return NULL;
}

static struct output_trace *outputs_trace(struct outputs *outputs, bt_self_component *component,
	const bt_trace *from, const bt_event_class *like)
{
	struct output_trace *output = map_find(&outputs->traces, THE_TRACE);

	if (output)
		return output;
	output = trace_create(component, from, like);
	if (output && map_insert(&outputs->traces, THE_TRACE, output) < 0) {
		trace_free(output);
		return NULL;
	}
	return output;
}

int outputs_open_lane(struct outputs *outputs, bt_self_component *component, struct lane *lane,
	const struct event_kind *kind)
{
	struct output_trace *output;
	bt_stream *stream;
	char name[64];
	int length;

	if (lane->stream)
		return 0;
	output = outputs_trace(outputs, component, lane->trace, kind->class);
	if (!output)
		return -ENOMEM;
	stream = bt_stream_create(output->stream_class, output->trace);
	if (!stream)
		return -ENOMEM;
	length = snprintf(name, sizeof(name), "VM %" PRIu32, lane->vm);
	if (lane->vcpu != LANE_NO_VCPU)
		snprintf(
			name + length, sizeof(name) - (size_t)length, " vCPU %" PRIu32, lane->vcpu);
	if (bt_stream_set_name(stream, name) != BT_STREAM_SET_NAME_STATUS_OK) {
		bt_stream_put_ref(stream);
		return -ENOMEM;
	}
	lane->stream = stream;
	lane->time_base = output->time_base;
	return 0;
}

uint64_t outputs_clock_value(const struct lane *lane, int64_t time)
{
	return time > lane->time_base ? (uint64_t)time - (uint64_t)lane->time_base : 0;
}

/* The counterpart of the record's class, or its span class, made at the first event of it. */
static const bt_event_class *outputs_class(
	struct outputs *outputs, const struct event_kind *kind, bool span)
{
	struct map *classes = span ? &outputs->span_classes : &outputs->classes;
	uint64_t key = (uintptr_t)kind;
	bt_event_class *class = map_find(classes, key);
	struct output_trace *output;

	if (class)
		return class;
	output = map_find(&outputs->traces, THE_TRACE);
	assert(output);
	class = output_class_create(output->class, output->stream_class, kind, span);
	if (class && map_insert(classes, key, class) < 0) {
		bt_event_class_put_ref(class);
		return NULL;
	}
	return class;
}

static bt_message *outputs_message(struct outputs *outputs, bt_self_message_iterator *iterator,
	const struct lane *lane, const struct event_kind *kind, bool span, int64_t time)
{
	const bt_event_class *class = outputs_class(outputs, kind, span);

	assert(lane->stream);
	if (!class)
		return NULL;
	return bt_message_event_create_with_default_clock_snapshot(
		iterator, class, lane->stream, outputs_clock_value(lane, time));
}

/* What is written is no repetition of anything that is written: let nobody drop it. */
static int payload_copy(bt_field *payload, const struct record *record)
{
	int16_t flags = record->kind->index[FIELD_FLAGS];

	if (copy_field(payload, record->payload) < 0)
		return -ENOMEM;
	if (flags >= 0)
		bt_field_integer_unsigned_set_value(
			bt_field_structure_borrow_member_field_by_index(payload, (uint64_t)flags),
			record_number(record, FIELD_FLAGS) & ~(uint64_t)VSPAN_TRACE_FLAG_REPEATED);
	return 0;
}

bt_message *outputs_event(struct outputs *outputs, bt_self_message_iterator *iterator,
	const struct lane *lane, const struct record *record, int64_t time)
{
	bt_message *message = outputs_message(outputs, iterator, lane, record->kind, false, time);

	if (message &&
		payload_copy(bt_event_borrow_payload_field(bt_message_event_borrow_event(message)),
			record) < 0)
		BT_MESSAGE_PUT_REF_AND_RESET(message);
	return message;
}

bt_message *outputs_span(struct outputs *outputs, bt_self_message_iterator *iterator,
	const struct lane *lane, const struct record *entry, const struct record *exit,
	int64_t time)
{
	bt_message *message = outputs_message(outputs, iterator, lane, entry->kind, true, time);

	if (message &&
		output_class_fill_span(
			bt_event_borrow_payload_field(bt_message_event_borrow_event(message)),
			entry, exit) < 0)
		BT_MESSAGE_PUT_REF_AND_RESET(message);
	return message;
}

static void visit_free_class(void *class, void *data)
{
	(void)data;
	bt_event_class_put_ref(class);
}

static void visit_free_trace(void *trace, void *data)
{
	(void)data;
	trace_free(trace);
}

void outputs_clear(struct outputs *outputs)
{
	map_visit(&outputs->classes, visit_free_class, NULL);
	map_visit(&outputs->span_classes, visit_free_class, NULL);
	map_visit(&outputs->traces, visit_free_trace, NULL);
	map_clear(&outputs->classes);
	map_clear(&outputs->span_classes);
	map_clear(&outputs->traces);
}
