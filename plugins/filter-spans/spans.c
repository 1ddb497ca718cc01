/* SPDX-License-Identifier: MIT */
/*
 * spans.c - the component class filter.vspan.spans: ports, parameters, and the
 * message iterator that feeds a retimer (retime.h) from its input.
 */
#include "spans.h"

#include "model/params.h"
#include "retime.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_QUEUED_DEFAULT 1000000

const char spans_help[] =
	"Takes an LTTng trace recorded by vspan; gives the same events at the time the\n"
	"guest wrote them instead of the time the host emitted them: a span where it began,\n"
	"with its self time and how its vCPU was occupied. Each vCPU of a VM gets a stream\n"
	"of its own, in a trace of its own. Spans recorded by their entry and exit edges\n"
	"only become spans; one edge alone stays one. What a consumer that took over\n"
	"repeated is dropped. Where records were lost, babeltrace2 is told that events were\n"
	"discarded. Other events pass as they are.\n"
	"For instance, a trace in guest time for other tools:\n"
	"  babeltrace2 TRACE -c filter.vspan.spans -c sink.ctf.fs -p 'path=\"guest-trace\"'\n"
	"\n"
	"Parameters:\n"
	"  edges=BOOL    each span as two events, where it began and where it ended, for\n"
	"                tools that pair them, such as Trace Compass [no]\n"
	"  max-queued=N  messages held while waiting for the rings of all VMs, and for spans\n"
	"                to end; beyond, the earliest go first, possibly too early [1000000]\n";

struct spans {
	uint64_t max_queued;
	bool edges;
};

static const struct param spans_params[] = {
	{"edges", PARAM_BOOL, offsetof(struct spans, edges), NULL},
	{"max-queued", PARAM_COUNT, offsetof(struct spans, max_queued), NULL},
};

struct spans_iterator {
	struct retimer retimer;
	bt_message_iterator *input;
	bool failed; /* after messages that still had to be given */
};

