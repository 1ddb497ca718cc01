/* SPDX-License-Identifier: MIT */
/*
 * output.c - see output.h.
 */
#include "output.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

int outputs_open_lane(struct outputs *outputs, bt_self_component *component, struct lane *lane,
	const struct event_kind *kind)
{
	bt_stream *stream;
	char name[64];
	int length;

	if (!outputs->trace)
		outputs->trace = output_trace_create(component, lane->trace, kind->class);
	if (!outputs->trace)
		return -ENOMEM;
	stream = bt_stream_create(outputs->trace->stream_class, outputs->trace->trace);
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
	lane->time_base = outputs->trace->time_base;
	return 0;
}

uint64_t outputs_clock_value(const struct lane *lane, int64_t time)
{
	return time > lane->time_base ? (uint64_t)time - (uint64_t)lane->time_base : 0;
}

/* The counterpart of the record's class in a shape, made at the first event of it. */
static const bt_event_class *outputs_class(
	struct outputs *outputs, const struct event_kind *kind, enum output_shape shape)
{
	uint64_t key = (uintptr_t)kind;
	bt_event_class *class = map_find(&outputs->classes[shape], key);

	if (class)
		return class;
	assert(outputs->trace);
	class = output_class_create(
		outputs->trace->class, outputs->trace->stream_class, kind, shape);
	if (class && map_insert(&outputs->classes[shape], key, class) < 0) {
		bt_event_class_put_ref(class);
		return NULL;
	}
	return class;
}

bt_message *outputs_event(struct outputs *outputs, bt_self_message_iterator *iterator,
	const struct lane *lane, const struct telling *telling, int64_t time)
{
	const bt_event_class *class = outputs_class(outputs, telling->record.kind, telling->shape);
	bt_message *message;

	assert(lane->packet);
	if (!class)
		return NULL;
	message = bt_message_event_create_with_packet_and_default_clock_snapshot(
		iterator, class, lane->packet, outputs_clock_value(lane, time));
	if (message && output_class_fill(bt_message_event_borrow_event(message), telling) < 0)
		BT_MESSAGE_PUT_REF_AND_RESET(message);
	return message;
}

static void visit_free_class(void *class, void *data)
{
	(void)data;
	bt_event_class_put_ref(class);
}

void outputs_clear(struct outputs *outputs)
{
	for (unsigned int shape = 0; shape < OUTPUT_SHAPES; shape++) {
		map_visit(&outputs->classes[shape], visit_free_class, NULL);
		map_clear(&outputs->classes[shape]);
	}
	if (outputs->trace)
		output_trace_free(outputs->trace);
	*outputs = (struct outputs){0};
}
