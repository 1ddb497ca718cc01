/* SPDX-License-Identifier: MIT */
/*
 * sink.h - what all sinks of vspan have in common: a port, parameters, an output
 * file, a forest that turns messages into trees on a thread of its own while
 * the graph goes on reading (pump.h), and the end, also when interrupted.
 *
 * A sink is a struct that begins with `struct sink` and a `struct sink_class`.
 * `begin` and `free` are called on the graph's thread, the others on the sink's,
 * one at a time.
 */
#ifndef VSPAN_PLUGINS_MODEL_SINK_H
#define VSPAN_PLUGINS_MODEL_SINK_H

#include "forest.h"
#include "params.h"

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct sink;
struct pump;

struct sink_class {
	const char *name; /* "sink.vspan.tree" */
	size_t size;      /* of the sink's struct, zeroed before `begin` */
	/* Parameters besides those every sink has (SINK_HELP); offsets into the sink's struct. */
	const struct param *params;
	size_t param_count;
	/* Sets what parameters are if not given. NULL: all zeroes. */
	void (*defaults)(struct sink *sink);
	bool binary;    /* refuses to write to a terminal */
	bool no_fields; /* has no use for call sites' own fields: nodes come without */
	/*
	 * Parameters have been read, `stream` is open. NULL: nothing to do. Returns 0 or a
	 * negative errno, with a cause appended unless it is -ENOMEM.
	 */
	int (*begin)(struct sink *sink, bt_self_component *component);
	/*
	 * A control event, before the forest takes it; only attach events know their `trace`.
	 * NULL: nothing to do. Returns as `tree`.
	 */
	int (*record)(struct sink *sink, const struct record *record);
	/* A complete tree, or a part (forest.h). Returns 0 or a negative errno. */
	int (*tree)(struct sink *sink, struct node *root);
	/* Nothing comes for now (live): show what there is. NULL: nothing to do. */
	int (*idle)(struct sink *sink);
	/* All trees were given. `sink->interrupted`: the input did not end, the user did. */
	int (*end)(struct sink *sink);
	/* Frees what the sink's struct owns besides what parameters point to. NULL: nothing. */
	void (*free)(struct sink *sink);
};

struct sink {
	const struct sink_class *class;
	/* The graph's thread: */
	struct pump *pump;
	bt_message_iterator *input;
	bt_self_component *component;
	bool given; /* a message since the last idle or end */
	bool ended;
	bool interrupted;
	struct event_kinds kinds;
	/* The sink's thread: */
	struct forest forest;
	FILE *stream;  /* write here; that it fails is found out afterwards */
	char *path;    /* parameter `path`; NULL: standard output */
	uint64_t held; /* parameter `held` */
};

/* Help on the parameters every sink has, to be put after a sink's own. */
#define SINK_HELP                                                                          \
	"  path=FILE       write to FILE [standard output]\n"                              \
	"  held=N          spans held of trees that are not complete; beyond, a tree is\n" \
	"                  shown in parts [1000000; 0: no limit]\n"

bt_component_class_initialize_method_status sink_initialize(
	bt_self_component_sink *self, const bt_value *params, const struct sink_class *class);
void sink_finalize(bt_self_component_sink *self);
bt_component_class_sink_graph_is_configured_method_status sink_graph_is_configured(
	bt_self_component_sink *self);
bt_component_class_sink_consume_method_status sink_consume(bt_self_component_sink *self);

/* Whether to use colours: `choice` is an index of sink_colors. */
extern const char *const sink_colors[];
bool sink_color(const struct sink *sink, unsigned int choice);

#endif /* VSPAN_PLUGINS_MODEL_SINK_H */
