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

struct record {
	const struct event_kind *kind;
	const bt_event *event;
	const bt_field *payload; /* NULL: none */
	const bt_trace *trace;
	/*
	 * Of an event that was read already and is gone (record_read()): its first fields, the
	 * call site's own ones. The three above are NULL then.
	 */
	const uint64_t *numbers;
	const struct values *own;
};

/* Fields that record_read() reads: those before. All that guest events have. */
#define RECORD_NUMBERS (FIELD_KIND + 1)

/* Whether all there is to know of the event is what record_read() reads, and its own fields. */
bool record_is_plain(const struct record *record);

void record_read(const struct record *record, uint64_t numbers[RECORD_NUMBERS]);

/* Looks at an event message. Returns 0 or -ENOMEM. */
int record_open(struct record *record, struct event_kinds *kinds, const bt_message *message);

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
