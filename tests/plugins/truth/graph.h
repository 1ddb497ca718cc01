/* SPDX-License-Identifier: MIT */
/*
 * graph.h - runs babeltrace2 graphs in this process: a source, perhaps filters,
 * a sink, each found by its name in the plugins of BABELTRACE_PLUGIN_PATH.
 */
#ifndef VSPAN_TESTS_TRUTH_GRAPH_H
#define VSPAN_TESTS_TRUTH_GRAPH_H

#include <babeltrace2/babeltrace.h>
#include <stdint.h>

#define GRAPH_COMPONENTS_MAX 4
#define GRAPH_PARAMS_MAX 48

struct graph_param {
	const char *name;
	const char *text; /* NULL: number */
	uint64_t number;
};

struct graph_component {
	const char *class; /* "sink.vspan.tree" */
	struct graph_param params[GRAPH_PARAMS_MAX];
	unsigned int param_count;
};

/* Source first, sink last. */
struct graph {
	struct graph_component components[GRAPH_COMPONENTS_MAX];
	unsigned int count;
	uint64_t interrupt_after; /* runs of the sink; 0: it is not interrupted */
	uint64_t idle_most; /* "try again" in a row until nobody waits any more; 0: no limit */
};

struct graph_component *graph_add(struct graph *graph, const char *class);
void graph_number(struct graph_component *component, const char *name, uint64_t number);
void graph_text(struct graph_component *component, const char *name, const char *text);

enum graph_outcome {
	GRAPH_ENDED,
	GRAPH_FAILED,      /* as a graph does whose components fail */
	GRAPH_INTERRUPTED, /* or nothing comes any more, and no end */
	GRAPH_IMPOSSIBLE,  /* could not be built: says so on stderr */
};

/*
 * Runs it until it ends, however often it says "try again". Causes of a failure
 * are printed unless `quiet`.
 */
enum graph_outcome graph_run(const struct graph *graph, int quiet);

/* Lets go of the plugins that graphs have used. */
void graph_forget_plugins(void);

/* The classes of the plugin `vspan`: calls `visit` with each "sink.vspan.NAME" and so on. */
int graph_visit_classes(const char *plugin,
	void (*visit)(void *data, bt_component_class_type type, const char *name), void *data);

#endif /* VSPAN_TESTS_TRUTH_GRAPH_H */