bt_component_class_initialize_method_status spans_initialize(bt_self_component_filter *self,
	bt_self_component_filter_configuration *configuration, const bt_value *params, void *data)
{
	bt_self_component *component = bt_self_component_filter_as_self_component(self);
	struct spans *spans = calloc(1, sizeof(*spans));
	int status;

	(void)configuration;
	(void)data;
	if (!spans)
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	spans->max_queued = MAX_QUEUED_DEFAULT;
	status = params_read(component, params, spans_params, 2, spans);
	if (status == 0 &&
		(bt_self_component_filter_add_input_port(self, "in", NULL, NULL) !=
				BT_SELF_COMPONENT_ADD_PORT_STATUS_OK ||
			bt_self_component_filter_add_output_port(self, "out", NULL, NULL) !=
				BT_SELF_COMPONENT_ADD_PORT_STATUS_OK))
		status = -EINVAL;
	if (status < 0) {
		free(spans);
		return status == -ENOMEM ? BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR
					 : BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_component_set_data(component, spans);
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void spans_finalize(bt_self_component_filter *self)
{
	free(bt_self_component_get_data(bt_self_component_filter_as_self_component(self)));
}

bt_message_iterator_class_initialize_method_status spans_iterator_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port)
{
	bt_self_component *component = bt_self_message_iterator_borrow_component(self);
	const struct spans *spans = bt_self_component_get_data(component);
	struct spans_iterator *iterator = calloc(1, sizeof(*iterator));
	bt_message_iterator_create_from_message_iterator_status status;

	(void)configuration;
	(void)port;
	if (!iterator)
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	if (retimer_init(&iterator->retimer, self, component, spans->max_queued, spans->edges) <
		0) {
		retimer_clear(&iterator->retimer);
		free(iterator);
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	}
	status = bt_message_iterator_create_from_message_iterator(self,
		bt_self_component_filter_borrow_input_port_by_index(
			(bt_self_component_filter *)component, 0),
		&iterator->input);
	if (status != BT_MESSAGE_ITERATOR_CREATE_FROM_MESSAGE_ITERATOR_STATUS_OK) {
		retimer_clear(&iterator->retimer);
		free(iterator);
		return (bt_message_iterator_class_initialize_method_status)status;
	}
	bt_self_message_iterator_set_data(self, iterator);
	return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

static void spans_warn_repeats(const struct lanes *lanes)
{
	uint64_t dropped = 0, unsure = 0;

	for (size_t i = 0; i < lanes->count; i++) {
		dropped += lanes->lanes[i]->repeats.dropped;
		unsure += lanes->lanes[i]->repeats.unsure;
	}
	if (dropped)
		fprintf(stderr,
			"filter.vspan.spans: repeated events dropped: %" PRIu64
			"; a consumer had taken over from another\n",
			dropped);
	if (unsure)
		fprintf(stderr,
			"filter.vspan.spans: events that may be repetitions: %" PRIu64
			"; more than %d came since those they may repeat\n",
			unsure, REPEATS_MEMORY);
}

/* What a reader of the output must know about it, once, when it is complete. */
static void spans_warn(const struct retimer *retimer)
{
	if (retimer->early)
		fprintf(stderr,
			"filter.vspan.spans: messages let go before their turn: %" PRIu64
			"; more than %" PRIu64 " were waiting: raise parameter `max-queued`\n",
			retimer->early, retimer->max_queued);
	if (retimer->late)
		fprintf(stderr,
			"filter.vspan.spans: events that came when their time had passed: %" PRIu64
			"; their messages are late, their field `ts` is right\n",
			retimer->late);
	if (retimer->lone_entries)
		fprintf(stderr,
			"filter.vspan.spans: begins of spans passed as they are: %" PRIu64
			"; their ends are not in the trace\n",
			retimer->lone_entries);
	if (retimer->lone_exits)
		fprintf(stderr,
			"filter.vspan.spans: ends of spans passed as they are: %" PRIu64
			"; their beginnings are not in the trace\n",
			retimer->lone_exits);
	spans_warn_repeats(&retimer->lanes);
}

void spans_iterator_finalize(bt_self_message_iterator *self)
{
	struct spans_iterator *iterator = bt_self_message_iterator_get_data(self);

	spans_warn(&iterator->retimer);
	bt_message_iterator_put_ref(iterator->input);
	retimer_clear(&iterator->retimer);
	free(iterator);
}

/* Takes one batch of the input. */
static bt_message_iterator_class_next_method_status spans_pull(struct spans_iterator *iterator)
{
	bt_message_iterator_next_status status;
	bt_message_array_const messages;
	uint64_t count;
	int accepted = 0;

	status = bt_message_iterator_next(iterator->input, &messages, &count);
	if (status == BT_MESSAGE_ITERATOR_NEXT_STATUS_END)
		return retimer_end(&iterator->retimer) < 0
			? BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_MEMORY_ERROR
			: BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;
	/* The values of both status types are those of __BT_FUNC_STATUS_*. */
	if (status != BT_MESSAGE_ITERATOR_NEXT_STATUS_OK)
		return (bt_message_iterator_class_next_method_status)status;
	for (uint64_t i = 0; i < count; i++) {
		if (accepted == 0)
			accepted = retimer_accept(&iterator->retimer, messages[i]);
		else
			bt_message_put_ref(messages[i]);
	}
	if (accepted == 0)
		accepted = retimer_settle(&iterator->retimer);
	return accepted < 0 ? BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_MEMORY_ERROR
			    : BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;
}

/* Fills the array with what is ready. Returns 0 or -ENOMEM. */
static int spans_fill(struct spans_iterator *iterator, bt_message_array_const messages,
	uint64_t capacity, uint64_t *count)
{
	int status = 1;

	while (*count < capacity && status > 0) {
		status = retimer_next(&iterator->retimer, &messages[*count]);
		*count += status > 0;
	}
	return status < 0 ? status : 0;
}

bt_message_iterator_class_next_method_status spans_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count)
{
	struct spans_iterator *iterator = bt_self_message_iterator_get_data(self);
	bt_message_iterator_class_next_method_status status =
		BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;

	*count = 0;
	while (!iterator->failed && *count == 0) {
		if (spans_fill(iterator, messages, capacity, count) < 0)
			iterator->failed = true;
		if (*count > 0 || iterator->failed)
			break;
		if (iterator->retimer.ended)
			return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_END;
		status = spans_pull(iterator);
		if (status != BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK)
			return status;
	}
	/* What was ready before memory ran out still goes out; the failure comes next. */
	if (*count > 0)
		return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_MESSAGE_ITERATOR(
		self, "out of memory: lower parameter `max-queued`");
	return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_MEMORY_ERROR;
}
