/* SPDX-License-Identifier: MIT */
/*
 * span.c - see span.h. Attributes of our own begin with "vspan.", which a field
 * of a call site cannot.
 */
#include "span.h"

#include "model/forest.h"
#include "model/node-json.h"
#include "model/words.h"

#include <inttypes.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

/* Bits of a span's and a link's flags: it is told whether the other span is elsewhere; it is. */
#define FLAG_HAS_IS_REMOTE 0x100u
#define FLAG_IS_REMOTE 0x200u

/* The call site's own fields, and which of them were too long. */
static void attributes_values(
	struct json *json, struct json_object *attributes, const struct values *values)
{
	const char *cut[WORDS_MARKS_MAX];
	struct values_cursor cursor = {0};
	size_t cut_count = 0;
	struct value value;

	while (values_next(values, &cursor, &value)) {
		json_attribute_value(json, attributes, &value);
		if (value.cut && cut_count < WORDS_MARKS_MAX)
			cut[cut_count++] = value.name;
	}
	json_attribute_strings(json, attributes, "vspan.cut", cut, cut_count);
}

static void attributes_marks(
	struct json *json, struct json_object *attributes, const struct node *node)
{
	const char *marks[WORDS_MARKS_MAX];
	size_t count = words_marks(node, marks);

	json_attribute_strings(json, attributes, "vspan.flags", marks, count);
	if (node->parent_id && node->parent_unknown)
		json_attribute_hex(json, attributes, "vspan.parent", node->parent_id);
}

/* Where the time of a span went. */
static void attributes_times(
	struct json *json, struct json_object *attributes, const struct node *node)
{
	if (node->source < SOURCE_EDGES)
		return;
	json_attribute_integer(json, attributes, "vspan.self_ns", node->self);
	if (!node->occupied[OCCUPANCY_EXITED] && !node->occupied[OCCUPANCY_HALTED])
		return;
	json_attribute_integer(
		json, attributes, "vspan.running_ns", node->occupied[OCCUPANCY_RUNNING]);
	json_attribute_integer(
		json, attributes, "vspan.exited_ns", node->occupied[OCCUPANCY_EXITED]);
	json_attribute_integer(
		json, attributes, "vspan.halted_ns", node->occupied[OCCUPANCY_HALTED]);
}

static struct json_object *span_attributes(struct json *json, const struct node *node)
{
	struct json_object *attributes = json_array_make(json);

	attributes_values(json, attributes, &node->values);
	json_attribute_integer(json, attributes, "vspan.vcpu", node->vcpu->number);
	json_attribute_hex(json, attributes, "vspan.span", node->id);
	attributes_times(json, attributes, node);
	if (node->parts)
		json_attribute_integer(json, attributes, "vspan.parts", node->parts);
	attributes_marks(json, attributes, node);
	/* OpenTelemetry has a message for errors only. */
	if (node->message && node->status != VSPAN_ABI_STATUS_ERROR)
		json_attribute_string(json, attributes, "vspan.message", node->message->text);
	if (node->status > VSPAN_ABI_STATUS_ERROR)
		json_attribute_integer(json, attributes, "vspan.status", node->status);
	if (node->kind != 0 && !words_kind(node))
		json_attribute_integer(json, attributes, "vspan.kind", node->kind);
	return attributes;
}

static struct json_object *event_attributes(
	struct json *json, const struct node *span, const struct node *node)
{
	struct json_object *attributes = json_array_make(json);

	if (node->type == NODE_LOST) {
		json_attribute_string(json, attributes, "vspan.reason", node_loss_word(node));
		if (node->count)
			json_attribute_integer(json, attributes, "vspan.count", node->count);
		json_attribute_integer(json, attributes, "vspan.duration_ns", node->duration);
	} else {
		attributes_values(json, attributes, &node->values);
	}
	if (node->vcpu != span->vcpu)
		json_attribute_integer(json, attributes, "vspan.vcpu", node->vcpu->number);
	attributes_marks(json, attributes, node);
	return attributes;
}

static struct json_object *event_json(
	struct json *json, const struct node *span, const struct node *node)
{
	struct json_object *event = json_object_make(json), *attributes;

