/* SPDX-License-Identifier: MIT */
/*
 * stop.c - see stop.h.
 */
#include "stop.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct settings {
	uint64_t after;
	bt_message_iterator_class_next_method_status how;
	bool once; /* and then goes on */
};

struct stopper {
	struct settings settings;
	bt_message_iterator *input;
	/* What came from there and has not been passed on. */
	bt_message_array_const messages;
	uint64_t count, next;
	uint64_t passed;
};

static void stopper_forget(struct stopper *stopper)
{
	while (stopper->next < stopper->count)
		bt_message_put_ref(stopper->messages[stopper->next++]);
}

bt_message_iterator_class_next_method_status stop_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count)
{
	struct stopper *stopper = bt_self_message_iterator_get_data(self);
	bt_message_iterator_next_status status;

	(void)capacity;
	*count = 0;
	if (stopper->passed == stopper->settings.after) {
		if (stopper->settings.once)
			stopper->passed++;
		else
			stopper_forget(stopper);
		return stopper->settings.how;
	}
	if (stopper->next == stopper->count) {
		stopper->next = stopper->count = 0;
		status = bt_message_iterator_next(
			stopper->input, &stopper->messages, &stopper->count);
		/* The values of both status types are those of __BT_FUNC_STATUS_*. */
		if (status != BT_MESSAGE_ITERATOR_NEXT_STATUS_OK)
			return (bt_message_iterator_class_next_method_status)status;
	}
	messages[0] = stopper->messages[stopper->next++];
	*count = 1;
	stopper->passed++;
	return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;
}

bt_message_iterator_class_initialize_method_status stop_iterator_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port)
{
	bt_self_component *component = bt_self_message_iterator_borrow_component(self);
	bt_self_component_port_input *input = bt_self_component_filter_borrow_input_port_by_name(
		(bt_self_component_filter *)component, "in");
	struct stopper *stopper = calloc(1, sizeof(*stopper));

	(void)configuration;
	(void)port;
	if (!stopper)
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	stopper->settings = *(struct settings *)bt_self_component_get_data(component);
	if (bt_message_iterator_create_from_message_iterator(self, input, &stopper->input) !=
		BT_MESSAGE_ITERATOR_CREATE_FROM_MESSAGE_ITERATOR_STATUS_OK) {
		free(stopper);
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_message_iterator_set_data(self, stopper);
	return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void stop_iterator_finalize(bt_self_message_iterator *self)
{
	struct stopper *stopper = bt_self_message_iterator_get_data(self);

	stopper_forget(stopper);
	bt_message_iterator_put_ref(stopper->input);
	free(stopper);
}

static bool settings_read(struct settings *settings, const bt_value *params)
{
	static const struct {
		const char *word;
		bt_message_iterator_class_next_method_status status;
	} ways[] = {
		{"end", BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_END},
		{"error", BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_ERROR},
		{"memory", BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_MEMORY_ERROR},
		{"again", BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_AGAIN},
		{"pause", BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_AGAIN},
	};
	const bt_value *after = bt_value_map_borrow_entry_value_const(params, "after");
	const bt_value *how = bt_value_map_borrow_entry_value_const(params, "how");

	if (!after || !bt_value_is_signed_integer(after) || !how || !bt_value_is_string(how))
		return false;
	settings->after = (uint64_t)bt_value_integer_signed_get(after);
	settings->once = strcmp(bt_value_string_get(how), "pause") == 0;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(bt_value_string_get(how), ways[i].word) == 0) {
			settings->how = ways[i].status;
			return true;
		}
	}
	return false;
}

bt_component_class_initialize_method_status stop_initialize(bt_self_component_filter *self,
	bt_self_component_filter_configuration *configuration, const bt_value *params, void *data)
{
	bt_self_component *component = bt_self_component_filter_as_self_component(self);
	struct settings *settings = calloc(1, sizeof(*settings));

	(void)configuration;
	(void)data;
	if (!settings)
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	if (!settings_read(settings, params) ||
		bt_self_component_filter_add_input_port(self, "in", NULL, NULL) !=
			BT_SELF_COMPONENT_ADD_PORT_STATUS_OK ||
		bt_self_component_filter_add_output_port(self, "out", NULL, NULL) !=
			BT_SELF_COMPONENT_ADD_PORT_STATUS_OK) {
		free(settings);
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	bt_self_component_set_data(component, settings);
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

void stop_finalize(bt_self_component_filter *self)
{
	free(bt_self_component_get_data(bt_self_component_filter_as_self_component(self)));
}
