/* SPDX-License-Identifier: MIT */
/*
 * stop.h - filter.vspantest.stop: passes messages one by one, and after
 * `after=N` of them does what `how` says: "end", "error", "memory" (an error),
 * "again" (nothing comes any more, and no end), "pause" (nothing comes once).
 */
#ifndef VSPAN_TESTS_FILTER_STOP_STOP_H
#define VSPAN_TESTS_FILTER_STOP_STOP_H

#include <babeltrace2/babeltrace.h>

bt_component_class_initialize_method_status stop_initialize(bt_self_component_filter *self,
	bt_self_component_filter_configuration *configuration, const bt_value *params, void *data);
void stop_finalize(bt_self_component_filter *self);
bt_message_iterator_class_initialize_method_status stop_iterator_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port);
void stop_iterator_finalize(bt_self_message_iterator *self);
bt_message_iterator_class_next_method_status stop_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count);

#endif /* VSPAN_TESTS_FILTER_STOP_STOP_H */