	json_put_time(json, event, "timeUnixNano", node->start);
	json_put_string(json, event, "name", node->type == NODE_LOST ? "vspan.lost" : node->label);
	attributes = event_attributes(json, span, node);
	if (attributes && json_object_array_length(attributes) > 0)
		json_put(json, event, "attributes", attributes);
	else
		json_object_put(attributes);
	return event;
}

/* Point events and losses of a span. Returns how many there are in the span. */
static size_t span_put_events(struct json *json, struct json_object *span, const struct node *node)
{
	struct json_object *events = json_array_make(json);
	uint64_t dropped = 0;
	size_t count = 0;

	for (const struct node *child = node->first_child; child; child = child->next) {
		if (child->type == NODE_SPAN)
			continue;
		if (child->type == NODE_LOST && dropped < UINT32_MAX)
			dropped += child->count < UINT32_MAX ? child->count : UINT32_MAX;
		if (count < SPAN_EVENTS_MAX) {
			json_append(json, events, event_json(json, node, child));
			count++;
		} else {
			dropped++;
		}
	}
	if (count > 0)
		json_put(json, span, "events", events);
	else
		json_object_put(events);
	if (dropped)
		json_put_number(json, span, "droppedEventsCount",
			(uint32_t)(dropped < UINT32_MAX ? dropped : UINT32_MAX));
	return count;
}

static struct json_object *link_json(
	struct json *json, const struct trace_id *trace, uint64_t span, bool remote)
{
	struct json_object *link = json_object_make(json);

	json_put_id(json, link, "traceId", trace->halves, 2);
	json_put_id(json, link, "spanId", &span, 1);
	json_put_number(json, link, "flags", FLAG_HAS_IS_REMOTE | (remote ? FLAG_IS_REMOTE : 0));
	return link;
}

/* Links, and the parent that the host named where it is of another trace. Returns how many. */
static size_t span_put_links(struct json *json, struct json_object *span,
	const struct identity *identity, const struct node *node, const struct trace_id *trace)
{
	struct json_object *links = json_array_make(json);
	struct trace_id other;
	size_t count = 0;
	uint32_t dropped = 0;

	if (identity_context(identity, node, &other) && !identity_same(&other, trace)) {
		json_append(json, links, link_json(json, &other, node->parent_id, true));
		count++;
	}
	for (const struct note *link = node->links; link; link = link->next) {
		uint64_t linked;

		other = *trace;
		linked = identity_link(identity, node, link, &other);
		if (count < SPAN_LINKS_MAX) {
			json_append(json, links,
				link_json(json, &other, linked,
					link->trace_id[0] || link->trace_id[1]));
			count++;
		} else if (dropped < UINT32_MAX) {
			dropped++;
		}
	}
	if (count > 0)
		json_put(json, span, "links", links);
	else
		json_object_put(links);
	if (dropped)
		json_put_number(json, span, "droppedLinksCount", dropped);
	return count;
}

static void span_put_status(struct json *json, struct json_object *span, const struct node *node)
{
	struct json_object *status;

	if (!words_status(node))
		return;
	status = json_object_make(json);
	json_put_number(json, status, "code", node->status);
	if (node->message && node->status == VSPAN_ABI_STATUS_ERROR)
		json_put_string(json, status, "message", node->message->text);
	json_put(json, span, "status", status);
}

struct json_object *span_json(struct json *json, const struct identity *identity,
	const struct node *node, const struct trace_id *trace, size_t *items)
{
	struct json_object *span = json_object_make(json);
	uint64_t id = identity_span(node), parent = identity_parent(node);
	bool remote = node->flags & VSPAN_TRACE_FLAG_REMOTE;

	json_put_id(json, span, "traceId", trace->halves, 2);
	json_put_id(json, span, "spanId", &id, 1);
	if (parent)
		json_put_id(json, span, "parentSpanId", &parent, 1);
	json_put_number(json, span, "flags", FLAG_HAS_IS_REMOTE | (remote ? FLAG_IS_REMOTE : 0));
	json_put_string(json, span, "name", node->label);
	json_put_number(json, span, "kind", node->kind <= 4 ? node->kind + 1u : 0);
	json_put_time(json, span, "startTimeUnixNano", node->start);
	json_put_time(json, span, "endTimeUnixNano", node_end(node));
	json_put(json, span, "attributes", span_attributes(json, node));
	*items = 1 + span_put_events(json, span, node);
	*items += span_put_links(json, span, identity, node, trace);
	span_put_status(json, span, node);
	return span;
}
