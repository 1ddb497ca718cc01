/* SPDX-License-Identifier: MIT */
/*
 * sink.c - see sink.h.
 */
#include "sink.h"

#include "pump.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct param sink_params[] = {
	{"path", PARAM_STRING, offsetof(struct sink, path), NULL},
	{"held", PARAM_COUNT, offsetof(struct sink, held), NULL},
};

#define SINK_PARAMS (sizeof(sink_params) / sizeof(sink_params[0]))

const char *const sink_colors[] = {"auto", "always", "never", NULL};

bool sink_color(const struct sink *sink, unsigned int choice)
{
	const char *no_color = getenv("NO_COLOR");

	if (choice != 0)
		return choice == 1;
	return !sink->path && isatty(STDOUT_FILENO) && (!no_color || !*no_color);
}

static void sink_free(struct sink *sink)
{
	const struct sink_class *class = sink->class;

	pump_destroy(sink->pump);
	bt_message_iterator_put_ref(sink->input);
	if (class->free)
		class->free(sink);
	forest_clear(&sink->forest);
	event_kinds_clear(&sink->kinds);
	params_clear(class->params, class->param_count, sink);
	params_clear(sink_params, SINK_PARAMS, sink);
	if (sink->stream && sink->stream != stdout)
		fclose(sink->stream);
	free(sink);
}

/* A sink's own parameters and those all have are one table to the user. */
static int sink_read_params(struct sink *sink, const bt_value *values)
{
	const struct sink_class *class = sink->class;
	size_t count = class->param_count + SINK_PARAMS;
	struct param *table = calloc(count, sizeof(*table));
	int status;

	if (!table)
		return -ENOMEM;
	if (class->param_count)
		memcpy(table, class->params, class->param_count * sizeof(*table));
	memcpy(table + class->param_count, sink_params, sizeof(sink_params));
	status = params_read(sink->component, values, table, count, sink);
	free(table);
	return status;
}

static int sink_open(struct sink *sink)
{
	sink->stream = stdout;
	if (sink->path)
		sink->stream = fopen(sink->path, "w");
	if (!sink->stream) {
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(sink->component,
			"cannot write to %s: %s; parameter `path` may name another file",
			sink->path, strerror(errno));
		return -EIO;
	}
	if (sink->class->binary && !sink->path && isatty(STDOUT_FILENO)) {
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(sink->component,
			"what %s writes is not for a terminal; give a file with parameter `path`",
			sink->class->name);
		return -EINVAL;
	}
	return 0;
}

static int sink_tree(void *data, struct node *root)
{
	struct sink *sink = data;

	return sink->class->tree(sink, root);
}

/* Returns 0, or a negative errno with a cause appended unless it is -ENOMEM. */
static int sink_begin(struct sink *sink, bt_self_component_sink *self, const bt_value *params)
{
	int status;

	if (sink->class->defaults)
		sink->class->defaults(sink);
	status = sink_read_params(sink, params);
	if (status == 0)
		status = forest_init(&sink->forest, sink->held, sink_tree, sink);
	if (status == 0)
		status = sink_open(sink);
	if (status == 0 && sink->class->begin)
		status = sink->class->begin(sink, sink->component);
	if (status == 0 &&
		bt_self_component_sink_add_input_port(self, "in", NULL, NULL) !=
			BT_SELF_COMPONENT_ADD_PORT_STATUS_OK)
		status = -EINVAL;
	return status;
}

