/* SPDX-License-Identifier: MIT */
/* emitter.c - see emitter.h: the queue of messages, the trace they belong to. */
#include "emitter.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define NS_PER_S INT64_C(1000000000)
/* Later ones could not be added to any offset. */
#define TIME_MAX ((uint64_t)INT64_MAX / 2)
#define QUEUE_FIRST 1024

static __thread struct emitter *used;

void emitter_use(struct emitter *emitter)
{
	used = emitter;
}

struct emitter *emitter_used(void)
{
	assert(used);
	return used;
}

static int clock_init(struct emitter *emitter, bt_self_component *component, int64_t offset)
{
	bt_clock_class *clock = bt_clock_class_create(component);
	int64_t seconds = offset / NS_PER_S;
	int64_t rest = offset % NS_PER_S;
	int status = -ENOMEM;

	if (!clock)
		return -ENOMEM;
	if (rest < 0) {
		rest += NS_PER_S;
		seconds--;
	}
	bt_clock_class_set_frequency(clock, NS_PER_S);
	bt_clock_class_set_offset(clock, seconds, (uint64_t)rest);
	bt_clock_class_set_origin_is_unix_epoch(clock, BT_TRUE);
	if (bt_clock_class_set_name(clock, "monotonic") == BT_CLOCK_CLASS_SET_NAME_STATUS_OK &&
		bt_stream_class_set_default_clock_class(emitter->classes.stream_class, clock) ==
			BT_STREAM_CLASS_SET_DEFAULT_CLOCK_CLASS_STATUS_OK)
		status = 0;
	bt_clock_class_put_ref(clock);
	return status;
}

int emitter_init(struct emitter *emitter, bt_self_component *component,
	bt_self_message_iterator *iterator, const char *name, int64_t offset)
{
	struct classes *classes = &emitter->classes;

	emitter->iterator = iterator;
	classes->trace_class = bt_trace_class_create(component);
	if (classes->trace_class)
		classes->stream_class = bt_stream_class_create(classes->trace_class);
	if (!classes->stream_class || clock_init(emitter, component, offset) < 0)
		return -ENOMEM;
	emitter->trace = bt_trace_create(classes->trace_class);
	if (!emitter->trace ||
		bt_trace_set_name(emitter->trace, name) != BT_TRACE_SET_NAME_STATUS_OK ||
		bt_trace_set_environment_entry_string(emitter->trace, "tracer_name", "vspan") !=
			BT_TRACE_SET_ENVIRONMENT_ENTRY_STATUS_OK)
		return -ENOMEM;
	emitter->stream = bt_stream_create(classes->stream_class, emitter->trace);
	return emitter->stream ? 0 : -ENOMEM;
}

void emitter_clear(struct emitter *emitter)
{
	assert(!emitter->sites);
	while (emitter->taken < emitter->count)
		bt_message_put_ref(emitter->queue[emitter->taken++]);
	free(emitter->queue);
	for (unsigned int i = 0; i < CONTROL_COUNT; i++)
		bt_event_class_put_ref(emitter->controls[i]);
	bt_stream_put_ref(emitter->stream);
	bt_trace_put_ref(emitter->trace);
	bt_stream_class_put_ref(emitter->classes.stream_class);
	bt_trace_class_put_ref(emitter->classes.trace_class);
}

/* Takes the reference; a message that is NULL is one that memory was missing for. */
static void queue(struct emitter *emitter, const bt_message *message)
{
	size_t capacity = emitter->capacity ? 2 * emitter->capacity : QUEUE_FIRST;
	const bt_message **larger;

	if (message && emitter->count == emitter->capacity) {
		larger = realloc(emitter->queue, capacity * sizeof(const bt_message *));
		if (!larger) {
			BT_MESSAGE_PUT_REF_AND_RESET(message);
		} else {
			emitter->queue = larger;
			emitter->capacity = capacity;
		}
	}
	if (message)
		emitter->queue[emitter->count++] = message;
	else
		emitter->failed = true;
}

bt_field *emitter_add(struct emitter *emitter, bt_event_class *class, uint64_t time)
{
	bt_message *message = NULL;

	if (time > TIME_MAX)
		time = TIME_MAX;
	if (time > emitter->now)
		emitter->now = time;
	if (class && !emitter->failed)
		message = bt_message_event_create_with_default_clock_snapshot(
			emitter->iterator, class, emitter->stream, emitter->now);
	queue(emitter, message);
	return emitter->failed
		? NULL
		: bt_event_borrow_payload_field(bt_message_event_borrow_event(message));
}

void emitter_begin(struct emitter *emitter)
{
	queue(emitter, bt_message_stream_beginning_create(emitter->iterator, emitter->stream));
}

void emitter_end(struct emitter *emitter)
{
	queue(emitter, bt_message_stream_end_create(emitter->iterator, emitter->stream));
}

uint64_t emitter_take(struct emitter *emitter, bt_message_array_const messages, uint64_t capacity)
{
	uint64_t count = 0;

	while (count < capacity && emitter->taken < emitter->count)
		messages[count++] = emitter->queue[emitter->taken++];
	if (emitter->taken == emitter->count)
		emitter->taken = emitter->count = 0;
	return count;
}
