/* SPDX-License-Identifier: MIT */
/*
 * source.h - source.vspantest.forest: a random forest, as a consumer would have
 * recorded it. Parameters are those of shape.h; `seed` alone is enough.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_SOURCE_H
#define VSPAN_TESTS_SOURCE_FOREST_SOURCE_H

#include <babeltrace2/babeltrace.h>

bt_component_class_initialize_method_status forest_initialize(bt_self_component_source *self,
	bt_self_component_source_configuration *configuration, const bt_value *params, void *data);
void forest_finalize(bt_self_component_source *self);
bt_message_iterator_class_initialize_method_status forest_iterator_initialize(
	bt_self_message_iterator *self, bt_self_message_iterator_configuration *configuration,
	bt_self_component_port_output *port);
void forest_iterator_finalize(bt_self_message_iterator *self);
bt_message_iterator_class_next_method_status forest_next(bt_self_message_iterator *self,
	bt_message_array_const messages, uint64_t capacity, uint64_t *count);

#endif /* VSPAN_TESTS_SOURCE_FOREST_SOURCE_H */
