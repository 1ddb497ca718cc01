/* SPDX-License-Identifier: MIT */
/* view-count.c - see view-count.h. */
#include "view-count.h"

#include <stdlib.h>

struct counting {
	bt_message_iterator *input;
	uint64_t *count;
};

static bt_component_class_initialize_method_status count_initialize(bt_self_component_filter *self,
	bt_self_component_filter_configuration *configuration, const bt_value *params, void *data)
{
	(void)configuration;
	(void)params;
	bt_self_component_set_data(bt_self_component_filter_as_self_component(self), data);
	if (bt_self_component_filter_add_input_port(self, "in", NULL, NULL) !=
			BT_SELF_COMPONENT_ADD_PORT_STATUS_OK ||
		bt_self_component_filter_add_output_port(self, "out", NULL, NULL) !=
			BT_SELF_COMPONENT_ADD_PORT_STATUS_OK)
		return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

static bt_message_iterator_class_initialize_method_status counting_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port)
{
	bt_self_component *component = bt_self_message_iterator_borrow_component(self);
	bt_self_component_port_input *input = bt_self_component_filter_borrow_input_port_by_index(
		(bt_self_component_filter *)component, 0);
	struct counting *counting = calloc(1, sizeof(*counting));
	bt_message_iterator_create_from_message_iterator_status status;

	(void)configuration;
	(void)port;
	if (counting == NULL)
		return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR;
	counting->count = bt_self_component_get_data(component);
	status = bt_message_iterator_create_from_message_iterator(self, input, &counting->input);
	if (status != BT_MESSAGE_ITERATOR_CREATE_FROM_MESSAGE_ITERATOR_STATUS_OK) {
		free(counting);
		/* The values of both status types are those of __BT_FUNC_STATUS_*. */
		return (bt_message_iterator_class_initialize_method_status)status;
	}
	bt_self_message_iterator_set_data(self, counting);
	return BT_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

static void counting_finalize(bt_self_message_iterator *self)
{
	struct counting *counting = bt_self_message_iterator_get_data(self);

	bt_message_iterator_put_ref(counting->input);
	free(counting);
}

static bt_message_iterator_class_next_method_status counting_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count)
{
	struct counting *counting = bt_self_message_iterator_get_data(self);
	bt_message_array_const taken;
	bt_message_iterator_next_status status;
	uint64_t events = 0, i;

	/* Both arrays have the capacity the library gives every one. */
	(void)capacity;
	status = bt_message_iterator_next(counting->input, &taken, count);
	if (status != BT_MESSAGE_ITERATOR_NEXT_STATUS_OK)
		return (bt_message_iterator_class_next_method_status)status;
	for (i = 0; i < *count; i++) {
		messages[i] = taken[i];
		events += bt_message_get_type(taken[i]) == BT_MESSAGE_TYPE_EVENT;
	}
	__atomic_fetch_add(counting->count, events, __ATOMIC_RELAXED);
	return BT_MESSAGE_ITERATOR_CLASS_NEXT_METHOD_STATUS_OK;
}

const bt_component_class_filter *view_count_class(void)
{
	bt_message_iterator_class *iterator = bt_message_iterator_class_create(counting_next);
	bt_component_class_filter *class = NULL;

	if (iterator == NULL)
		return NULL;
	bt_message_iterator_class_set_initialize_method(iterator, counting_initialize);
	bt_message_iterator_class_set_finalize_method(iterator, counting_finalize);
	class = bt_component_class_filter_create("count", iterator);
	bt_message_iterator_class_put_ref(iterator);
	if (class != NULL)
		bt_component_class_filter_set_initialize_method(class, count_initialize);
	return class;
}
