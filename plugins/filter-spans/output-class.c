/* SPDX-License-Identifier: MIT */
/*
 * output-class.c - see output-class.h.
 */
#include "output-class.h"

#include "copy-integer.h"
#include "copy.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <vspan/trace.h>

/* Labels by value, as the emitter has them. */
static const char *const status_labels[] = {"unset", "ok", "error", NULL};
static const char *const kind_labels[] = {
	"internal", "server", "client", "producer", "consumer", NULL};

/* The leading fields of a finished span, in trace.h's order, as the emitter has them. */
static const struct {
	const char *name;
	uint64_t bits;
	bool hexadecimal;
	const char *const *labels; /* NULL: no enumeration */
} span_fields[] = {
	{VSPAN_TRACE_FIELD_VM, 32, false, NULL},
	{VSPAN_TRACE_FIELD_VCPU, 32, false, NULL},
	{VSPAN_TRACE_FIELD_SPAN, 64, true, NULL},
	{VSPAN_TRACE_FIELD_PARENT, 64, true, NULL},
	{VSPAN_TRACE_FIELD_TSC, 64, false, NULL},
	{VSPAN_TRACE_FIELD_TS, 64, false, NULL},
	{VSPAN_TRACE_FIELD_DURATION, 64, false, NULL},
	{VSPAN_TRACE_FIELD_STATUS, 8, false, status_labels},
	{VSPAN_TRACE_FIELD_KIND, 8, false, kind_labels},
	{VSPAN_TRACE_FIELD_FLAGS, 32, true, NULL},
};

#define SPAN_FIELDS (sizeof(span_fields) / sizeof(span_fields[0]))

/* An entry of before there were kinds becomes a span of before: its site may use the name. */
static bool span_field_wanted(size_t index, const struct event_kind *entry)
{
	return span_fields[index].labels != kind_labels || entry->index[FIELD_KIND] >= 0;
}

static int payload_add_span_fields(
	bt_trace_class *trace_class, bt_field_class *payload, const struct event_kind *entry)
{
	for (size_t i = 0; i < SPAN_FIELDS; i++) {
		bt_field_class *field;

		if (!span_field_wanted(i, entry))
			continue;
		field = span_fields[i].labels
			? copy_enumeration(trace_class, span_fields[i].bits, span_fields[i].labels)
			: copy_unsigned(
				  trace_class, span_fields[i].bits, span_fields[i].hexadecimal);
		if (copy_append(payload, span_fields[i].name, field) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bt_field_class *payload_create(
	bt_trace_class *trace_class, const struct event_kind *kind, bool span)
{
	const bt_field_class *from = bt_event_class_borrow_payload_field_class_const(kind->class);
	bt_field_class *payload = bt_field_class_structure_create(trace_class);
	uint64_t first = 0;
	int status = 0;

	if (!payload)
		return NULL;
	if (span) {
		status = payload_add_span_fields(trace_class, payload, kind);
		first = kind->own_first;
	}
	if (status < 0 || copy_members(trace_class, payload, from, first) < 0) {
		bt_field_class_put_ref(payload);
		return NULL;
	}
	return payload;
}

/* An entry becomes the span of its site: "disk:read" as "vspan_disk:read". */
static int class_set_name(bt_event_class *class, const struct event_kind *kind, bool span)
{
	const char *name = bt_event_class_get_name(kind->class);
	struct text text = {0};
	char *string;
	int status = 0;

	if (span)
		text_print(&text, "%s%s", VSPAN_TRACE_PREFIX, kind->label);
	else
		text_print(&text, "%s", name ? name : "");
	string = text_take(&text);
	if (!string || bt_event_class_set_name(class, string) != BT_EVENT_CLASS_SET_NAME_STATUS_OK)
		status = -ENOMEM;
	free(string);
	return status;
}

static int class_describe(bt_event_class *class, const struct event_kind *kind, bool span)
{
	const char *uri = span ? VSPAN_TRACE_URI_SPAN : bt_event_class_get_emf_uri(kind->class);
	bt_event_class_log_level level;

	if (class_set_name(class, kind, span) < 0)
		return -ENOMEM;
	if (uri && bt_event_class_set_emf_uri(class, uri) != BT_EVENT_CLASS_SET_EMF_URI_STATUS_OK)
		return -ENOMEM;
	if (bt_event_class_get_log_level(kind->class, &level) == BT_PROPERTY_AVAILABILITY_AVAILABLE)
		bt_event_class_set_log_level(class, level);
	return 0;
}

bt_event_class *output_class_create(bt_trace_class *trace_class, bt_stream_class *stream_class,
	const struct event_kind *kind, bool span)
{
	bt_field_class *payload = payload_create(trace_class, kind, span);
	bt_event_class *class = payload ? bt_event_class_create(stream_class) : NULL;

	if (class &&
		(class_describe(class, kind, span) < 0 ||
			bt_event_class_set_payload_field_class(class, payload) !=
				BT_EVENT_CLASS_SET_FIELD_CLASS_STATUS_OK))
		BT_EVENT_CLASS_PUT_REF_AND_RESET(class);
	bt_field_class_put_ref(payload);
	return class;
}

/* Returns how many members that were. */
static uint64_t payload_fill_leading(
	bt_field *payload, const struct record *entry, const struct record *exit)
{
	uint64_t start = record_number(entry, FIELD_TS);
	uint64_t end = record_number(exit, FIELD_TS);
	uint64_t flags = record_number(entry, FIELD_FLAGS) | record_number(exit, FIELD_FLAGS);
	const uint64_t values[SPAN_FIELDS] = {
		record_number(entry, FIELD_VM) & UINT32_MAX,
		record_number(entry, FIELD_VCPU) & UINT32_MAX,
		record_number(entry, FIELD_SPAN),
		record_number(entry, FIELD_PARENT),
		record_number(entry, FIELD_TSC),
		start,
		end > start ? end - start : 0,
		record_number(exit, FIELD_STATUS) & UINT8_MAX,
		record_number(entry, FIELD_KIND) & UINT8_MAX,
		flags & UINT32_MAX & ~(uint64_t)VSPAN_TRACE_FLAG_REPEATED,
	};
	uint64_t member = 0;

	for (size_t i = 0; i < SPAN_FIELDS; i++) {
		if (span_field_wanted(i, entry->kind))
			bt_field_integer_unsigned_set_value(
				bt_field_structure_borrow_member_field_by_index(payload, member++),
				values[i]);
	}
	return member;
}

int output_class_fill_span(bt_field *payload, const struct record *entry, const struct record *exit)
{
	uint64_t own = entry->kind->own_first;
	uint64_t count = bt_field_class_structure_get_member_count(
		bt_field_borrow_class_const(entry->payload));
	uint64_t leading;
	int status = 0;

	assert(entry->kind->role == EVENT_ENTRY && exit->kind->role == EVENT_EXIT && own <= count);
	leading = payload_fill_leading(payload, entry, exit);
	for (uint64_t i = own; i < count && status == 0; i++)
		status = copy_field(
			bt_field_structure_borrow_member_field_by_index(payload, leading + i - own),
			bt_field_structure_borrow_member_field_by_index_const(entry->payload, i));
	return status;
}
