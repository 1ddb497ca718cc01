/* SPDX-License-Identifier: MIT */
/*
 * html.h - sink.vspan.html: a page to look at a trace with. What plugins/vspan.c
 * registers.
 */
#ifndef VSPAN_PLUGINS_SINK_HTML_HTML_H
#define VSPAN_PLUGINS_SINK_HTML_HTML_H

#include <babeltrace2/babeltrace.h>

#define HTML_DESCRIPTION "Writes spans as one page with timeline, flame graph and table."

extern const char html_help[];

bt_component_class_initialize_method_status html_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data);

#endif /* VSPAN_PLUGINS_SINK_HTML_HTML_H */
