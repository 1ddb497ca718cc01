/* SPDX-License-Identifier: MIT */
/*
 * words.c - see truth.h: the truth in the words of shown.c.
 */
#include "truth.h"

#include "words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

/* Nanoseconds from the clock's origin at clock value 0 (source-forest/classes.c). */
#define ORIGIN UINT64_C(1700000000000000000)

void words_value(FILE *stream, struct json_object *value)
{
	const char *before = "{";

	if (json_object_get_type(value) == json_type_double) {
		fprintf(stream, "%.17g", json_object_get_double(value));
	} else if (json_object_get_type(value) != json_type_object) {
		fputs(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN), stream);
	} else {
		json_object_object_foreach(value, name, member)
		{
			fprintf(stream, "%s%s:", before, name);
			words_value(stream, member);
			before = ",";
		}
		fputs("}", stream);
	}
}

/* ` name=value`, and the value is not needed any more. */
static void words_member(FILE *stream, const char *name, struct json_object *value)
{
	fprintf(stream, " %s=", name);
	words_value(stream, value);
	json_object_put(value);
}

static struct json_object *hex_string(uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, number);
	return json_object_new_string(text);
}

static struct json_object *bytes_string(uint64_t value, size_t field)
{
	uint8_t bytes[SITE_BYTES];
	char text[2 * SITE_BYTES + 1] = "";
	size_t count = site_bytes(value, field, bytes);

	for (size_t i = 0; i < count; i++)
		snprintf(&text[2 * i], 3, "%02x", bytes[i]);
	return json_object_new_string(text);
}

static struct json_object *elements_array(uint64_t value, size_t field)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < SITE_ELEMENTS; i++)
		json_object_array_add(array, json_object_new_uint64(site_element(value, field, i)));
	return array;
}

static struct json_object *field_object(enum site_field_type type, uint64_t value, size_t field)
{
	switch (type) {
	case SITE_SIGNED:
		return json_object_new_int64(site_signed(value, field));
	case SITE_REAL:
		return json_object_new_double(site_real(value, field));
	case SITE_STRING:
		return json_object_new_string(site_string(value, field));
	case SITE_BYTES_FIELD:
		return bytes_string(value, field);
	case SITE_ARRAY:
		return elements_array(value, field);
	default:
		return json_object_new_uint64(site_unsigned(value, field, type));
	}
}

static void words_fields(FILE *stream, size_t site, uint64_t value)
{
	struct json_object *fields = json_object_new_object();

	for (size_t i = 0; i < SITE_FIELDS && sites[site].fields[i].name; i++)
		json_object_object_add(fields, sites[site].fields[i].name,
			field_object(sites[site].fields[i].type, value, i));
	if (json_object_object_length(fields))
		words_member(stream, "fields", fields);
	else
		json_object_put(fields);
}

static void words_flag(struct json_object *flags, bool set, const char *word)
{
	if (set)
		json_object_array_add(flags, json_object_new_string(word));
}

/* Flags the trace has; what else has to be said is added. */
static struct json_object *flags_array(uint64_t flags)
{
	struct json_object *array = json_object_new_array();

	words_flag(array, flags & VSPAN_TRACE_FLAG_ABORTED, "aborted");
	words_flag(array, flags & VSPAN_TRACE_FLAG_END_LOST, "end-lost");
	words_flag(array, flags & VSPAN_TRACE_FLAG_EVICTED, "evicted");
	words_flag(array, flags & VSPAN_TRACE_FLAG_INTERRUPT, "interrupt");
	words_flag(array, flags & VSPAN_TRACE_FLAG_DETACHED, "detached");
	words_flag(array, flags & VSPAN_TRACE_FLAG_CLAMPED, "clamped");
	words_flag(array, flags & VSPAN_TRACE_FLAG_REMOTE, "remote");
	return array;
}

static void words_flags(FILE *stream, struct json_object *flags)
{
	if (json_object_array_length(flags))
		words_member(stream, "flags", flags);
	else
		json_object_put(flags);
}

static void words_name(FILE *stream, size_t site)
{
	char name[64];

	snprintf(name, sizeof(name), "%s:%s", sites[site].provider, sites[site].name);
	words_member(stream, "name", json_object_new_string(name));
}

static const char *span_message(const struct truth *truth, size_t index)
{
	const char *text = NULL;

	for (size_t i = 0; i < truth->story->item_count; i++) {
		const struct item *item = &truth->story->items[i];

		if (item->type == ITEM_MESSAGE && item->of == index + 1 && !item->dropped)
			text = item->text;
	}
	return text;
}

static void words_links(FILE *stream, const struct truth *truth, size_t index)
{
	struct json_object *links = json_object_new_array();

	for (size_t i = 0; i < truth->story->item_count; i++) {
		const struct item *item = &truth->story->items[i];
		struct json_object *link;
		char trace[40];

		if (item->type != ITEM_LINK || item->of != index + 1 || item->dropped)
			continue;
		link = json_object_new_object();
		json_object_object_add(link, "span", hex_string(item->linked));
		snprintf(trace, sizeof(trace), "%016" PRIx64 "%016" PRIx64, item->trace[0],
			item->trace[1]);
		if (item->trace[0] || item->trace[1])
			json_object_object_add(link, "trace", json_object_new_string(trace));
		json_object_array_add(links, link);
	}
	if (json_object_array_length(links))
		words_member(stream, "links", links);
	else
		json_object_put(links);
}

