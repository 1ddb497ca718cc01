/* SPDX-License-Identifier: MIT */
/*
 * output-class.c - see output-class.h: names and payloads; the contexts are in
 * output-context.c.
 */
#include "output-class.h"

#include "copy-integer.h"
#include "copy.h"
#include "output-context.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <vspan/trace.h>

/* Labels by value, as the emitter has them. */
static const char *const status_labels[] = {"unset", "ok", "error", NULL};
static const char *const kind_labels[] = {
	"internal", "server", "client", "producer", "consumer", NULL};

/* The leading fields of spans and edges, as the emitter has them. */
static const struct {
	const char *name;
	uint64_t bits;
	bool hexadecimal;
	const char *const *labels; /* NULL: no enumeration */
} leading_fields[] = {
	[FIELD_VM] = {VSPAN_TRACE_FIELD_VM, 32, false, NULL},
	[FIELD_VCPU] = {VSPAN_TRACE_FIELD_VCPU, 32, false, NULL},
	[FIELD_SPAN] = {VSPAN_TRACE_FIELD_SPAN, 64, true, NULL},
	[FIELD_PARENT] = {VSPAN_TRACE_FIELD_PARENT, 64, true, NULL},
	[FIELD_TSC] = {VSPAN_TRACE_FIELD_TSC, 64, false, NULL},
	[FIELD_TS] = {VSPAN_TRACE_FIELD_TS, 64, false, NULL},
	[FIELD_DURATION] = {VSPAN_TRACE_FIELD_DURATION, 64, false, NULL},
	[FIELD_STATUS] = {VSPAN_TRACE_FIELD_STATUS, 8, false, status_labels},
	[FIELD_FLAGS] = {VSPAN_TRACE_FIELD_FLAGS, 32, true, NULL},
	[FIELD_KIND] = {VSPAN_TRACE_FIELD_KIND, 8, false, kind_labels},
};

/* What a shape other than a copy is, in trace.h's order. */
static const struct {
	const char *uri;
	const char *prefix;
	const char *suffix;
	enum event_field fields[11]; /* ended by FIELDS */
} shapes[OUTPUT_SHAPES] = {
	[SHAPE_SPAN] = {VSPAN_TRACE_URI_SPAN, VSPAN_TRACE_PREFIX, "",
		{FIELD_VM, FIELD_VCPU, FIELD_SPAN, FIELD_PARENT, FIELD_TSC, FIELD_TS,
			FIELD_DURATION, FIELD_STATUS, FIELD_KIND, FIELD_FLAGS, FIELDS}},
	[SHAPE_ENTRY] = {VSPAN_TRACE_URI_ENTRY, VSPAN_TRACE_EDGE_PREFIX, VSPAN_TRACE_ENTRY_SUFFIX,
		{FIELD_VM, FIELD_VCPU, FIELD_SPAN, FIELD_PARENT, FIELD_TSC, FIELD_TS, FIELD_KIND,
			FIELD_FLAGS, FIELDS}},
	[SHAPE_EXIT] = {VSPAN_TRACE_URI_EXIT, VSPAN_TRACE_EDGE_PREFIX, VSPAN_TRACE_EXIT_SUFFIX,
		{FIELD_VM, FIELD_VCPU, FIELD_SPAN, FIELD_TSC, FIELD_TS, FIELD_STATUS, FIELD_FLAGS,
			FIELDS}},
};

/* What was recorded before there were kinds stays so: its site may use the name. */
static bool field_wanted(enum event_field field, const struct event_kind *kind)
{
	return field != FIELD_KIND || kind->index[FIELD_KIND] >= 0;
}

