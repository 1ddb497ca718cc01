/* SPDX-License-Identifier: MIT */
/*
 * tree.c - the component class sink.vspan.tree: prints each tree as soon as it
 * is complete.
 */
#include "tree.h"

#include "tree-sink.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

/* Text is collected up to this size before it is written. */
#define OUT_SIZE 65536

const char tree_help[] =
	"Prints the trees of spans: when each began (roots: vCPU and time of day, UTC; below:\n"
	"distance to the root), how long it took, its fields and status, the point events in\n"
	"it, and where records were lost. Each tree as soon as it is complete, in the order of\n"
	"their begins. Reads an LTTng trace as it is, or the output of filter.vspan.spans.\n"
	"\n"
	"Parameters:\n"
	"  depth=N         show N levels of spans [0: all]\n"
	"  min-duration=N  hide spans shorter than N ns, unless a span below is shown [0]\n"
	"  name=GLOB       show spans and events of that name (`provider:name` or `name`),\n"
	"                  and what they are in\n"
	"  from=TIME       show what is after that time: \"14:03:05.5\" (UTC, on the day of the\n"
	"                  first tree) or \"2026-11-24 14:03:05.5\"\n"
	"  to=TIME         show what is before\n"
	"  top=N           only the N slowest spans (of that name; else roots), slowest first\n"
	"  collapse=yes    show repeated siblings as one line, with their number and times\n"
	"  limit=N         show the first N spans [0: all]\n"
	"  format=FORMAT   text or json, a line per tree [text]\n"
	"  color=WHEN      auto, always or never [auto: on a terminal, unless "
	"NO_COLOR]\n" SINK_HELP;

static const char *const formats[] = {"text", "json", NULL};

static const struct param tree_params[] = {
	{"collapse", PARAM_BOOL, offsetof(struct tree_sink, collapse), NULL},
	{"color", PARAM_CHOICE, offsetof(struct tree_sink, color_choice), sink_colors},
	{"depth", PARAM_COUNT, offsetof(struct tree_sink, depth), NULL},
	{"format", PARAM_CHOICE, offsetof(struct tree_sink, format), formats},
	{"from", PARAM_STRING, offsetof(struct tree_sink, from), NULL},
	{"limit", PARAM_COUNT, offsetof(struct tree_sink, limit), NULL},
	{"min-duration", PARAM_COUNT, offsetof(struct tree_sink, min_duration), NULL},
	{"name", PARAM_STRING, offsetof(struct tree_sink, name), NULL},
	{"to", PARAM_STRING, offsetof(struct tree_sink, to), NULL},
	{"top", PARAM_COUNT, offsetof(struct tree_sink, top), NULL},
};

/* Writing that fails shows at the end, when the stream is looked at. */
static int out_write(struct tree_sink *tree)
{
	struct text *out = &tree->out;

	if (out->failed)
		return -ENOMEM;
	if (out->length)
		fwrite(out->data, 1, out->length, tree->sink.stream);
	out->length = 0;
	return ferror(tree->sink.stream) ? -(errno ? errno : EIO) : 0;
}

static int tree_begin(struct sink *sink, bt_self_component *component)
{
	struct tree_sink *tree = (struct tree_sink *)sink;

	if (tree->top > SLOWEST_MAX) {
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component,
			"parameter `top` must be %d at most: leave it out to see all", SLOWEST_MAX);
		return -EINVAL;
	}
	tree->color = tree->format == FORMAT_TEXT && sink_color(sink, tree->color_choice);
	return window_check(tree, component);
}

static void tree_heading(struct tree_sink *tree, const struct node *root)
{
	const struct vm *vm = root->vcpu->vm;

	if (tree->heading == vm)
		return;
	tree->heading = vm;
	heading_text(&tree->out, vm);
}

static int tree_take(struct sink *sink, struct node *root)
{
	struct tree_sink *tree = (struct tree_sink *)sink;

	window_resolve(tree, root->start);
	if (!tree_select(tree, root))
		return 0;
	if (tree->top)
		return slowest_take(tree, root);
	if (tree->format == FORMAT_JSON) {
		tree_json(tree, &tree->out, root);
	} else {
		tree_heading(tree, root);
		tree_text(tree, &tree->out, root);
	}
	return tree->out.length >= OUT_SIZE ? out_write(tree) : 0;
}

static int tree_idle(struct sink *sink)
{
	return out_write((struct tree_sink *)sink);
}

static int tree_end(struct sink *sink)
{
	struct tree_sink *tree = (struct tree_sink *)sink;

	/* Stopped before anything came: there is nothing to be said of it. */
	if (sink->interrupted && sink->forest.vm_count == 0)
		return 0;
	slowest_flush(tree, &tree->out);
	if (tree->format == FORMAT_JSON)
		summary_json(tree, &tree->out);
	else
		summary_text(tree, &tree->out);
	return out_write(tree);
}

static void tree_free(struct sink *sink)
{
	struct tree_sink *tree = (struct tree_sink *)sink;

	text_clear(&tree->out);
	slowest_clear(tree);
}

static const struct sink_class tree_class = {
	.name = "sink.vspan.tree",
	.size = sizeof(struct tree_sink),
	.params = tree_params,
	.param_count = sizeof(tree_params) / sizeof(tree_params[0]),
	.begin = tree_begin,
	.tree = tree_take,
	.idle = tree_idle,
	.end = tree_end,
	.free = tree_free,
};

bt_component_class_initialize_method_status tree_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data)
{
	(void)configuration;
	(void)data;
	return sink_initialize(self, params, &tree_class);
}