static void words_in(FILE *stream, const struct truth *truth, size_t in)
{
	const struct story *story = truth->story;

	if (in)
		fprintf(stream, " in=%" PRIu64 ":0x%" PRIx64,
			story->vms[story->spans[in - 1].vm].number, story->spans[in - 1].id);
}

static void words_number(FILE *stream, const char *name, uint64_t number)
{
	fprintf(stream, " %s=%" PRIu64, name, number);
}

static void words_place(FILE *stream, uint64_t vm, uint64_t vcpu)
{
	words_number(stream, "vm", vm);
	words_number(stream, "vcpu", vcpu);
}

static void words_span_measures(FILE *stream, const struct truth_span *known)
{
	static const char *const statuses[] = {"unset", "ok", "error"};

	if (known->source >= TRUTH_EDGES) {
		words_number(stream, "duration", known->duration);
		words_number(stream, "self", known->self);
		words_number(stream, "running", known->duration - known->exited - known->halted);
	}
	if (known->exited) {
		words_number(stream, "exited", known->exited);
		/* The one reason that stories have. */
		fprintf(stream, " exits={io:%" PRIu64 "}", known->exited);
	}
	if (known->halted)
		words_number(stream, "halted", known->halted);
	if (known->status)
		words_member(stream, "status", json_object_new_string(statuses[known->status]));
}

static void truth_write_span(struct truth *truth, size_t index, FILE *stream)
{
	static const char *const kinds[] = {"internal", "server", "client", "producer", "consumer"};
	const struct story_span *span = &truth->story->spans[index];
	const struct truth_span *known = &truth->spans[index];
	const char *message = span_message(truth, index);
	struct json_object *flags = flags_array(known->flags);

	fputs("span", stream);
	words_name(stream, span->site);
	words_place(stream, truth->story->vms[span->vm].number, span->ring);
	words_member(stream, "id", hex_string(span->id));
	if (known->parent_id)
		words_member(stream, "parent", hex_string(known->parent_id));
	words_number(stream, "start", ORIGIN + known->start);
	words_span_measures(stream, known);
	if (message)
		words_member(stream, "message", json_object_new_string(message));
	if (known->kind)
		words_member(stream, "kind", json_object_new_string(kinds[known->kind]));
	words_flag(flags, known->source == TRUTH_ENTRY, "unfinished");
	words_flag(flags, known->source == TRUTH_EXIT, "begin-unknown");
	words_flag(flags, known->parent_unknown, "parent-unknown");
	words_flags(stream, flags);
	if (known->fields)
		words_fields(stream, span->site, known->value);
	words_links(stream, truth, index);
	words_in(stream, truth, known->in);
}

static void truth_write_item(struct truth *truth, const struct item *item, FILE *stream)
{
	static const char *const reasons[] = {
		"", "full", "torn", "overwritten", "invalid", "resumed"};
	struct json_object *flags = flags_array(item->flags);
	bool unknown;
	size_t in = truth_item_parent(truth, item, &unknown);

	fputs(item->type == ITEM_POINT ? "event" : "lost", stream);
	if (item->type == ITEM_POINT)
		words_name(stream, item->site);
	words_place(stream, item->vm, item->vcpu);
	if (item->span)
		words_member(stream, "parent", hex_string(item->span));
	words_number(stream, "start", ORIGIN + item->ts);
	if (item->type == ITEM_LOST) {
		words_number(stream, "duration",
			item->ts_last > item->ts ? item->ts_last - item->ts : 0);
		words_number(stream, "count", item->count);
		words_member(stream, "reason", json_object_new_string(reasons[item->reason]));
	}
	words_flag(flags, unknown, "parent-unknown");
	words_flags(stream, flags);
	if (item->type == ITEM_POINT)
		words_fields(stream, item->site, item->value);
	words_in(stream, truth, in);
}

FILE *words_open(char **line, size_t *size)
{
	FILE *stream = open_memstream(line, size);

	if (!stream)
		abort();
	return stream;
}

void truth_write(struct truth *truth)
{
	const struct story *story = truth->story;
	char *line;
	size_t size;
	FILE *stream;

	for (size_t i = 0; i < story->span_count; i++) {
		if (!truth->spans[i].shown)
			continue;
		stream = words_open(&line, &size);
		truth_write_span(truth, i, stream);
		fclose(stream);
		lines_add(&truth->lines, line);
	}
	for (size_t i = 0; i < story->item_count; i++) {
		const struct item *item = &story->items[i];

		if ((item->type != ITEM_POINT && item->type != ITEM_LOST) || item->dropped)
			continue;
		truth->lost += item->type == ITEM_LOST ? item->count : 0;
		stream = words_open(&line, &size);
		truth_write_item(truth, item, stream);
		fclose(stream);
		lines_add(&truth->lines, line);
	}
	truth_write_totals(truth);
}
