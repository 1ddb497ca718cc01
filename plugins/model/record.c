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

void record_view(struct record *record, const struct event_kind *kind, const bt_message *message)
{
	const bt_event *event = bt_message_event_borrow_event_const(message);

	*record = (struct record){
		.kind = kind,
		.event = event,
		.payload = bt_event_borrow_payload_field_const(event),
		.trace = bt_stream_borrow_trace_const(bt_event_borrow_stream_const(event)),
	};
}

int record_open(struct record *record, struct event_kinds *kinds, const bt_message *message)
{
	const bt_event *event;

	assert(bt_message_get_type(message) == BT_MESSAGE_TYPE_EVENT);
	event = bt_message_event_borrow_event_const(message);
	record_view(record, event_kinds_get(kinds, bt_event_borrow_class_const(event)), message);
	return record->kind ? 0 : -ENOMEM;
}

static const bt_field *member_borrow(const bt_field *payload, uint64_t member)
{
	return bt_field_structure_borrow_member_field_by_index_const(payload, member);
}

size_t record_copy(const struct event_kind *kind, const bt_field *payload, uint64_t *numbers,
	char *room, size_t size)
{
	size_t used = 0;

	for (unsigned int i = 0; i < kind->number_count; i++)
		numbers[i] = bt_field_integer_unsigned_get_value(
			member_borrow(payload, kind->members[i]));
	for (unsigned int f = FIELD_NUMBERS; f < FIELDS; f++) {
		const char *string;
		size_t length;

		if (kind->index[f] < 0)
			continue;
		string =
			bt_field_string_get_value(member_borrow(payload, (uint64_t)kind->index[f]));
		length = strlen(string) + 1;
		if (used + length <= size)
			memcpy(room + used, string, length);
		used += length;
	}
	return used;
}

static const bt_field *record_field(const struct record *record, enum event_field field)
{
	int16_t index = record->kind->index[field];

	return index < 0 ? NULL : member_borrow(record->payload, (uint64_t)index);
}

uint64_t record_number(const struct record *record, enum event_field field)
{
	const bt_field *value;

	assert(field < FIELD_NUMBERS);
	if (record->numbers) {
		int8_t place = record->kind->place[field];

		return place < 0 ? 0 : record->numbers[place];
	}
	value = record_field(record, field);
	return value ? bt_field_integer_unsigned_get_value(value) : 0;
}

/* Of those that were copied; the event has it. */
static const char *copied_string(const struct record *record, enum event_field field)
{
	const char *string = record->strings;

	for (unsigned int f = FIELD_NUMBERS; f < field; f++) {
		if (record->kind->index[f] >= 0)
			string += strlen(string) + 1;
	}
	return string;
}

const char *record_string(const struct record *record, enum event_field field)
{
	assert(field >= FIELD_NUMBERS);
	if (record->kind->index[field] < 0)
		return "";
	return record->numbers ? copied_string(record, field)
			       : bt_field_string_get_value(record_field(record, field));
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
	case EVENT_CONTEXT:
	case EVENT_CALL:
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
