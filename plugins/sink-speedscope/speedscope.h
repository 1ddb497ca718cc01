/* SPDX-License-Identifier: MIT */
/*
 * speedscope.h - sink.vspan.speedscope: a document for speedscope's viewer. What
 * plugins/vspan.c registers.
 */
#ifndef VSPAN_PLUGINS_SINK_SPEEDSCOPE_SPEEDSCOPE_H
#define VSPAN_PLUGINS_SINK_SPEEDSCOPE_SPEEDSCOPE_H

#include <babeltrace2/babeltrace.h>

#define SPEEDSCOPE_DESCRIPTION "Writes spans as profiles for speedscope."

extern const char speedscope_help[];

bt_component_class_initialize_method_status speedscope_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data);

#endif /* VSPAN_PLUGINS_SINK_SPEEDSCOPE_SPEEDSCOPE_H */
