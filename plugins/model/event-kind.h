/* SPDX-License-Identifier: MIT */
/*
 * event-kind.h - what an event class of a trace is to vspan: its role, the
 * places of the fields that role has, its name for people. Found out once per
 * class, so that reading an event costs no comparison of names.
 */
#ifndef VSPAN_PLUGINS_MODEL_EVENT_KIND_H
#define VSPAN_PLUGINS_MODEL_EVENT_KIND_H

#include "map.h"
#include "own-field.h"

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stdint.h>

/* The roles of trace.h: four kinds of guest events, then the control events. */
enum event_role {
	EVENT_FOREIGN, /* not ours, or malformed */
	EVENT_SPAN,
	EVENT_POINT,
	EVENT_ENTRY,
	EVENT_EXIT,
	EVENT_ATTACH,
	EVENT_DETACH,
	EVENT_EPOCH,
	EVENT_OPEN,
	EVENT_CLOSE,
	EVENT_CLOCK,
	EVENT_LOST,
	EVENT_VIOLATION,
	EVENT_WATERMARK,
	EVENT_VCPU_ENTER,
	EVENT_VCPU_EXIT,
	EVENT_VCPU_HALT,
	EVENT_RESUME,
	EVENT_NOTICE,
	EVENT_MESSAGE,
	EVENT_LINK,
	EVENT_CONTEXT,
	EVENT_CALL,
	EVENT_LEDGER,
	EVENT_ROLES,
};

/*
 * Fields the analysis reads. Those before FIELD_NUMBERS are unsigned integers,
 * enumerations among them, the others strings.
 */
enum event_field {
	FIELD_VM,
	FIELD_VCPU,
	FIELD_SPAN,
	FIELD_PARENT,
	FIELD_TSC,
	FIELD_TS,
	FIELD_DURATION,
	FIELD_STATUS,
	FIELD_FLAGS,
	FIELD_KIND, /* traces of before it was thought of have none */
	FIELD_COUNT,
	FIELD_TS_FIRST,
	FIELD_TS_LAST,
	FIELD_LOSS, /* `reason` of a lost event */
	FIELD_LINKED,
	FIELD_TRACE_HIGH,
	FIELD_TRACE_LOW,
	FIELD_POSITION,
	FIELD_HOST_VM,
	FIELD_HOST_SPAN,
	FIELD_RINGS,
	FIELD_EPOCH,
	FIELD_IDENTITY_HIGH,
	FIELD_IDENTITY_LOW,
	FIELD_COUNTER_HZ,
	FIELD_ERROR_NS,
	FIELD_ATTEMPTED,
	FIELD_EMITTED,
	FIELD_DISCARDED_GUEST,
	FIELD_DISCARDED_HOST,
	FIELD_TORN,
	FIELD_INVALID,
	FIELD_IN_RING,
	FIELD_NUMBERS,
	FIELD_NAME = FIELD_NUMBERS,
	FIELD_PROVIDER,
	FIELD_TEXT,
	FIELD_REASON, /* of a vcpu_exit event */
	FIELDS,
};

struct event_kind {
	const bt_event_class *class; /* a reference, so that its address stays unique */
	enum event_role role;
	bool named; /* carries its name and provider as fields: a site without an own class */
	int16_t index[FIELDS]; /* member of the payload, -1: none */
	/* The numbers it has, in the order of their fields, for record_copy(). */
	uint64_t members[FIELD_NUMBERS];
	unsigned int number_count;
	int8_t place[FIELD_NUMBERS]; /* of a field among them, -1: none */
	uint64_t own_first;          /* the call site's own fields are the members from here on */
	struct own_fields own;       /* those */
	int64_t time_base;           /* ns from the clock's origin at clock value 0 */
	char *label;                 /* "provider:name", safe to print */
	uint64_t label_hash;         /* of the site's name as it is in any trace (repeats.c) */
};

#define EVENT_KINDS_LATEST 64

/* Event kinds by class. All zeroes is an empty table. */
struct event_kinds {
	struct map by_class;
	struct event_kind *latest[EVENT_KINDS_LATEST]; /* by address of the class: most are there */
};

/* The kind of a class, found out at the first call. NULL if memory ran out. */
const struct event_kind *event_kinds_get(struct event_kinds *kinds, const bt_event_class *class);

void event_kinds_clear(struct event_kinds *kinds);

#endif /* VSPAN_PLUGINS_MODEL_EVENT_KIND_H */
