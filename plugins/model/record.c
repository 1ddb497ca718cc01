/* SPDX-License-Identifier: MIT */
/*
 * record.c - see record.h. Types were checked when the kind was made, so the
 * accessors only have to look at whether a field is there.
 */
#include "record.h"

#include "units.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <vspan/trace.h>

int record_open(struct record *record, struct event_kinds *kinds, const bt_message *message)
{
	const bt_event *event;

	assert(bt_message_get_type(message) == BT_MESSAGE_TYPE_EVENT);
	event = bt_message_event_borrow_event_const(message);
	*record = (struct record){
		.kind = event_kinds_get(kinds, bt_event_borrow_class_const(event)),
		.event = event,
		.payload = bt_event_borrow_payload_field_const(event),
		.trace = bt_stream_borrow_trace_const(bt_event_borrow_stream_const(event)),
	};
	return record->kind ? 0 : -ENOMEM;
}

bool record_is_plain(const struct record *record)
{
	enum event_role role = record->kind->role;

	return !record->kind->named &&
		((role >= EVENT_SPAN && role <= EVENT_EXIT) || role == EVENT_WATERMARK);
}

void record_read(const struct record *record, uint64_t numbers[RECORD_NUMBERS])
{
	for (unsigned int f = 0; f < RECORD_NUMBERS; f++)
		numbers[f] = record_number(record, (enum event_field)f);
}

static const bt_field *record_field(const struct record *record, enum event_field field)
{
	int16_t index = record->kind->index[field];

	if (index < 0)
		return NULL;
	return bt_field_structure_borrow_member_field_by_index_const(
		record->payload, (uint64_t)index);
}

uint64_t record_number(const struct record *record, enum event_field field)
{
	const bt_field *value;

	assert(field < FIELD_NUMBERS);
	if (record->numbers)
		return field < RECORD_NUMBERS ? record->numbers[field] : 0;
	value = record_field(record, field);
	return value ? bt_field_integer_unsigned_get_value(value) : 0;
}

const char *record_string(const struct record *record, enum event_field field)
{
	const bt_field *value = record->numbers ? NULL : record_field(record, field);

	assert(field >= FIELD_NUMBERS);
	return value ? bt_field_string_get_value(value) : "";
}

int64_t record_time(const struct record *record, enum event_field field)
{
	return units_add(record->kind->time_base, record_number(record, field));
}

bool record_guest_time(const struct record *record, int64_t *time)
{
	switch (record->kind->role) {
	case EVENT_SPAN:
	case EVENT_POINT:
	case EVENT_ENTRY:
	case EVENT_EXIT:
	case EVENT_MESSAGE:
	case EVENT_LINK:
		*time = record_time(record, FIELD_TS);
		return true;
	case EVENT_LOST:
		*time = record_time(record, FIELD_TS_FIRST);
		return true;
	default:
		return false;
	}
}

void record_label(const struct record *record, struct text *text)
{
	const char *provider = record_string(record, FIELD_PROVIDER);
	const char *name = record_string(record, FIELD_NAME);

	if (!record->kind->named) {
		text_print(text, "%s", record->kind->label);
		return;
	}
	if (*provider) {
		text_append_safe(text, provider, strlen(provider));
		text_append(text, ":", 1);
	}
	text_append_safe(text, name, strlen(name));
}