bt_component_class_initialize_method_status sink_initialize(
	bt_self_component_sink *self, const bt_value *params, const struct sink_class *class)
{
	struct sink *sink = calloc(1, class->size);
	int status;

	if (!sink)
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	assert(class->size >= sizeof(*sink));
	sink->class = class;
	sink->held = FOREST_HELD_DEFAULT;
	sink->component = bt_self_component_sink_as_self_component(self);
	status = sink_begin(sink, self, params);
	if (status < 0) {
		sink_free(sink);
		return status == -ENOMEM ? BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR
					 : BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_component_set_data(sink->component, sink);
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

static int sink_message(void *data, const struct record *record, const bt_message *message)
{
	struct sink *sink = data;
	int status = 0;

	if (!record->kind) {
		forest_take_discarded(&sink->forest, message);
		return 0;
	}
	if (sink->class->record && record->kind->role >= EVENT_ATTACH)
		status = sink->class->record(sink, record);
	return status < 0 ? status : forest_take(&sink->forest, record);
}

static int sink_flush(struct sink *sink)
{
	errno = 0;
	if (fflush(sink->stream) != 0 || ferror(sink->stream))
		return -(errno ? errno : EIO);
	return 0;
}

static int sink_event(void *data, enum pump_event event)
{
	struct sink *sink = data;
	int status;

	if (event == PUMP_END) {
		status = forest_end(&sink->forest);
		if (status == 0)
			status = sink->class->end(sink);
	} else {
		status = forest_idle(&sink->forest);
		if (status == 0 && sink->class->idle)
			status = sink->class->idle(sink);
	}
	return status == 0 ? sink_flush(sink) : status;
}

static const struct pump_functions sink_functions = {
	.message = sink_message,
	.event = sink_event,
};

bt_component_class_sink_graph_is_configured_method_status sink_graph_is_configured(
	bt_self_component_sink *self)
{
	struct sink *sink =
		bt_self_component_get_data(bt_self_component_sink_as_self_component(self));
	bt_self_component_port_input *port =
		bt_self_component_sink_borrow_input_port_by_name(self, "in");

	sink->pump = pump_create(&sink_functions, sink);
	if (!sink->pump)
		return BT_COMPONENT_CLASS_SINK_GRAPH_IS_CONFIGURED_METHOD_STATUS_MEMORY_ERROR;
	/* The values of both status types are those of __BT_FUNC_STATUS_*. */
	return (bt_component_class_sink_graph_is_configured_method_status)
		bt_message_iterator_create_from_sink_component(self, port, &sink->input);
}

/* Closing shows errors that writing has not. Returns 0 or a negative errno. */
static int sink_close(struct sink *sink)
{
	FILE *stream = sink->stream;

	sink->stream = NULL;
	if (stream == stdout)
		return 0;
	return fclose(stream) == 0 ? 0 : -errno;
}

static bt_component_class_sink_consume_method_status sink_fail(struct sink *sink, int status)
{
	/* Said once: there is nothing to be shown at the end. */
	sink->ended = true;
	if (status == -ENOMEM) {
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(
			sink->component, "out of memory: parameter `held` may limit what is kept");
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_MEMORY_ERROR;
	}
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(sink->component,
		"cannot write to %s: %s; parameter `path` may name another file",
		sink->path ? sink->path : "standard output", strerror(-status));
	return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
}

static bt_component_class_sink_consume_method_status sink_end(struct sink *sink)
{
	int status;

	sink->ended = true;
	status = pump_tell(sink->pump, PUMP_END);
	if (status == 0)
		status = sink_close(sink);
	return status < 0 ? sink_fail(sink, status)
			  : BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_END;
}

/* The sink's thread works beside these words: they are not written for nothing. */
static void sink_note_given(struct sink *sink)
{
	if (!sink->given)
		sink->given = true;
}

static int sink_take_event(struct sink *sink, const bt_message *message)
{
	const struct event_kind *kind = event_kinds_get(&sink->kinds,
		bt_event_borrow_class_const(bt_message_event_borrow_event_const(message)));

	if (!kind) {
		bt_message_put_ref(message);
		return -ENOMEM;
	}
	sink_note_given(sink);
	return kind->role == EVENT_ATTACH
		? pump_give(sink->pump, kind, message)
		: pump_copy(sink->pump, kind, message, !sink->class->no_fields);
}

/* Takes a message and its reference. Returns 0 or a negative errno. */
static int sink_take(struct sink *sink, const bt_message *message)
{
	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_EVENT:
		return sink_take_event(sink, message);
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
	case BT_MESSAGE_TYPE_DISCARDED_PACKETS:
		sink_note_given(sink);
		return pump_give(sink->pump, NULL, message);
	default:
		bt_message_put_ref(message);
		return 0;
	}
}

static int sink_take_all(struct sink *sink, bt_message_array_const messages, uint64_t count)
{
	int status = 0;

	for (uint64_t i = 0; i < count; i++) {
		if (status == 0)
			status = sink_take(sink, messages[i]);
		else
			bt_message_put_ref(messages[i]);
	}
	return status;
}

/* A live source has nothing new: what there is can be shown. */
static bt_component_class_sink_consume_method_status sink_idle(struct sink *sink)
{
	int status = sink->given ? pump_tell(sink->pump, PUMP_IDLE) : 0;

	sink->given = false;
	return status < 0 ? sink_fail(sink, status)
			  : BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_AGAIN;
}

bt_component_class_sink_consume_method_status sink_consume(bt_self_component_sink *self)
{
	struct sink *sink =
		bt_self_component_get_data(bt_self_component_sink_as_self_component(self));
	bt_message_iterator_next_status next;
	bt_message_array_const messages;
	uint64_t count;
	int status;

	next = bt_message_iterator_next(sink->input, &messages, &count);
	if (next == BT_MESSAGE_ITERATOR_NEXT_STATUS_END)
		return sink_end(sink);
	if (next == BT_MESSAGE_ITERATOR_NEXT_STATUS_AGAIN)
		return sink_idle(sink);
	if (next != BT_MESSAGE_ITERATOR_NEXT_STATUS_OK)
		return (bt_component_class_sink_consume_method_status)next;
	status = sink_take_all(sink, messages, count);
	return status < 0 ? sink_fail(sink, status)
			  : BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_OK;
}

void sink_finalize(bt_self_component_sink *self)
{
	struct sink *sink =
		bt_self_component_get_data(bt_self_component_sink_as_self_component(self));

	/* Interrupted, as one stops a live session: show what there is so far. */
	if (!sink->ended && sink->pump) {
		sink->interrupted = true;
		if (pump_tell(sink->pump, PUMP_END) < 0)
			fprintf(stderr, "%s: cannot write what there is\n", sink->class->name);
	}
	sink_free(sink);
}
