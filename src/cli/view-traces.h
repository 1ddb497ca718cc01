/* SPDX-License-Identifier: MIT */
/*
 * view-traces.h - what the words of a command line are: folders of traces,
 * regions, live sessions; one source component for each trace.
 */
#ifndef VSPAN_CLI_VIEW_TRACES_H
#define VSPAN_CLI_VIEW_TRACES_H

#include "view-plugins.h"
#include "view.h"

struct view_source {
	const bt_component_class_source *class;
	char *group;      /* of what belongs together as one trace; NULL: stands alone */
	bt_value *inputs; /* an array of strings */
	bool region;      /* a file, not a trace */
};

struct view_traces {
	struct view_source *sources;
	size_t count;
};

/* Returns 0, or -1 with the reason printed; view_traces_clear() in any case. */
int view_traces_find(struct view_traces *traces, const struct view_options *options,
	const struct view_plugins *plugins);
void view_traces_clear(struct view_traces *traces);

/* A source with one input; those of one group become one. Returns 0 or -1, memory ran out. */
int view_traces_add(struct view_traces *traces, const bt_component_class_source *class,
	const char *group, const char *input);

#endif /* VSPAN_CLI_VIEW_TRACES_H */
