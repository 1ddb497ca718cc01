/* SPDX-License-Identifier: MIT */
/*
 * graph.c - see graph.h.
 */
#include "graph.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define PLUGINS_MAX 8

struct graph_component *graph_add(struct graph *graph, const char *class)
{
	assert(graph->count < GRAPH_COMPONENTS_MAX);
	graph->components[graph->count] = (struct graph_component){.class = class};
	return &graph->components[graph->count++];
}

static struct graph_param *component_param(struct graph_component *component, const char *name)
{
	unsigned int i = 0;

	while (i < component->param_count && strcmp(component->params[i].name, name) != 0)
		i++;
	assert(i < GRAPH_PARAMS_MAX);
	component->param_count += i == component->param_count;
	component->params[i] = (struct graph_param){.name = name};
	return &component->params[i];
}

void graph_number(struct graph_component *component, const char *name, uint64_t number)
{
	component_param(component, name)->number = number;
}

void graph_text(struct graph_component *component, const char *name, const char *text)
{
	component_param(component, name)->text = text;
}

static void causes_print(void)
{
	const bt_error *error = bt_current_thread_take_error();

	if (!error)
		return;
	for (uint64_t i = 0; i < bt_error_get_cause_count(error); i++)
		fprintf(stderr, "  %s\n",
			bt_error_cause_get_message(bt_error_borrow_cause_by_index(error, i)));
	bt_error_release(error);
}

static bt_value *params_create(const struct graph_component *component)
{
	bt_value *params = bt_value_map_create();

	for (unsigned int i = 0; i < component->param_count; i++) {
		const struct graph_param *param = &component->params[i];

		if (param->text)
			bt_value_map_insert_string_entry(params, param->name, param->text);
		else
			bt_value_map_insert_signed_integer_entry(
				params, param->name, (int64_t)param->number);
	}
	return params;
}

/* Plugins that have been found; looking for one opens them all. */
static struct {
	char name[32];
	const bt_plugin *plugin;
} found[PLUGINS_MAX];
static unsigned int found_count;

static const bt_plugin *plugin_get(const char *name)
{
	const bt_plugin *plugin = NULL;

	for (unsigned int i = 0; i < found_count; i++) {
		if (strcmp(found[i].name, name) == 0)
			return found[i].plugin;
	}
	assert(found_count < PLUGINS_MAX);
	bt_plugin_find(name, BT_TRUE, BT_TRUE, BT_TRUE, BT_FALSE, BT_TRUE, &plugin);
	if (!plugin) {
		fprintf(stderr, "no plugin %s; see BABELTRACE_PLUGIN_PATH\n", name);
		return NULL;
	}
	snprintf(found[found_count].name, sizeof(found[0].name), "%s", name);
	found[found_count++].plugin = plugin;
	return plugin;
}

void graph_forget_plugins(void)
{
	while (found_count)
		bt_plugin_put_ref(found[--found_count].plugin);
}

/* "sink.vspan.tree" is class tree, a sink, of plugin vspan. */
static const bt_plugin *plugin_find(const char *class, const char **name)
{
	char plugin_name[32];
	const char *dot = strchr(class, '.');

	assert(dot);
	*name = strchr(dot + 1, '.');
	assert(*name);
	snprintf(plugin_name, sizeof(plugin_name), "%.*s", (int)(*name - dot - 1), dot + 1);
	++*name;
	return plugin_get(plugin_name);
}

struct built {
	const bt_component_source *source;
	const bt_component_filter *filter;
	const bt_component_sink *sink;
};

static int component_create(
	bt_graph *graph, const struct graph_component *component, struct built *built)
{
	const char *name;
	const bt_plugin *plugin = plugin_find(component->class, &name);
	bt_value *params = params_create(component);
	int status = -1;

	*built = (struct built){.source = NULL};
	if (!plugin) {
		status = -1;
	} else if (strncmp(component->class, "source", 6) == 0) {
		const bt_component_class_source *class =
			bt_plugin_borrow_source_component_class_by_name_const(plugin, name);

		status = class ? (int)bt_graph_add_source_component(graph, class, component->class,
					 params, BT_LOGGING_LEVEL_NONE, &built->source)
			       : -1;
	} else if (strncmp(component->class, "filter", 6) == 0) {
		const bt_component_class_filter *class =
			bt_plugin_borrow_filter_component_class_by_name_const(plugin, name);

		status = class ? (int)bt_graph_add_filter_component(graph, class, component->class,
					 params, BT_LOGGING_LEVEL_NONE, &built->filter)
			       : -1;
	} else {
		const bt_component_class_sink *class =
			bt_plugin_borrow_sink_component_class_by_name_const(plugin, name);

		status = class ? (int)bt_graph_add_sink_component(graph, class, component->class,
					 params, BT_LOGGING_LEVEL_NONE, &built->sink)
			       : -1;
	}
	bt_value_put_ref(params);
	return status;
}

