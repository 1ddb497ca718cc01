/* SPDX-License-Identifier: MIT */
/*
 * tree.h - the component class sink.vspan.tree, as the plugin registers it.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_TREE_H
#define VSPAN_PLUGINS_SINK_TREE_TREE_H

#include <babeltrace2/babeltrace.h>

#define TREE_DESCRIPTION "Print the spans of each VM as trees"
extern const char tree_help[];

bt_component_class_initialize_method_status tree_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data);

#endif /* VSPAN_PLUGINS_SINK_TREE_TREE_H */
