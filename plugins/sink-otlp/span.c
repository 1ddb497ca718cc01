/* SPDX-License-Identifier: MIT */
/*
 * span.c - see span.h. Attributes of our own begin with "vspan.", which a field
 * of a call site cannot.
 */
#include "span.h"

#include "attributes.h"
#include "model/forest.h"
#include "model/node-json.h"
#include "model/words.h"

#include <inttypes.h>
#include <string.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

/* Bits of a span's and a link's flags: it is told whether the other span is elsewhere; it is. */
#define FLAG_HAS_IS_REMOTE 0x100u
#define FLAG_IS_REMOTE 0x200u

static void put(struct text *text, const char *string)
{
	text_append(text, string, strlen(string));
}

/* The halves of an id, most significant first, as hexadecimal digits. */
static void put_id(struct text *text, const char *key, const uint64_t *halves, size_t count)
{
	char digits[16];

	put(text, key);
	for (size_t i = 0; i < count; i++) {
		for (unsigned int n = 0; n < sizeof(digits); n++)
			digits[n] = "0123456789abcdef"[halves[i] >> (60 - 4 * n) & 15];
		text_append(text, digits, sizeof(digits));
	}
	put(text, "\"");
}

/* Times before the clock's origin are 0. */
static void put_time(struct text *text, const char *key, int64_t time)
{
	put(text, key);
	text_append_unsigned(text, time < 0 ? 0 : (uint64_t)time);
	put(text, "\"");
}

static void put_number(struct text *text, const char *key, uint64_t number)
{
	put(text, key);
	text_append_unsigned(text, number);
}

/* The call site's own fields, and which of them were too long. */
static void values_append(struct attributes *attributes, const struct values *values)
{
	const char *cut[WORDS_MARKS_MAX];
	struct values_cursor cursor = {0};
	size_t cut_count = 0;
	struct value value;

	while (values_next(values, &cursor, &value)) {
		attributes_value(attributes, &value);
		if (value.cut && cut_count < WORDS_MARKS_MAX)
			cut[cut_count++] = value.name;
	}
	attributes_strings(attributes, "vspan.cut", cut, cut_count);
}

static void marks_append(struct attributes *attributes, const struct node *node)
{
	const char *marks[WORDS_MARKS_MAX];
	size_t count = words_marks(node, marks);

	attributes_strings(attributes, "vspan.flags", marks, count);
	if (node->parent_id && node->parent_unknown)
		attributes_hex(attributes, "vspan.parent", node->parent_id);
}

/* Where the time of a span went. */
static void times_append(struct attributes *attributes, const struct node *node)
{
	if (node->source < SOURCE_EDGES)
		return;
	attributes_integer(attributes, "vspan.self_ns", node->self);
	if (!node->occupied[OCCUPANCY_EXITED] && !node->occupied[OCCUPANCY_HALTED])
		return;
	attributes_integer(attributes, "vspan.running_ns", node->occupied[OCCUPANCY_RUNNING]);
	attributes_integer(attributes, "vspan.exited_ns", node->occupied[OCCUPANCY_EXITED]);
	attributes_integer(attributes, "vspan.halted_ns", node->occupied[OCCUPANCY_HALTED]);
}

static void span_attributes(struct text *text, const struct node *node)
{
	struct attributes attributes = {.text = text, .before = ATTRIBUTES_BEGIN};

	values_append(&attributes, &node->values);
	attributes_integer(&attributes, "vspan.vcpu", node->vcpu->number);
	attributes_hex(&attributes, "vspan.span", node->id);
	times_append(&attributes, node);
	if (node->parts)
		attributes_integer(&attributes, "vspan.parts", node->parts);
	marks_append(&attributes, node);
	/* OpenTelemetry has a message for errors only. */
	if (node->message && node->status != VSPAN_ABI_STATUS_ERROR)
		attributes_string(&attributes, "vspan.message", node->message->text);
	if (node->status > VSPAN_ABI_STATUS_ERROR)
		attributes_integer(&attributes, "vspan.status", node->status);
	if (node->kind != 0 && !words_kind(node))
		attributes_integer(&attributes, "vspan.kind", node->kind);
	attributes_end(&attributes);
}