static const bt_port_output *built_output(const struct built *built, uint64_t index)
{
	if (built->source)
		return index < bt_component_source_get_output_port_count(built->source)
			? bt_component_source_borrow_output_port_by_index_const(
				  built->source, index)
			: NULL;
	return index < bt_component_filter_get_output_port_count(built->filter)
		? bt_component_filter_borrow_output_port_by_index_const(built->filter, index)
		: NULL;
}

static const bt_port_input *built_input(const struct built *built, uint64_t index)
{
	if (built->filter)
		return bt_component_filter_borrow_input_port_by_index_const(built->filter, index);
	return bt_component_sink_borrow_input_port_by_index_const(built->sink, index);
}

static int graph_build(bt_graph *graph, const struct graph *plan)
{
	struct built before = {.source = NULL}, built;

	for (unsigned int i = 0; i < plan->count; i++) {
		const bt_port_output *output;

		if (component_create(graph, &plan->components[i], &built) != 0)
			return -1;
		/* A filter with several inputs, as a muxer, adds one whenever one is taken. */
		for (uint64_t port = 0; i > 0 && (output = built_output(&before, port)) != NULL;
			port++) {
			if (bt_graph_connect_ports(
				    graph, output, built_input(&built, port), NULL) != 0)
				return -1;
		}
		before = built;
	}
	return 0;
}

static enum graph_outcome graph_go(bt_graph *graph, const struct graph *plan)
{
	bt_interrupter *interrupter = bt_graph_borrow_default_interrupter(graph);
	bt_graph_run_once_status status;
	uint64_t runs = 0;
	uint64_t idle = 0;

	do {
		if (plan->interrupt_after && ++runs == plan->interrupt_after)
			bt_interrupter_set(interrupter);
		status = bt_graph_run_once(graph);
		idle = status == BT_GRAPH_RUN_ONCE_STATUS_AGAIN ? idle + 1 : 0;
		if (plan->idle_most && idle == plan->idle_most)
			return GRAPH_INTERRUPTED;
	} while (status == BT_GRAPH_RUN_ONCE_STATUS_OK || status == BT_GRAPH_RUN_ONCE_STATUS_AGAIN);
	return status == BT_GRAPH_RUN_ONCE_STATUS_END ? GRAPH_ENDED : GRAPH_FAILED;
}

enum graph_outcome graph_run(const struct graph *plan, int quiet)
{
	enum graph_outcome outcome = GRAPH_IMPOSSIBLE;
	bt_graph *graph = bt_graph_create(0);

	if (graph && graph_build(graph, plan) == 0)
		outcome = graph_go(graph, plan);
	if (quiet)
		bt_current_thread_clear_error();
	else
		causes_print();
	bt_graph_put_ref(graph);
	return outcome;
}

int graph_visit_classes(const char *plugin_name,
	void (*visit)(void *data, bt_component_class_type type, const char *name), void *data)
{
	const bt_plugin *plugin = plugin_get(plugin_name);
	uint64_t i;

	if (!plugin)
		return -1;
	for (i = 0; i < bt_plugin_get_filter_component_class_count(plugin); i++)
		visit(data, BT_COMPONENT_CLASS_TYPE_FILTER,
			bt_component_class_get_name(
				bt_component_class_filter_as_component_class_const(
					bt_plugin_borrow_filter_component_class_by_index_const(
						plugin, i))));
	for (i = 0; i < bt_plugin_get_sink_component_class_count(plugin); i++)
		visit(data, BT_COMPONENT_CLASS_TYPE_SINK,
			bt_component_class_get_name(
				bt_component_class_sink_as_component_class_const(
					bt_plugin_borrow_sink_component_class_by_index_const(
						plugin, i))));
	for (i = 0; i < bt_plugin_get_source_component_class_count(plugin); i++)
		visit(data, BT_COMPONENT_CLASS_TYPE_SOURCE,
			bt_component_class_get_name(
				bt_component_class_source_as_component_class_const(
					bt_plugin_borrow_source_component_class_by_index_const(
						plugin, i))));
	return 0;
}
