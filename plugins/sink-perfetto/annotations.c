/* SPDX-License-Identifier: MIT */
/*
 * annotations.c - see annotations.h. Names of our own begin with "vspan.", which
 * a field of a call site cannot; Perfetto draws them as a group.
 */
#include "annotations.h"

#include "model/node-json.h"
#include "model/words.h"

#include <inttypes.h>
#include <string.h>
#include <vspan/abi.h>

#define LINKS_MAX 64u

struct annotations {
	struct packets *packets;
	struct text text; /* reused */
	Perfetto__DebugAnnotation **items;
	size_t count;
	size_t capacity;
};

static Perfetto__DebugAnnotation *annotation_create(struct packets *packets)
{
	Perfetto__DebugAnnotation *item = arena_take(&packets->arena, 1, sizeof(*item));

	if (item)
		perfetto__debug_annotation__init(item);
	else
		packets->failed = true;
	return item;
}

/* The next annotation, without a value; NULL: no memory. */
static Perfetto__DebugAnnotation *annotations_next(struct annotations *all, const char *name)
{
	Perfetto__DebugAnnotation *item = annotation_create(all->packets);

	if (item && all->count == all->capacity) {
		size_t capacity = all->capacity ? all->capacity * 2 : 16;
		Perfetto__DebugAnnotation **items = arena_take(
			&all->packets->arena, capacity, sizeof(Perfetto__DebugAnnotation *));

		if (!items) {
			all->packets->failed = true;
			return NULL;
		}
		for (size_t i = 0; i < all->count; i++)
			items[i] = all->items[i];
		all->items = items;
		all->capacity = capacity;
	}
	if (!item)
		return NULL;
	item->has_name_iid = true;
	item->name_iid = trace_packets_annotation(all->packets, name, strlen(name));
	return all->items[all->count++] = item;
}

static void item_set_unsigned(Perfetto__DebugAnnotation *item, uint64_t number, bool hexadecimal)
{
	item->has_uint_value = !hexadecimal;
	item->has_pointer_value = hexadecimal;
	if (hexadecimal)
		item->pointer_value = number;
	else
		item->uint_value = number;
}

static void item_set_signed(Perfetto__DebugAnnotation *item, int64_t number)
{
	item->has_int_value = true;
	item->int_value = number;
}

static void item_set_real(Perfetto__DebugAnnotation *item, double number)
{
	item->has_double_value = true;
	item->double_value = number;
}

/* What is in the text. */
static void item_set_text(struct annotations *all, Perfetto__DebugAnnotation *item)
{
	char *copy;

	text_append(&all->text, "", 0);
	copy = all->text.failed
		? NULL
		: arena_take(&all->packets->arena, all->text.length + 1, sizeof(*copy));
	if (!copy) {
		all->packets->failed = true;
		return;
	}
	memcpy(copy, all->text.data, all->text.length + 1);
	item->string_value = copy;
}

static void item_set_safe(
	struct annotations *all, Perfetto__DebugAnnotation *item, const char *bytes, size_t length)
{
	all->text.length = 0;
	text_append_safe(&all->text, bytes, length);
	item_set_text(all, item);
}

static void item_set_element(
	Perfetto__DebugAnnotation *item, const struct value *value, size_t index)
{
	if (value->type == VALUE_UNSIGNED_ARRAY)
		item_set_unsigned(item, value_element_unsigned(value, index), value->hexadecimal);
	else if (value->type == VALUE_SIGNED_ARRAY)
		item_set_signed(item, value_element_signed(value, index));
	else
		item_set_real(item, value_element_real(value, index));
}

/* Makes an array of `count` elements without values; NULL: it has none, or no memory. */
static Perfetto__DebugAnnotation **item_set_array(
	struct packets *packets, Perfetto__DebugAnnotation *item, size_t count)
{
	Perfetto__DebugAnnotation **elements =
		arena_take(&packets->arena, count, sizeof(Perfetto__DebugAnnotation *));

	if (count == 0 || !elements) {
		packets->failed = packets->failed || count > 0;
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		elements[i] = annotation_create(packets);
		if (!elements[i])
			return NULL;
	}
	item->n_array_values = count;
	return item->array_values = elements;
}

static void item_set_value(
	struct annotations *all, Perfetto__DebugAnnotation *item, const struct value *value)
{
	Perfetto__DebugAnnotation **elements;

	switch (value->type) {
	case VALUE_UNSIGNED:
		item_set_unsigned(item, value->u, value->hexadecimal);
		break;
	case VALUE_SIGNED:
		item_set_signed(item, value->s);
		break;
	case VALUE_REAL:
		item_set_real(item, value->real);
		break;
	case VALUE_BOOL:
		item->has_bool_value = true;
		item->bool_value = value->u != 0;
		break;
	case VALUE_STRING:
	case VALUE_TEXT:
		item_set_safe(all, item, value->bytes, value->length);
		break;
	case VALUE_BYTES:
		all->text.length = 0;
		value_text(&all->text, value);
		item_set_text(all, item);
		break;
	case VALUE_UNSIGNED_ARRAY:
	case VALUE_SIGNED_ARRAY:
	case VALUE_REAL_ARRAY:
		elements = item_set_array(all->packets, item, value->length);
		for (size_t i = 0; elements && i < value->length; i++)
			item_set_element(elements[i], value, i);
		break;
	}
}