static void event_append(struct text *text, const struct node *span, const struct node *node)
{
	struct attributes attributes = {.text = text, .before = ATTRIBUTES_BEGIN};
	const char *name = node->type == NODE_LOST ? "vspan.lost" : node->label;

	put_time(text, "{\"timeUnixNano\":\"", node->start);
	put(text, ",\"name\":");
	text_append_json(text, name, strlen(name));
	if (node->type == NODE_LOST) {
		attributes_string(&attributes, "vspan.reason", node_loss_word(node));
		if (node->count)
			attributes_integer(&attributes, "vspan.count", node->count);
		attributes_integer(&attributes, "vspan.duration_ns", node->duration);
	} else {
		values_append(&attributes, &node->values);
	}
	if (node->vcpu != span->vcpu)
		attributes_integer(&attributes, "vspan.vcpu", node->vcpu->number);
	marks_append(&attributes, node);
	attributes_end(&attributes);
	put(text, "}");
}

/* a + b, at most what OTLP's counts hold. */
static uint64_t add_count(uint64_t a, uint64_t b)
{
	return b < UINT32_MAX - a ? a + b : UINT32_MAX;
}

/* Point events and losses of a span. Returns how many there are in the span. */
static size_t span_events(struct text *text, const struct node *node)
{
	uint64_t dropped = 0;
	size_t count = 0;

	for (const struct node *child = node->first_child; child; child = child->next) {
		if (child->type == NODE_SPAN)
			continue;
		if (child->type == NODE_LOST)
			dropped = add_count(dropped, child->count);
		if (count == SPAN_EVENTS_MAX) {
			dropped = add_count(dropped, 1);
			continue;
		}
		put(text, count++ ? "," : ",\"events\":[");
		event_append(text, node, child);
	}
	if (count > 0)
		put(text, "]");
	if (dropped)
		put_number(text, ",\"droppedEventsCount\":", dropped);
	return count;
}

static void link_append(struct text *text, const struct trace_id *trace, uint64_t span, bool remote)
{
	put_id(text, "{\"traceId\":\"", trace->halves, 2);
	put_id(text, ",\"spanId\":\"", &span, 1);
	put_number(text, ",\"flags\":", FLAG_HAS_IS_REMOTE | (remote ? FLAG_IS_REMOTE : 0));
	put(text, "}");
}

/* Links, and the parent that the host named where it is of another trace. Returns how many. */
static size_t span_links(struct text *text, const struct identity *identity,
	const struct node *node, const struct trace_id *trace)
{
	struct trace_id other;
	uint64_t dropped = 0;
	size_t count = 0;

	if (identity_context(node, &other) && !identity_same(&other, trace)) {
		put(text, ",\"links\":[");
		link_append(text, &other, node->parent_id, true);
		count++;
	}
	for (const struct note *link = node->links; link; link = link->next) {
		uint64_t linked;

		if (count == SPAN_LINKS_MAX) {
			dropped = add_count(dropped, 1);
			continue;
		}
		other = *trace;
		linked = identity_link(identity, node, link, &other);
		put(text, count++ ? "," : ",\"links\":[");
		link_append(text, &other, linked, link->trace_id[0] || link->trace_id[1]);
	}
	if (count > 0)
		put(text, "]");
	if (dropped)
		put_number(text, ",\"droppedLinksCount\":", dropped);
	return count;
}

static void span_status(struct text *text, const struct node *node)
{
	if (!words_status(node))
		return;
	put_number(text, ",\"status\":{\"code\":", node->status);
	if (node->message && node->status == VSPAN_ABI_STATUS_ERROR) {
		put(text, ",\"message\":");
		text_append_json(text, node->message->text, strlen(node->message->text));
	}
	put(text, "}");
}

size_t span_append(struct text *text, const struct identity *identity, const struct node *node,
	const struct trace_id *trace)
{
	uint64_t id = identity_span(node), parent = identity_parent(node);
	bool remote = node->flags & VSPAN_TRACE_FLAG_REMOTE;
	size_t items = 1;

	put_id(text, "{\"traceId\":\"", trace->halves, 2);
	put_id(text, ",\"spanId\":\"", &id, 1);
	if (parent)
		put_id(text, ",\"parentSpanId\":\"", &parent, 1);
	put_number(text, ",\"flags\":", FLAG_HAS_IS_REMOTE | (remote ? FLAG_IS_REMOTE : 0));
	put(text, ",\"name\":");
	text_append_json(text, node->label, strlen(node->label));
	put_number(text, ",\"kind\":", node->kind <= 4 ? node->kind + 1u : 0);
	put_time(text, ",\"startTimeUnixNano\":\"", node->start);
	put_time(text, ",\"endTimeUnixNano\":\"", node_end(node));
	span_attributes(text, node);
	items += span_events(text, node);
	items += span_links(text, identity, node, trace);
	span_status(text, node);
	put(text, "}");
	return items;
}
