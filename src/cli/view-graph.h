/* SPDX-License-Identifier: MIT */
/*
 * view-graph.h - the graph of libbabeltrace2 that makes a view: a source for each
 * trace, one stream of messages of all, who counts them, perhaps the filter, the
 * sink.
 */
#ifndef VSPAN_CLI_VIEW_GRAPH_H
#define VSPAN_CLI_VIEW_GRAPH_H

#include "view-plugins.h"
#include "view-traces.h"
#include "view.h"

struct view_graph {
	bt_graph *graph;
	uint64_t events; /* so far: view_count_read() */
};

/* What decides how the view is written, besides the options. */
struct view_place {
	const char *file; /* NULL: standard output */
	bool colors;
};

/* Returns 0, or -1 with the reason printed; view_graph_clear() in any case. */
int view_graph_make(struct view_graph *graph, const struct view_options *options,
	const struct view_plugins *plugins, const struct view_traces *traces,
	const struct view_place *place);

/* Ends the components: a sink whose input was not read to its end writes what it has. */
void view_graph_clear(struct view_graph *graph);

#endif /* VSPAN_CLI_VIEW_GRAPH_H */