static void annotations_string(struct annotations *all, const char *name, const char *string)
{
	Perfetto__DebugAnnotation *item = annotations_next(all, name);

	if (item)
		item_set_safe(all, item, string, strlen(string));
}

static void annotations_number(
	struct annotations *all, const char *name, uint64_t number, bool hexadecimal)
{
	Perfetto__DebugAnnotation *item = annotations_next(all, name);

	if (item)
		item_set_unsigned(item, number, hexadecimal);
}

static void annotations_strings(
	struct annotations *all, const char *name, const char *const *strings, size_t count)
{
	Perfetto__DebugAnnotation *item = count > 0 ? annotations_next(all, name) : NULL;
	Perfetto__DebugAnnotation **elements =
		item ? item_set_array(all->packets, item, count) : NULL;

	for (size_t i = 0; elements && i < count; i++)
		item_set_safe(all, elements[i], strings[i], strlen(strings[i]));
}

/* The call site's own fields, and which of them were too long. */
static void annotations_values(struct annotations *all, const struct values *values)
{
	const char *cut[WORDS_MARKS_MAX];
	struct values_cursor cursor = {0};
	size_t cut_count = 0;
	struct value value;

	while (values_next(values, &cursor, &value)) {
		Perfetto__DebugAnnotation *item = annotations_next(all, value.name);

		if (item)
			item_set_value(all, item, &value);
		if (value.cut && cut_count < WORDS_MARKS_MAX)
			cut[cut_count++] = value.name;
	}
	annotations_strings(all, "vspan.cut", cut, cut_count);
}

static void annotations_links(struct annotations *all, const struct node *node)
{
	Perfetto__DebugAnnotation *item, **elements;
	const struct note *link;
	size_t count = 0, i = 0;

	for (link = node->links; link && count < LINKS_MAX; link = link->next)
		count++;
	item = count > 0 ? annotations_next(all, "vspan.links") : NULL;
	elements = item ? item_set_array(all->packets, item, count) : NULL;
	for (link = node->links; elements && i < count; link = link->next)
		item_set_unsigned(elements[i++], link->linked, true);
}

/* Where the time of a span went. */
static void annotations_times(struct annotations *all, const struct node *node)
{
	if (node->source < SOURCE_EDGES)
		return;
	annotations_number(all, "vspan.self_ns", node->self, false);
	if (!node->occupied[OCCUPANCY_EXITED] && !node->occupied[OCCUPANCY_HALTED])
		return;
	annotations_number(all, "vspan.running_ns", node->occupied[OCCUPANCY_RUNNING], false);
	annotations_number(all, "vspan.exited_ns", node->occupied[OCCUPANCY_EXITED], false);
	annotations_number(all, "vspan.halted_ns", node->occupied[OCCUPANCY_HALTED], false);
}

static void annotations_span(struct annotations *all, const struct node *node)
{
	annotations_number(all, "vspan.span", node->id, true);
	if (words_status(node))
		annotations_string(all, "vspan.status", words_status(node));
	else if (node->status != VSPAN_ABI_STATUS_UNSET)
		annotations_number(all, "vspan.status", node->status, false);
	if (node->message)
		annotations_string(all, "vspan.message", node->message->text);
	if (words_kind(node))
		annotations_string(all, "vspan.kind", words_kind(node));
	else if (node->kind != 0)
		annotations_number(all, "vspan.kind", node->kind, false);
	annotations_times(all, node);
	if (node->parts)
		annotations_number(all, "vspan.parts", node->parts, false);
	annotations_links(all, node);
}

static void annotations_lost(struct annotations *all, const struct node *node)
{
	annotations_string(all, "vspan.reason", node_loss_word(node));
	if (node->count)
		annotations_number(all, "vspan.count", node->count, false);
	annotations_number(all, "vspan.duration_ns", node->duration, false);
}

void annotations_add(struct packets *packets, Perfetto__TrackEvent *event, const struct node *node)
{
	const char *marks[WORDS_MARKS_MAX];
	size_t mark_count = words_marks(node, marks);
	struct annotations all = {.packets = packets};

	if (node->type == NODE_LOST)
		annotations_lost(&all, node);
	else
		annotations_values(&all, &node->values);
	if (node->type == NODE_SPAN)
		annotations_span(&all, node);
	annotations_strings(&all, "vspan.flags", marks, mark_count);
	if (node->parent_id && node->parent_unknown)
		annotations_number(&all, "vspan.parent", node->parent_id, true);
	event->n_debug_annotations = all.count;
	event->debug_annotations = all.items;
	text_clear(&all.text);
}

void annotations_add_duration(
	struct packets *packets, Perfetto__TrackEvent *event, const struct node *node)
{
	struct annotations all = {.packets = packets,
		.items = event->debug_annotations,
		.count = event->n_debug_annotations,
		.capacity = event->n_debug_annotations};

	annotations_number(&all, "vspan.duration_ns", node->duration, false);
	event->n_debug_annotations = all.count;
	event->debug_annotations = all.items;
}
