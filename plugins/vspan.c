/* SPDX-License-Identifier: MIT */
/*
 * vspan.c - registers the babeltrace2 plugin `vspan` and its component classes;
 * each has a folder of its own, and model/ is what they share.
 */
#include "filter-spans/spans.h"
#include "model/sink.h"
#include "sink-tree/tree.h"

#include <babeltrace2/babeltrace.h>

BT_PLUGIN_MODULE()

BT_PLUGIN(vspan);
BT_PLUGIN_DESCRIPTION("Spans of virtual machines recorded by vspan");
BT_PLUGIN_AUTHOR("The vspan authors");
BT_PLUGIN_LICENSE("MIT");
BT_PLUGIN_VERSION(VSPAN_VERSION_MAJOR, VSPAN_VERSION_MINOR, VSPAN_VERSION_PATCH, NULL);

BT_PLUGIN_FILTER_COMPONENT_CLASS(spans, spans_next);
BT_PLUGIN_FILTER_COMPONENT_CLASS_DESCRIPTION(spans, SPANS_DESCRIPTION);
BT_PLUGIN_FILTER_COMPONENT_CLASS_HELP(spans, spans_help);
BT_PLUGIN_FILTER_COMPONENT_CLASS_INITIALIZE_METHOD(spans, spans_initialize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_FINALIZE_METHOD(spans, spans_finalize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_INITIALIZE_METHOD(
	spans, spans_iterator_initialize);
BT_PLUGIN_FILTER_COMPONENT_CLASS_MESSAGE_ITERATOR_CLASS_FINALIZE_METHOD(
	spans, spans_iterator_finalize);

BT_PLUGIN_SINK_COMPONENT_CLASS(tree, sink_consume);
BT_PLUGIN_SINK_COMPONENT_CLASS_DESCRIPTION(tree, TREE_DESCRIPTION);
BT_PLUGIN_SINK_COMPONENT_CLASS_HELP(tree, tree_help);
BT_PLUGIN_SINK_COMPONENT_CLASS_INITIALIZE_METHOD(tree, tree_initialize);
BT_PLUGIN_SINK_COMPONENT_CLASS_FINALIZE_METHOD(tree, sink_finalize);
BT_PLUGIN_SINK_COMPONENT_CLASS_GRAPH_IS_CONFIGURED_METHOD(tree, sink_graph_is_configured);
