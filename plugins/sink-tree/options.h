/* SPDX-License-Identifier: MIT */
/*
 * options.h - what to show and where, as read from the parameters of
 * sink.vspan.tree.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_OPTIONS_H
#define VSPAN_PLUGINS_SINK_TREE_OPTIONS_H

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct options {
	uint64_t depth;        /* levels of spans shown, 0: all */
	uint64_t min_duration; /* ns */
	uint64_t limit;        /* spans shown per vCPU, 0: all */
	char *name;            /* glob for "provider:name" or "name"; NULL: all */
	char *path;            /* NULL: standard output */
	bool color;
};

/* Returns 0, or a negative errno with a cause appended; options_clear() in any case. */
int options_read(struct options *options, bt_self_component *component, const bt_value *params);

void options_clear(struct options *options);

#endif /* VSPAN_PLUGINS_SINK_TREE_OPTIONS_H */
