/* SPDX-License-Identifier: MIT */
/*
 * record.h - one event of a trace, seen through its kind: numbers, strings and
 * times by what they mean. Borrows from the message; valid as long as that is.
 */
#ifndef VSPAN_PLUGINS_MODEL_RECORD_H
#define VSPAN_PLUGINS_MODEL_RECORD_H

#include "event-kind.h"
#include "text.h"
#include "values.h"

#include <stddef.h>

struct record {
	const struct event_kind *kind;
	const bt_event *event;
	const bt_field *payload; /* NULL: none */
	const bt_trace *trace;
	/*
	 * Of an event that was copied and may be gone (record_copy()): its numbers, its strings
	 * one after the other, the call site's own fields. The three above are NULL then.
	 */
	const uint64_t *numbers;
	const char *strings;
	const struct values *own;
};

/* Looks at an event message. Returns 0 or -ENOMEM. */
int record_open(struct record *record, struct event_kinds *kinds, const bt_message *message);

/* The same, its kind being known. */
void record_view(struct record *record, const struct event_kind *kind, const bt_message *message);

/*
 * Copies the numbers of an event that was not copied to `numbers` (FIELD_NUMBERS
 * of them have room) and its strings to `room`. Returns the bytes the strings
 * take, also if those are more than `size`, and nothing usable was copied then.
 */
size_t record_copy(const struct event_kind *kind, const bt_field *payload, uint64_t *numbers,
	char *room, size_t size);

/* An unsigned field; 0 if the event has none of that name. */
uint64_t record_number(const struct record *record, enum event_field field);

/* A string field; "" if the event has none of that name. */
const char *record_string(const struct record *record, enum event_field field);

/* A field in CLOCK_MONOTONIC ns, as ns from the clock's origin. */
int64_t record_time(const struct record *record, enum event_field field);

/* When what the record tells happened: its guest time where it has one; false if it has none. */
bool record_guest_time(const struct record *record, int64_t *time);

/* "provider:name", safe to print, into an empty text. */
void record_label(const struct record *record, struct text *text);

#endif /* VSPAN_PLUGINS_MODEL_RECORD_H */
