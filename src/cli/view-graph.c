/* SPDX-License-Identifier: MIT */
/* view-graph.c - see view-graph.h. */
#include "view-graph.h"

#include <stdio.h>
#include "cli.h"
#include "view-count.h"
#include "view-error.h"

struct making {
	struct view_graph *graph;
	const struct view_options *options;
	const struct view_plugins *plugins;
	bt_logging_level level;
	const bt_component_filter *muxer;
	const bt_port_output *end; /* where messages come out of what has been connected so far */
};

static bool connect(
	const struct making *making, const bt_port_output *from, const bt_port_input *to)
{
	return bt_graph_connect_ports(making->graph->graph, from, to, NULL) ==
		BT_GRAPH_CONNECT_PORTS_STATUS_OK;
}

/* The muxer makes itself a new input whenever its last one is connected. */
static bool connect_source(const struct making *making, const bt_component_source *source)
{
	const uint64_t outputs = bt_component_source_get_output_port_count(source);
	uint64_t i;

	for (i = 0; i < outputs; i++) {
		const uint64_t last = bt_component_filter_get_input_port_count(making->muxer) - 1;

		if (!connect(making,
			    bt_component_source_borrow_output_port_by_index_const(source, i),
			    bt_component_filter_borrow_input_port_by_index_const(
				    making->muxer, last)))
			return false;
	}
	return true;
}

static bool insert_text(bt_value *params, const char *name, const char *text)
{
	return bt_value_map_insert_string_entry(params, name, text) ==
		BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK;
}

static bool insert_flag(bt_value *params, const char *name)
{
	return bt_value_map_insert_bool_entry(params, name, BT_TRUE) ==
		BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK;
}

static bool add_source(const struct making *making, const struct view_source *source, size_t number)
{
	const bt_component_source *component;
	bt_value *params = bt_value_map_create();
	char name[32];
	bool good;

	snprintf(name, sizeof(name), "trace %zu", number);
	good = params != NULL &&
		bt_value_map_insert_entry(params, "inputs", source->inputs) ==
			BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK;
	/* A live session that ends is the end; the default waits for another one of its name. */
	if (good && making->options->live)
		good = insert_text(params, "session-not-found-action", "end");
	if (good && making->options->all && source->region)
		good = insert_flag(params, "all");
	good = good &&
		bt_graph_add_source_component(making->graph->graph, source->class, name, params,
			making->level, &component) == BT_GRAPH_ADD_COMPONENT_STATUS_OK &&
		connect_source(making, component);
	bt_value_put_ref(params);
	return good;
}

/* `data` is the component's, NULL: none. */
static bool add_filter(
	struct making *making, const bt_component_class_filter *class, const char *name, void *data)
{
	const bt_component_filter *component;

	if (class == NULL ||
		bt_graph_add_filter_component_with_initialize_method_data(making->graph->graph,
			class, name, NULL, data, making->level,
			&component) != BT_GRAPH_ADD_COMPONENT_STATUS_OK)
		return false;
	if (making->end != NULL &&
		!connect(making, making->end,
			bt_component_filter_borrow_input_port_by_index_const(component, 0)))
		return false;
	making->end = bt_component_filter_borrow_output_port_by_index_const(component, 0);
	if (making->muxer == NULL)
		making->muxer = component;
	return true;
}

static bool add_filters(struct making *making)
{
	const bt_component_class_filter *count = view_count_class();
	bool good = add_filter(making,
			    bt_plugin_borrow_filter_component_class_by_name_const(
				    making->plugins->plugins[PLUGIN_UTILS], "muxer"),
			    "muxer", NULL) &&
		add_filter(making, count, "count", &making->graph->events);

	bt_component_class_filter_put_ref(count);
	if (good && view_classes[making->options->kind].filter)
		good = add_filter(making,
			bt_plugin_borrow_filter_component_class_by_name_const(
				making->plugins->plugins[PLUGIN_VSPAN], "spans"),
			"spans", NULL);
	return good;
}

/* What the sink is told besides what the command line says of it. */
static bool sink_params(const struct view_options *options, const struct view_place *place)
{
	bt_value *params = options->params;
	bool good = true;

	if (place->file != NULL)
		good = insert_text(params, "path", place->file);
	if (view_classes[options->kind].colors && !options->json)
		good = good && insert_text(params, "color", place->colors ? "always" : "never");
	if (options->json)
		good = good && insert_text(params, "format", "json");
	if (options->kind == VIEW_CTF)
		good = good && insert_flag(params, "quiet");
	if (options->kind == VIEW_TALLY && options->live)
		good = good && insert_flag(params, "refresh");
	return good;
}

/* Returns 0, or -1 with the reason printed. */
static int add_sink(struct making *making)
{
	const struct view_class *view = &view_classes[making->options->kind];
	const bt_component_class_sink *class = bt_plugin_borrow_sink_component_class_by_name_const(
		view_plugins_get(making->plugins, view->plugin), view->sink);
	const bt_component_sink *component;

	if (class == NULL) {
		cli_error("this plugin of vspan has no sink.%s.%s for %s: install the one that "
			  "came with this program",
			view->plugin, view->sink, view->option);
		return -1;
	}
	if (bt_graph_add_sink_component(making->graph->graph, class, "view",
		    making->options->params, making->level,
		    &component) == BT_GRAPH_ADD_COMPONENT_STATUS_OK &&
		connect(making, making->end,
			bt_component_sink_borrow_input_port_by_index_const(component, 0)))
		return 0;
	view_error("make", view->option, making->options->verbose);
	return -1;
}

int view_graph_make(struct view_graph *graph, const struct view_options *options,
	const struct view_plugins *plugins, const struct view_traces *traces,
	const struct view_place *place)
{
	struct making making = {
		.graph = graph,
		.options = options,
		.plugins = plugins,
		.level = options->verbose ? BT_LOGGING_LEVEL_WARNING : BT_LOGGING_LEVEL_NONE,
	};
	size_t i;

	*graph = (struct view_graph){.graph = bt_graph_create(0)};
	if (graph->graph == NULL || !add_filters(&making) || !sink_params(options, place)) {
		view_error("make", "a graph", options->verbose);
		return -1;
	}
	if (add_sink(&making) < 0)
		return -1;
	for (i = 0; i < traces->count; i++)
		if (!add_source(&making, &traces->sources[i], i)) {
			view_error("read", options->traces[0], options->verbose);
			return -1;
		}
	return 0;
}

void view_graph_clear(struct view_graph *graph)
{
	bt_graph_put_ref(graph->graph);
	graph->graph = NULL;
}