static int payload_add_leading(bt_trace_class *trace_class, bt_field_class *payload,
	const struct event_kind *kind, enum output_shape shape)
{
	for (const enum event_field *f = shapes[shape].fields; *f != FIELDS; f++) {
		bt_field_class *field;

		if (!field_wanted(*f, kind))
			continue;
		field = leading_fields[*f].labels
			? copy_enumeration(
				  trace_class, leading_fields[*f].bits, leading_fields[*f].labels)
			: copy_unsigned(trace_class, leading_fields[*f].bits,
				  leading_fields[*f].hexadecimal);
		if (copy_append(payload, leading_fields[*f].name, field) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Of a site without a class of its own. */
static int payload_add_names(bt_trace_class *trace_class, bt_field_class *payload)
{
	if (copy_append(payload, "name", bt_field_class_string_create(trace_class)) < 0)
		return -ENOMEM;
	return copy_append(payload, "provider", bt_field_class_string_create(trace_class));
}

static int payload_add_members(bt_trace_class *trace_class, bt_field_class *payload,
	const struct event_kind *kind, enum output_shape shape)
{
	const bt_field_class *from = bt_event_class_borrow_payload_field_class_const(kind->class);

	if (shape == SHAPE_COPY)
		return copy_members(trace_class, payload, from, 0);
	if (payload_add_leading(trace_class, payload, kind, shape) < 0)
		return -ENOMEM;
	if (kind->named)
		return payload_add_names(trace_class, payload);
	return shape == SHAPE_EXIT ? 0 : copy_members(trace_class, payload, from, kind->own_first);
}

static bt_field_class *payload_create(
	bt_trace_class *trace_class, const struct event_kind *kind, enum output_shape shape)
{
	bt_field_class *payload = bt_field_class_structure_create(trace_class);

	if (payload && payload_add_members(trace_class, payload, kind, shape) < 0)
		BT_FIELD_CLASS_PUT_REF_AND_RESET(payload);
	return payload;
}

/* "disk:read" as "vspan_disk:read", or as "vspanedge_disk:read_entry". */
static int class_set_name(
	bt_event_class *class, const struct event_kind *kind, enum output_shape shape)
{
	const char *name = bt_event_class_get_name(kind->class);
	struct text text = {0};
	char *string;
	int status = 0;

	if (shape == SHAPE_SPAN && kind->named)
		text_print(&text, VSPAN_TRACE_CONTROL ":span");
	else if (shape != SHAPE_COPY)
		text_print(&text, "%s%s%s", shapes[shape].prefix,
			kind->named ? "named:span" : kind->label, shapes[shape].suffix);
	else
		text_print(&text, "%s", name ? name : "");
	string = text_take(&text);
	if (!string || bt_event_class_set_name(class, string) != BT_EVENT_CLASS_SET_NAME_STATUS_OK)
		status = -ENOMEM;
	free(string);
	return status;
}

static int class_describe(
	bt_event_class *class, const struct event_kind *kind, enum output_shape shape)
{
	const char *uri = bt_event_class_get_emf_uri(kind->class);
	bt_event_class_log_level level;

	if (shape != SHAPE_COPY)
		uri = shape == SHAPE_SPAN && kind->named ? NULL : shapes[shape].uri;
	if (class_set_name(class, kind, shape) < 0)
		return -ENOMEM;
	if (uri && bt_event_class_set_emf_uri(class, uri) != BT_EVENT_CLASS_SET_EMF_URI_STATUS_OK)
		return -ENOMEM;
	if (bt_event_class_get_log_level(kind->class, &level) == BT_PROPERTY_AVAILABILITY_AVAILABLE)
		bt_event_class_set_log_level(class, level);
	return 0;
}

bt_event_class *output_class_create(bt_trace_class *trace_class, bt_stream_class *stream_class,
	const struct event_kind *kind, enum output_shape shape)
{
	bt_field_class *payload = payload_create(trace_class, kind, shape);
	bt_event_class *class = payload ? bt_event_class_create(stream_class) : NULL;

	if (class &&
		(class_describe(class, kind, shape) < 0 ||
			output_context_add(trace_class, class, kind, shape) < 0 ||
			bt_event_class_set_payload_field_class(class, payload) !=
				BT_EVENT_CLASS_SET_FIELD_CLASS_STATUS_OK))
		BT_EVENT_CLASS_PUT_REF_AND_RESET(class);
	bt_field_class_put_ref(payload);
	return class;
}

static uint64_t telling_duration(const struct telling *telling)
{
	uint64_t start = record_number(&telling->record, FIELD_TS);
	uint64_t end;

	if (!telling->exit.kind)
		return record_number(&telling->record, FIELD_DURATION);
	end = record_number(&telling->exit, FIELD_TS);
	return end > start ? end - start : 0;
}

uint64_t telling_end(const struct telling *telling)
{
	uint64_t start = record_number(&telling->record, FIELD_TS);
	uint64_t duration = telling_duration(telling);

	return duration > UINT64_MAX - start ? UINT64_MAX : start + duration;
}

/* What is written is no repetition of anything that is written: let nobody drop it. */
static uint64_t telling_flags(const struct telling *telling)
{
	uint64_t flags = record_number(&telling->record, FIELD_FLAGS);

	if (telling->exit.kind)
		flags |= record_number(&telling->exit, FIELD_FLAGS) | VSPAN_TRACE_FLAG_EDGES;
	flags &= UINT32_MAX & ~(uint64_t)VSPAN_TRACE_FLAG_REPEATED;
	return flags | telling->measures->flags;
}

static uint64_t telling_number(const struct telling *telling, enum event_field field)
{
	switch (field) {
	case FIELD_TS:
		return telling->shape == SHAPE_EXIT ? telling_end(telling)
						    : record_number(&telling->record, FIELD_TS);
	case FIELD_DURATION:
		return telling_duration(telling);
	case FIELD_STATUS:
		return record_number(
			telling->exit.kind ? &telling->exit : &telling->record, FIELD_STATUS);
	case FIELD_FLAGS:
		return telling_flags(telling);
	default:
		return record_number(&telling->record, field);
	}
}

/* Returns how many members that were. */
static uint64_t payload_fill_leading(bt_field *payload, const struct telling *telling)
{
	uint64_t member = 0;

	for (const enum event_field *f = shapes[telling->shape].fields; *f != FIELDS; f++) {
		uint64_t bits = leading_fields[*f].bits;

		if (!field_wanted(*f, telling->record.kind))
			continue;
		bt_field_integer_unsigned_set_value(
			bt_field_structure_borrow_member_field_by_index(payload, member++),
			telling_number(telling, *f) & (UINT64_MAX >> (64 - bits)));
	}
	return member;
}

static int payload_fill_names(bt_field *payload, uint64_t member, const struct record *record)
{
	const enum event_field names[] = {FIELD_NAME, FIELD_PROVIDER};

	for (size_t i = 0; i < 2; i++) {
		if (bt_field_string_set_value(
			    bt_field_structure_borrow_member_field_by_index(payload, member + i),
			    record_string(record, names[i])) != BT_FIELD_STRING_SET_VALUE_STATUS_OK)
			return -ENOMEM;
	}
	return 0;
}

static int payload_fill_own(bt_field *payload, uint64_t member, const struct record *record)
{
	uint64_t count = bt_field_class_structure_get_member_count(
		bt_field_borrow_class_const(record->payload));
	int status = 0;

	for (uint64_t i = record->kind->own_first; i < count && status == 0; i++)
		status = copy_field(
			bt_field_structure_borrow_member_field_by_index(payload, member++),
			bt_field_structure_borrow_member_field_by_index_const(record->payload, i));
	return status;
}

static int payload_copy(bt_field *payload, const struct telling *telling)
{
	int16_t flags = telling->record.kind->index[FIELD_FLAGS];

	if (copy_field(payload, telling->record.payload) < 0)
		return -ENOMEM;
	if (flags >= 0)
		bt_field_integer_unsigned_set_value(
			bt_field_structure_borrow_member_field_by_index(payload, (uint64_t)flags),
			telling_flags(telling));
	return 0;
}

static int payload_fill(bt_field *payload, const struct telling *telling)
{
	uint64_t leading;

	if (telling->shape == SHAPE_COPY)
		return payload_copy(payload, telling);
	leading = payload_fill_leading(payload, telling);
	if (telling->record.kind->named)
		return payload_fill_names(payload, leading, &telling->record);
	return telling->shape == SHAPE_EXIT ? 0
					    : payload_fill_own(payload, leading, &telling->record);
}

int output_class_fill(bt_event *event, const struct telling *telling)
{
	if (output_context_fill(event, telling) < 0)
		return -ENOMEM;
	return payload_fill(bt_event_borrow_payload_field(event), telling);
}
