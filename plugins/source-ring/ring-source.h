/* SPDX-License-Identifier: MIT */
/* ring-source.h - the component class source.vspan.ring, as the plugin registers it. */
#ifndef VSPAN_PLUGINS_SOURCE_RING_RING_SOURCE_H
#define VSPAN_PLUGINS_SOURCE_RING_RING_SOURCE_H

#include <babeltrace2/babeltrace.h>

#define RING_DESCRIPTION "Read regions, and dumps of memory that hold one, without LTTng"
extern const char ring_help[];

bt_component_class_initialize_method_status ring_initialize(bt_self_component_source *self,
	bt_self_component_source_configuration *configuration, const bt_value *params, void *data);
void ring_finalize(bt_self_component_source *self);

/* Answers babeltrace.support-info: `babeltrace2 FILE` finds this class for regions. */
bt_component_class_query_method_status ring_query(bt_self_component_class_source *self,
	bt_private_query_executor *executor, const char *object, const bt_value *params, void *data,
	const bt_value **result);

bt_message_iterator_class_initialize_method_status ring_iterator_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port);
void ring_iterator_finalize(bt_self_message_iterator *self);
bt_message_iterator_class_next_method_status ring_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count);

#endif /* VSPAN_PLUGINS_SOURCE_RING_RING_SOURCE_H */
