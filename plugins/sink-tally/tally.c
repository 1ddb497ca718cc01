/* SPDX-License-Identifier: MIT */
/*
 * tally.c - the component class sink.vspan.tally: counts the spans of each tree,
 * and shows the table at the end, or again and again while the source is live.
 */
#include "tally.h"

#include "json.h"
#include "lines.h"
#include "print.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAMES_DEFAULT 10000
#define INTERVAL_DEFAULT 1000
/* Spans around a part of a tree that are looked at: enough to know a recursion. */
#define AROUND_MOST 64

const char tally_help[] =
	"Prints a table of spans by name: how much time they took and how much of it in\n"
	"themselves, how often, average, least, quantiles and most, and how many failed.\n"
	"Reads an LTTng trace as it is, or the output of filter.vspan.spans.\n"
	"\n"
	"Parameters:\n"
	"  by=WHAT         a row for each name, provider, vm, vcpu, or several of them, as\n"
	"                  in \"name,vcpu\" [name]\n"
	"  sort=COLUMN     time, self, calls, average, min, p50, p95, p99, max, errors or\n"
	"                  name [time]\n"
	"  name=GLOB       count spans of that name only (`provider:name` or `name`)\n"
	"  limit=N         show the first N rows [0: all]\n"
	"  names=N         tell N rows apart; the rest is counted as one [0: 10000]\n"
	"  format=FORMAT   text or json [text]\n"
	"  color=WHEN      auto, always or never [auto: on a terminal, unless NO_COLOR]\n"
	"  refresh=yes     show the table again while more comes [no]\n"
	"  interval=MS     with refresh: at most that often [0: 1000]\n" SINK_HELP;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int tally_show(struct tally *tally, bool last)
{
	struct lines lines;
	int status = lines_make(&lines, tally);

	if (status == 0)
		status = tally->format == TALLY_JSON ? json_write(tally, &lines)
						     : print_write(tally, &lines, last);
	lines_clear(&lines);
	if (status == 0 && fflush(tally->sink.stream) != 0)
		status = -errno;
	tally->shown = now();
	tally->changed = false;
	return status;
}

/* While more may come: not oftener than asked for. */
static int tally_refresh(struct tally *tally)
{
	if (!tally->refresh || !tally->changed || now() - tally->shown < tally->interval * 1000000)
		return 0;
	return tally_show(tally, false);
}

/* Spans below `until` that `node` is the last one of. */
static void tally_leave(const struct node *node, const struct node *until)
{
	for (; node != until; node = node->parent) {
		struct row *row = node->type == NODE_SPAN ? node->user : NULL;

		if (row)
			row->open--;
	}
}

static int tally_count(struct tally *tally, struct node *span)
{
	struct row *row;
	int status = rows_find(&tally->rows, span, &row);

	if (status < 0 || !row)
		return status;
	status = row_count(row, span);
	row->open++;
	span->user = row;
	return status;
}

static int tally_walk(struct tally *tally, struct node *root)
{
	struct node *node, *next;
	uint64_t depth = 0;
	int status = 0;

	for (node = root; node && status == 0; node = next) {
		if (node->type == NODE_SPAN)
			status = tally_count(tally, node);
		next = node_next(root, node, true, &depth);
		tally_leave(node, next ? next->parent : root->parent);
	}
	return status;
}

/* What a part of a tree is in, is told later; a span of the same name may be among it. */
static int tally_around(struct tally *tally, const struct node *root, int change)
{
	const struct node *span = root->parent;
	struct row *row;

	for (unsigned int i = 0; span && i < AROUND_MOST; i++, span = span->parent) {
		int status = rows_find(&tally->rows, span, &row);

		if (status < 0)
			return status;
		if (row)
			row->open += (uint64_t)(int64_t)change;
	}
	return 0;
}

static int tally_tree(struct sink *sink, struct node *root)
{
	struct tally *tally = (struct tally *)sink;
	int status = tally_around(tally, root, 1);

	if (status == 0)
		status = tally_walk(tally, root);
	if (status == 0)
		status = tally_around(tally, root, -1);
	if (root->type == NODE_SPAN && !root->parent && span_duration_known(root))
		tally->root_time = add_saturating(tally->root_time, root->duration);
	tally->changed = true;
	return status < 0 ? status : tally_refresh(tally);
}

static int tally_idle(struct sink *sink)
{
	return tally_refresh((struct tally *)sink);
}

static int tally_end(struct sink *sink)
{
	/* Stopped before anything came: there is nothing to be said of it. */
	if (sink->interrupted && sink->forest.vm_count == 0)
		return 0;
	return tally_show((struct tally *)sink, true);
}

/* "name,vcpu" as a set. Returns 0 or -EINVAL. */
static int tally_read_by(struct tally *tally, bt_self_component *component)
{
	static const char *const words[] = {"name", "provider", "vm", "vcpu"};
	const char *by = tally->by ? tally->by : "name";

	for (;; by++) {
		size_t length = strcspn(by, ",");
		size_t w = 0;

		while (w < 4 && (strlen(words[w]) != length || strncmp(words[w], by, length) != 0))
			w++;
		if (w == 4)
			break;
		tally->rows.by |= 1u << w;
		by += length;
		if (!*by)
			return 0;
	}
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component,
		"parameter `by` must be \"name\", \"provider\", \"vm\", \"vcpu\" or several of "
		"them with commas between, not \"%s\"",
		tally->by);
	return -EINVAL;
}

static int tally_begin(struct sink *sink, bt_self_component *component)
{
	struct tally *tally = (struct tally *)sink;
	bool terminal = !sink->path && isatty(STDOUT_FILENO);

	static_assert(BY_NAME == 1 && BY_PROVIDER == 2 && BY_VM == 4 && BY_VCPU == 8, "words");
	tally->rows.wanted = tally->name;
	tally->rows.most = tally->names ? tally->names : NAMES_DEFAULT;
	if (tally->interval == 0)
		tally->interval = INTERVAL_DEFAULT;
	tally->colored = sink_color(sink, tally->color);
	tally->screen = tally->refresh && terminal && tally->format == TALLY_TEXT;
	return tally_read_by(tally, component);
}

static void tally_free(struct sink *sink)
{
	rows_clear(&((struct tally *)sink)->rows);
}

static const char *const formats[] = {"text", "json", NULL};

static const struct param tally_params[] = {
	{"by", PARAM_STRING, offsetof(struct tally, by), NULL},
	{"color", PARAM_CHOICE, offsetof(struct tally, color), sink_colors},
	{"format", PARAM_CHOICE, offsetof(struct tally, format), formats},
	{"interval", PARAM_COUNT, offsetof(struct tally, interval), NULL},
	{"limit", PARAM_COUNT, offsetof(struct tally, limit), NULL},
	{"name", PARAM_STRING, offsetof(struct tally, name), NULL},
	{"names", PARAM_COUNT, offsetof(struct tally, names), NULL},
	{"refresh", PARAM_BOOL, offsetof(struct tally, refresh), NULL},
	{"sort", PARAM_CHOICE, offsetof(struct tally, sort), sort_names},
};

static const struct sink_class tally_class = {
	.name = "sink.vspan.tally",
	.size = sizeof(struct tally),
	.params = tally_params,
	.param_count = sizeof(tally_params) / sizeof(tally_params[0]),
	.begin = tally_begin,
	.tree = tally_tree,
	.idle = tally_idle,
	.no_fields = true,
	.end = tally_end,
	.free = tally_free,
};

bt_component_class_initialize_method_status tally_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data)
{
	(void)configuration;
	(void)data;
	return sink_initialize(self, params, &tally_class);
}
