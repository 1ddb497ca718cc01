/* SPDX-License-Identifier: MIT */
/*
 * perfetto.h - the component class sink.vspan.perfetto: spans as a trace that
 * Perfetto opens.
 */
#ifndef VSPAN_PLUGINS_SINK_PERFETTO_PERFETTO_H
#define VSPAN_PLUGINS_SINK_PERFETTO_PERFETTO_H

#include <babeltrace2/babeltrace.h>

#define PERFETTO_DESCRIPTION "Write spans as a trace for Perfetto (ui.perfetto.dev)"

extern const char perfetto_help[];

bt_component_class_initialize_method_status perfetto_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data);

#endif /* VSPAN_PLUGINS_SINK_PERFETTO_PERFETTO_H */
