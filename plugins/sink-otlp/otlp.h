/* SPDX-License-Identifier: MIT */
/*
 * otlp.h - the component class sink.vspan.otlp: spans as lines of JSON that
 * OpenTelemetry's collector takes.
 */
#ifndef VSPAN_PLUGINS_SINK_OTLP_OTLP_H
#define VSPAN_PLUGINS_SINK_OTLP_OTLP_H

#include <babeltrace2/babeltrace.h>

#define OTLP_DESCRIPTION "Write spans as OpenTelemetry's OTLP, in JSON lines"

extern const char otlp_help[];

bt_component_class_initialize_method_status otlp_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data);

#endif /* VSPAN_PLUGINS_SINK_OTLP_OTLP_H */
