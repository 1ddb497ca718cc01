/* SPDX-License-Identifier: MIT */
/*
 * tree.c - the component class sink.vspan.tree: takes messages from its one
 * port, collects, and prints when the input ends, or when it is interrupted.
 */
#include "tree.h"

#include "collect.h"
#include "link.h"
#include "print.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char tree_help[] =
	"Prints, per VM and vCPU, the tree of spans: when each began (roots: time of day,\n"
	"UTC; below: distance to the root), how long it took, its fields and status, the\n"
	"point events in it, and where records were lost. Reads an LTTng trace as it is,\n"
	"or the output of filter.vspan.spans.\n"
	"\n"
	"Parameters:\n"
	"  depth=N         show N levels of spans [0: all]\n"
	"  min-duration=N  hide spans shorter than N ns, unless a span below is shown [0]\n"
	"  name=GLOB       show spans and events of that name (`provider:name` or `name`),\n"
	"                  and what they are in\n"
	"  limit=N         show the first N spans of each vCPU [0: all]\n"
	"  color=WHEN      auto, always or never [auto: on a terminal, unless NO_COLOR]\n"
	"  path=FILE       write to FILE [standard output]\n";

struct tree {
	bt_self_component *component;
	bt_message_iterator *input;
	struct options options;
	struct event_kinds kinds;
	struct forest forest;
	bool printed;
};

static void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	bt_message_iterator_put_ref(tree->input);
	forest_clear(&tree->forest);
	event_kinds_clear(&tree->kinds);
	options_clear(&tree->options);
	free(tree);
}

bt_component_class_initialize_method_status tree_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data)
{
	bt_self_component *component = bt_self_component_sink_as_self_component(self);
	struct tree *tree = calloc(1, sizeof(*tree));
	int status = tree ? options_read(&tree->options, component, params) : -ENOMEM;

	(void)configuration;
	(void)data;
	if (status == 0 &&
		bt_self_component_sink_add_input_port(self, "in", NULL, NULL) !=
			BT_SELF_COMPONENT_ADD_PORT_STATUS_OK)
		status = -EINVAL;
	if (status < 0) {
		tree_free(tree);
		return status == -ENOMEM ? BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_MEMORY_ERROR
					 : BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_ERROR;
	}
	tree->component = component;
	bt_self_component_set_data(component, tree);
	return BT_COMPONENT_CLASS_INITIALIZE_METHOD_STATUS_OK;
}

bt_component_class_sink_graph_is_configured_method_status tree_graph_is_configured(
	bt_self_component_sink *self)
{
	struct tree *tree =
		bt_self_component_get_data(bt_self_component_sink_as_self_component(self));
	bt_self_component_port_input *port =
		bt_self_component_sink_borrow_input_port_by_name(self, "in");

	/* The values of both status types are those of __BT_FUNC_STATUS_*. */
	return (bt_component_class_sink_graph_is_configured_method_status)
		bt_message_iterator_create_from_sink_component(self, port, &tree->input);
}

static int tree_write(struct tree *tree, FILE *stream)
{
	if (forest_link(&tree->forest, &tree->options) < 0)
		return -ENOMEM;
	errno = 0;
	if (forest_print(&tree->forest, &tree->options, stream) < 0)
		return -ENOMEM;
	return fflush(stream) != 0 || ferror(stream) ? -(errno ? errno : EIO) : 0;
}

/* Prints once. Returns 0 or a negative errno. */
static int tree_print(struct tree *tree)
{
	FILE *stream = stdout;
	int status;

	assert(!tree->printed);
	tree->printed = true;
	if (tree->options.path) {
		stream = fopen(tree->options.path, "w");
		if (!stream)
			return -errno;
	}
	status = tree_write(tree, stream);
	if (stream != stdout && fclose(stream) != 0 && status == 0)
		status = -errno;
	return status;
}

static bt_component_class_sink_consume_method_status tree_end(struct tree *tree)
{
	int status = tree_print(tree);

	if (status == 0)
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_END;
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(tree->component,
		"cannot write the tree to %s: %s; parameter `path` may name another file",
		tree->options.path ? tree->options.path : "standard output", strerror(-status));
	return status == -ENOMEM ? BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_MEMORY_ERROR
				 : BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_ERROR;
}

static int tree_collect(struct tree *tree, bt_message_array_const messages, uint64_t count)
{
	int status = 0;

	for (uint64_t i = 0; i < count; i++) {
		if (status == 0)
			status = collect_message(&tree->forest, &tree->kinds, messages[i]);
		bt_message_put_ref(messages[i]);
	}
	return status;
}

bt_component_class_sink_consume_method_status tree_consume(bt_self_component_sink *self)
{
	struct tree *tree =
		bt_self_component_get_data(bt_self_component_sink_as_self_component(self));
	bt_message_iterator_next_status status;
	bt_message_array_const messages;
	uint64_t count;

	status = bt_message_iterator_next(tree->input, &messages, &count);
	if (status == BT_MESSAGE_ITERATOR_NEXT_STATUS_END)
		return tree_end(tree);
	if (status != BT_MESSAGE_ITERATOR_NEXT_STATUS_OK)
		return (bt_component_class_sink_consume_method_status)status;
	if (tree_collect(tree, messages, count) < 0) {
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(tree->component,
			"out of memory: the tree keeps every span; record or select fewer");
		return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_MEMORY_ERROR;
	}
	return BT_COMPONENT_CLASS_SINK_CONSUME_METHOD_STATUS_OK;
}

void tree_finalize(bt_self_component_sink *self)
{
	struct tree *tree =
		bt_self_component_get_data(bt_self_component_sink_as_self_component(self));

	/* Interrupted, as one stops a live session: show what there is so far. */
	if (!tree->printed && tree->forest.vm_count > 0 && tree_print(tree) < 0)
		fprintf(stderr, "sink.vspan.tree: cannot write the tree\n");
	tree_free(tree);
}
