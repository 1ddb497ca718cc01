/* SPDX-License-Identifier: MIT */
/*
 * spans.h - the component class filter.vspan.spans, as the plugin registers it.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_SPANS_H
#define VSPAN_PLUGINS_FILTER_SPANS_SPANS_H

#include <babeltrace2/babeltrace.h>

#define SPANS_DESCRIPTION "Move guest events to their guest time, and make spans of edges"
extern const char spans_help[];

bt_component_class_initialize_method_status spans_initialize(bt_self_component_filter *self,
	bt_self_component_filter_configuration *configuration, const bt_value *params, void *data);
void spans_finalize(bt_self_component_filter *self);

bt_message_iterator_class_initialize_method_status spans_iterator_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port);
void spans_iterator_finalize(bt_self_message_iterator *self);
bt_message_iterator_class_next_method_status spans_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_SPANS_H */
