/* SPDX-License-Identifier: MIT */
/*
 * folded.h - sink.vspan.folded: stacks for flame graphs, a line each. What
 * plugins/vspan.c registers.
 */
#ifndef VSPAN_PLUGINS_SINK_FOLDED_FOLDED_H
#define VSPAN_PLUGINS_SINK_FOLDED_FOLDED_H

#include <babeltrace2/babeltrace.h>

#define FOLDED_DESCRIPTION "Writes the self time of spans as stacks for flame graphs."

extern const char folded_help[];

bt_component_class_initialize_method_status folded_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data);

#endif /* VSPAN_PLUGINS_SINK_FOLDED_FOLDED_H */
