/* SPDX-License-Identifier: MIT */
/*
 * shown.c - see shown.h.
 */
#include "shown.h"

#include "source-forest/story.h"
#include "words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Nesting of the JSON: two levels per span. */
#define SHOWN_DEPTH_MAX 8192

static const char *member_string(struct json_object *object, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(object, name, &member) ? json_object_get_string(member)
								: "";
}

static uint64_t member_number(struct json_object *object, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(object, name, &member) ? json_object_get_uint64(member)
								: 0;
}

static uint64_t member_id(struct json_object *object, const char *name)
{
	return strtoull(member_string(object, name), NULL, 16);
}

static bool member_has_flag(struct json_object *object, const char *flag)
{
	struct json_object *flags;

	if (!json_object_object_get_ex(object, "flags", &flags))
		return false;
	for (size_t i = 0; i < json_object_array_length(flags); i++) {
		if (strcmp(json_object_get_string(json_object_array_get_idx(flags, i)), flag) == 0)
			return true;
	}
	return false;
}

/* Something that is not as it was in the guest, or of which that is not known. */
static bool node_marked(struct json_object *object)
{
	static const char *const marks[] = {"aborted", "end-lost", "evicted", "clamped",
		"unfinished", "begin-unknown", "parent-unknown"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (member_has_flag(object, marks[i]))
			return true;
	}
	return strcmp(member_string(object, "type"), "lost") == 0;
}

/* The node as a line: its members but its children, and what it is shown in. */
static char *node_line(struct json_object *object, const struct shown_span *parent)
{
	char *line = NULL;
	size_t size;
	FILE *stream = words_open(&line, &size);

	fprintf(stream, "%s", member_string(object, "type"));
	json_object_object_foreach(object, name, member)
	{
		if (strcmp(name, "children") == 0 || strcmp(name, "type") == 0)
			continue;
		fprintf(stream, " %s=", name);
		words_value(stream, member);
	}
	if (parent)
		fprintf(stream, " in=%" PRIu64 ":0x%" PRIx64, parent->vm, parent->id);
	fclose(stream);
	return line;
}

static void node_take(
	struct shown *shown, struct json_object *object, const struct shown_span *parent)
{
	struct shown_span span = {
		.vm = member_number(object, "vm"),
		.id = member_id(object, "id"),
		.parent_vm = parent ? parent->vm : 0,
		.parent_id = parent ? parent->id : 0,
	};
	struct json_object *children;

	shown->lost += strcmp(member_string(object, "type"), "lost") == 0
		? member_number(object, "count")
		: 0;
	shown->marked += node_marked(object);
	lines_add(&shown->lines, node_line(object, parent));
	if (strcmp(member_string(object, "type"), "span") == 0) {
		shown->spans = story_grow(shown->spans, shown->span_count, &shown->span_capacity,
			sizeof(*shown->spans));
		shown->spans[shown->span_count++] = span;
	}
	if (!json_object_object_get_ex(object, "children", &children))
		return;
	for (size_t i = 0; i < json_object_array_length(children); i++)
		node_take(shown, json_object_array_get_idx(children, i), &span);
}

static void tree_take(struct shown *shown, struct json_object *object)
{
	int64_t start = (int64_t)member_number(object, "start");

	shown->disorder |= shown->trees > 0 && start < shown->latest;
	shown->latest = start;
	shown->trees++;
	node_take(shown, object, NULL);
}

static void vm_take(struct shown *shown, struct json_object *object)
{
	static const char *const names[] = {"spans", "events", "lost", "losses_unknown", "aborted",
		"end_lost", "evicted", "clamped", "unfinished", "parents_unknown", "parents_loop",
		"early", "violations"};
	struct json_object *totals;
	char *line = NULL;
	size_t size;
	FILE *stream = words_open(&line, &size);

	fprintf(stream, "vm %" PRIu64 " %s %" PRIu64, member_number(object, "vm"),
		member_string(object, "name"), member_number(object, "vcpus"));
	if (json_object_object_get_ex(object, "totals", &totals)) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			fprintf(stream, " %s=%" PRIu64, names[i], member_number(totals, names[i]));
	}
	if (json_object_object_get_ex(object, "ledger", &totals))
		fprintf(stream, " attempted=%" PRIu64 " unexplained=%" PRIu64,
			member_number(totals, "attempted"), member_number(totals, "unexplained"));
	fclose(stream);
	lines_add(&shown->lines, line);
}

static void trace_take(struct shown *shown, struct json_object *object)
{
	struct json_object *member = NULL;
	char *line = NULL;

	json_object_object_get_ex(object, "discarded", &member);
	if (asprintf(&line, "trace foreign=%" PRIu64 " discarded=%s",
		    member_number(object, "foreign"),
		    member ? json_object_get_string(member) : "unknown") < 0)
		abort();
	lines_add(&shown->lines, line);
	shown->closed = true;
}

static int line_take(struct shown *shown, struct json_tokener *tokener, const char *text)
{
	struct json_object *object;
	const char *type;

	json_tokener_reset(tokener);
	object = json_tokener_parse_ex(tokener, text, -1);
	if (!object || shown->closed) {
		fprintf(stderr, "not JSON, or after the end (%s): %.200s\n",
			json_tokener_error_desc(json_tokener_get_error(tokener)), text);
		json_object_put(object);
		return -EINVAL;
	}
	type = member_string(object, "type");
	if (strcmp(type, "vm") == 0)
		vm_take(shown, object);
	else if (strcmp(type, "trace") == 0)
		trace_take(shown, object);
	else
		tree_take(shown, object);
	json_object_put(object);
	return 0;
}

int shown_read(struct shown *shown, const char *path)
{
	struct json_tokener *tokener = json_tokener_new_ex(SHOWN_DEPTH_MAX);
	FILE *stream = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	int status = stream ? 0 : -EINVAL;

	*shown = (struct shown){.trees = 0};
	while (status == 0 && getline(&text, &size, stream) > 0)
		status = line_take(shown, tokener, text);
	if (status == 0 && !shown->closed) {
		fprintf(stderr, "%s: the last line is not about the trace\n", path);
		status = -EINVAL;
	}
	free(text);
	if (stream)
		fclose(stream);
	json_tokener_free(tokener);
	return status;
}

const struct shown_span *shown_find(const struct shown *shown, uint64_t vm, uint64_t id)
{
	for (size_t i = 0; i < shown->span_count; i++) {
		if (shown->spans[i].vm == vm && shown->spans[i].id == id)
			return &shown->spans[i];
	}
	return NULL;
}

void shown_clear(struct shown *shown)
{
	lines_clear(&shown->lines);
	free(shown->spans);
	*shown = (struct shown){.trees = 0};
}
