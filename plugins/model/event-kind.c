/* SPDX-License-Identifier: MIT */
/*
 * event-kind.c - see event-kind.h. A class counts as ours only if its role's
 * fields are there with the right types; otherwise it is foreign, whatever it
 * calls itself, and nothing later has to check types again.
 */
#include "event-kind.h"

#include "repeats.h"
#include "text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

#define BIT(field) (UINT64_C(1) << (field))

/* Fields every event of a role has. */
#define RING_FIELDS (BIT(FIELD_VM) | BIT(FIELD_VCPU))
#define EVENT_FIELDS (RING_FIELDS | BIT(FIELD_SPAN) | BIT(FIELD_TS) | BIT(FIELD_FLAGS))
#define SPAN_FIELDS (EVENT_FIELDS | BIT(FIELD_PARENT) | BIT(FIELD_DURATION) | BIT(FIELD_STATUS))
#define LEDGER_FIELDS                                                                      \
	(RING_FIELDS | BIT(FIELD_EPOCH) | BIT(FIELD_ATTEMPTED) | BIT(FIELD_EMITTED) |      \
		BIT(FIELD_DISCARDED_GUEST) | BIT(FIELD_DISCARDED_HOST) | BIT(FIELD_TORN) | \
		BIT(FIELD_INVALID) | BIT(FIELD_IN_RING))

struct role_rule {
	const char *name; /* URI of a guest event, name of a control event */
	uint64_t required;
};

static const struct role_rule role_rules[EVENT_ROLES] = {
	[EVENT_SPAN] = {VSPAN_TRACE_URI_SPAN, SPAN_FIELDS},
	[EVENT_POINT] = {VSPAN_TRACE_URI_EVENT, EVENT_FIELDS},
	[EVENT_ENTRY] = {VSPAN_TRACE_URI_ENTRY, EVENT_FIELDS | BIT(FIELD_PARENT)},
	[EVENT_EXIT] = {VSPAN_TRACE_URI_EXIT, EVENT_FIELDS | BIT(FIELD_STATUS)},
	[EVENT_ATTACH] = {"attach", BIT(FIELD_VM) | BIT(FIELD_RINGS) | BIT(FIELD_NAME)},
	[EVENT_DETACH] = {"detach", BIT(FIELD_VM)},
	[EVENT_EPOCH] = {"epoch", RING_FIELDS},
	[EVENT_OPEN] = {"open", EVENT_FIELDS | BIT(FIELD_PARENT) | BIT(FIELD_NAME)},
	[EVENT_CLOSE] = {"close", EVENT_FIELDS | BIT(FIELD_STATUS)},
	[EVENT_CLOCK] = {"clock", RING_FIELDS | BIT(FIELD_TS)},
	[EVENT_LOST] = {"lost",
		RING_FIELDS | BIT(FIELD_SPAN) | BIT(FIELD_COUNT) | BIT(FIELD_TS_FIRST) |
			BIT(FIELD_TS_LAST) | BIT(FIELD_LOSS)},
	[EVENT_VIOLATION] = {"violation", RING_FIELDS},
	[EVENT_WATERMARK] = {"watermark", RING_FIELDS | BIT(FIELD_TS)},
	[EVENT_VCPU_ENTER] = {"vcpu_enter", RING_FIELDS | BIT(FIELD_TS)},
	[EVENT_VCPU_EXIT] = {"vcpu_exit", RING_FIELDS | BIT(FIELD_TS)},
	[EVENT_VCPU_HALT] = {"vcpu_halt", RING_FIELDS | BIT(FIELD_TS)},
	[EVENT_RESUME] = {"resume", RING_FIELDS | BIT(FIELD_TS)},
	[EVENT_NOTICE] = {"notice", BIT(FIELD_VM) | BIT(FIELD_TEXT)},
	[EVENT_MESSAGE] = {"message",
		RING_FIELDS | BIT(FIELD_SPAN) | BIT(FIELD_TS) | BIT(FIELD_TEXT)},
	[EVENT_LINK] = {"link", RING_FIELDS | BIT(FIELD_SPAN) | BIT(FIELD_LINKED) | BIT(FIELD_TS)},
	[EVENT_CONTEXT] = {"context", RING_FIELDS | BIT(FIELD_SPAN) | BIT(FIELD_TS)},
	[EVENT_CALL] = {"call",
		RING_FIELDS | BIT(FIELD_SPAN) | BIT(FIELD_HOST_VM) | BIT(FIELD_HOST_SPAN) |
			BIT(FIELD_TS)},
	[EVENT_LEDGER] = {"ledger", LEDGER_FIELDS},
};

static const char *const field_names[FIELDS] = {
	[FIELD_VM] = VSPAN_TRACE_FIELD_VM,
	[FIELD_VCPU] = VSPAN_TRACE_FIELD_VCPU,
	[FIELD_SPAN] = VSPAN_TRACE_FIELD_SPAN,
	[FIELD_PARENT] = VSPAN_TRACE_FIELD_PARENT,
	[FIELD_TSC] = VSPAN_TRACE_FIELD_TSC,
	[FIELD_TS] = VSPAN_TRACE_FIELD_TS,
	[FIELD_DURATION] = VSPAN_TRACE_FIELD_DURATION,
	[FIELD_STATUS] = VSPAN_TRACE_FIELD_STATUS,
	[FIELD_KIND] = VSPAN_TRACE_FIELD_KIND,
	[FIELD_FLAGS] = VSPAN_TRACE_FIELD_FLAGS,
	[FIELD_COUNT] = "count",
	[FIELD_TS_FIRST] = "ts_first",
	[FIELD_TS_LAST] = "ts_last",
	[FIELD_LOSS] = "reason",
	[FIELD_LINKED] = "linked",
	[FIELD_TRACE_HIGH] = "trace_high",
	[FIELD_TRACE_LOW] = "trace_low",
	[FIELD_POSITION] = "position",
	[FIELD_HOST_VM] = "host_vm",
	[FIELD_HOST_SPAN] = "host_span",
	[FIELD_RINGS] = "rings",
	[FIELD_EPOCH] = "epoch",
	[FIELD_IDENTITY_HIGH] = "identity_high",
	[FIELD_IDENTITY_LOW] = "identity_low",
	[FIELD_COUNTER_HZ] = "counter_hz",
	[FIELD_ERROR_NS] = "error_ns",
	[FIELD_ATTEMPTED] = "attempted",
	[FIELD_EMITTED] = "emitted",
	[FIELD_DISCARDED_GUEST] = "discarded_guest",
	[FIELD_DISCARDED_HOST] = "discarded_host",
	[FIELD_TORN] = "torn",
	[FIELD_INVALID] = "invalid",
	[FIELD_IN_RING] = "in_ring",
	[FIELD_NAME] = "name",
	[FIELD_PROVIDER] = "provider",
	[FIELD_TEXT] = "text",
	[FIELD_REASON] = "reason",
};

/* The leading fields of trace.h by role, ended by FIELDS; `kind` may be missing. */
static const enum event_field leading_fields[][11] = {
	[EVENT_SPAN] = {FIELD_VM, FIELD_VCPU, FIELD_SPAN, FIELD_PARENT, FIELD_TSC, FIELD_TS,
		FIELD_DURATION, FIELD_STATUS, FIELD_KIND, FIELD_FLAGS, FIELDS},
	[EVENT_POINT] = {FIELD_VM, FIELD_VCPU, FIELD_SPAN, FIELD_TSC, FIELD_TS, FIELD_FLAGS,
		FIELDS},
	[EVENT_ENTRY] = {FIELD_VM, FIELD_VCPU, FIELD_SPAN, FIELD_PARENT, FIELD_TSC, FIELD_TS,
		FIELD_KIND, FIELD_FLAGS, FIELDS},
	[EVENT_EXIT] = {FIELD_VM, FIELD_VCPU, FIELD_SPAN, FIELD_TSC, FIELD_TS, FIELD_STATUS,
		FIELD_FLAGS, FIELDS},
};

static const char *payload_member_name(const bt_field_class *payload, uint64_t index)
{
	return bt_field_class_structure_member_get_name(
		bt_field_class_structure_borrow_member_by_index_const(payload, index));
}

/* How many members are leading ones: as far as they come in trace.h's order. */
static uint64_t payload_leading(enum event_role role, const bt_field_class *payload)
{
	uint64_t members = bt_field_class_structure_get_member_count(payload);
	uint64_t found = 0;

	assert(role >= EVENT_SPAN && role <= EVENT_EXIT);
	for (const enum event_field *field = leading_fields[role]; *field != FIELDS; field++) {
		if (found < members &&
			strcmp(payload_member_name(payload, found), field_names[*field]) == 0)
			found++;
		else if (*field != FIELD_KIND)
			break;
	}
	return found;
}

static bool class_is_control(const char *name)
{
	return strncmp(name, VSPAN_TRACE_CONTROL ":", strlen(VSPAN_TRACE_CONTROL ":")) == 0;
}

/* What a class claims to be, by its URI, or by its name within our provider. */
static enum event_role class_claim(const bt_event_class *class)
{
	const char *uri = bt_event_class_get_emf_uri(class);
	const char *name = bt_event_class_get_name(class);
	const char *event;

	for (unsigned int role = EVENT_SPAN; uri && role <= EVENT_EXIT; role++) {
		if (strcmp(uri, role_rules[role].name) == 0)
			return (enum event_role)role;
	}
	if (!name || !class_is_control(name))
		return EVENT_FOREIGN;
	event = name + strlen(VSPAN_TRACE_CONTROL ":");
	for (unsigned int role = EVENT_ATTACH; role < EVENT_ROLES; role++) {
		if (strcmp(event, role_rules[role].name) == 0)
			return (enum event_role)role;
	}
	if (strcmp(event, "span") == 0)
		return EVENT_SPAN;
	return strcmp(event, "event") == 0 ? EVENT_POINT : EVENT_FOREIGN;
}

static bool field_type_fits(enum event_field field, const bt_field_class *class)
{
	bt_field_class_type type = bt_field_class_get_type(class);

	if (field >= FIELD_NUMBERS)
		return type == BT_FIELD_CLASS_TYPE_STRING;
	return bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER);
}

/* Fills index[] with the first `limit` members. Returns the set of fields found. */
static uint64_t kind_index(struct event_kind *kind, const bt_field_class *payload, uint64_t limit)
{
	uint64_t found = 0;

	for (uint64_t m = 0; m < limit && m < INT16_MAX; m++) {
		const bt_field_class_structure_member *member =
			bt_field_class_structure_borrow_member_by_index_const(payload, m);
		const char *name = bt_field_class_structure_member_get_name(member);

		for (unsigned int f = 0; f < FIELDS; f++) {
			if (strcmp(name, field_names[f]) == 0 &&
				field_type_fits(f,
					bt_field_class_structure_member_borrow_field_class_const(
						member))) {
				kind->index[f] = (int16_t)m;
				found |= BIT(f);
			}
		}
	}
	return found;
}

/* A site that uses a name of ours would be taken for what it is not. */
static bool own_fields_allowed(const bt_field_class *payload, uint64_t own_first)
{
	uint64_t count = bt_field_class_structure_get_member_count(payload);

	for (uint64_t m = own_first; m < count; m++) {
		const char *name = payload_member_name(payload, m);

		for (unsigned int f = FIELD_VM; f <= FIELD_FLAGS; f++) {
			if (strcmp(name, field_names[f]) == 0)
				return false;
		}
	}
	return true;
}

static void kind_forget_fields(struct event_kind *kind)
{
	for (unsigned int f = 0; f < FIELDS; f++)
		kind->index[f] = -1;
}

/* What a class that claims a role turns out to be. */
static enum event_role kind_role(
	struct event_kind *kind, enum event_role claim, const bt_field_class *payload)
{
	const char *name = bt_event_class_get_name(kind->class);
	uint64_t found;

	kind->named =
		(claim <= EVENT_EXIT || claim == EVENT_OPEN) && name && class_is_control(name);
	/* Control events have no own fields at all. */
	kind->own_first = claim <= EVENT_EXIT && !kind->named
		? payload_leading(claim, payload)
		: bt_field_class_structure_get_member_count(payload);
	found = kind_index(kind, payload, kind->own_first);
	if (kind->named && !(found & BIT(FIELD_NAME)))
		return EVENT_FOREIGN;
	return (found & role_rules[claim].required) == role_rules[claim].required &&
			own_fields_allowed(payload, kind->own_first)
		? claim
		: EVENT_FOREIGN;
}

/* Fields a foreign event may have by chance are nobody's. */
static void kind_classify(struct event_kind *kind)
{
	const bt_field_class *payload =
		bt_event_class_borrow_payload_field_class_const(kind->class);
	enum event_role claim = class_claim(kind->class);

	kind_forget_fields(kind);
	if (claim == EVENT_FOREIGN || !payload)
		return;
	kind->role = kind_role(kind, claim, payload);
	if (kind->role == EVENT_FOREIGN)
		kind_forget_fields(kind);
}

static void kind_list_numbers(struct event_kind *kind)
{
	for (unsigned int f = 0; f < FIELD_NUMBERS; f++) {
		kind->place[f] = -1;
		if (kind->index[f] < 0)
			continue;
		kind->members[kind->number_count] = (uint64_t)kind->index[f];
		kind->place[f] = (int8_t)kind->number_count++;
	}
}

static int64_t kind_time_base(const struct event_kind *kind)
{
	const bt_stream_class *stream_class = bt_event_class_borrow_stream_class_const(kind->class);
	const bt_clock_class *clock =
		bt_stream_class_borrow_default_clock_class_const(stream_class);
	int64_t base;

	if (!clock ||
		bt_clock_class_cycles_to_ns_from_origin(clock, 0, &base) !=
			BT_CLOCK_CLASS_CYCLES_TO_NS_FROM_ORIGIN_STATUS_OK)
		return 0;
	return base;
}

/* "vspan_disk:read" and "vspanedge_disk:read_entry" are both the site "disk:read". */
static char *kind_label(const struct event_kind *kind)
{
	const char *name = bt_event_class_get_name(kind->class);
	struct text label = {0};
	size_t length, suffix = 0;

	name = name ? name : "";
	if (strncmp(name, VSPAN_TRACE_EDGE_PREFIX, strlen(VSPAN_TRACE_EDGE_PREFIX)) == 0)
		name += strlen(VSPAN_TRACE_EDGE_PREFIX);
	else if (strncmp(name, VSPAN_TRACE_PREFIX, strlen(VSPAN_TRACE_PREFIX)) == 0)
		name += strlen(VSPAN_TRACE_PREFIX);
	length = strlen(name);
	if (kind->role == EVENT_ENTRY)
		suffix = strlen(VSPAN_TRACE_ENTRY_SUFFIX);
	else if (kind->role == EVENT_EXIT)
		suffix = strlen(VSPAN_TRACE_EXIT_SUFFIX);
	text_append_safe(&label, name, length > suffix ? length - suffix : length);
	return text_take(&label);
}

static int kind_describe_own(struct event_kind *kind)
{
	if (kind->role < EVENT_SPAN || kind->role > EVENT_EXIT)
		return 0;
	return own_fields_describe(&kind->own,
		bt_event_class_borrow_payload_field_class_const(kind->class), kind->own_first);
}

static void kind_free(struct event_kind *kind)
{
	bt_event_class_put_ref(kind->class);
	own_fields_clear(&kind->own);
	free(kind->label);
	free(kind);
}

static struct event_kind *kind_create(const bt_event_class *class)
{
	struct event_kind *kind = calloc(1, sizeof(*kind));

	if (!kind)
		return NULL;
	bt_event_class_get_ref(class);
	kind->class = class;
	kind_classify(kind);
	kind_list_numbers(kind);
	kind->time_base = kind_time_base(kind);
	kind->label = kind_label(kind);
	kind->label_hash = kind->label ? repeats_hash_label(kind->label) : 0;
	if (!kind->label || kind_describe_own(kind) < 0) {
		kind_free(kind);
		return NULL;
	}
	return kind;
}

static struct event_kind *kinds_find(struct event_kinds *kinds, const bt_event_class *class)
{
	uint64_t key = (uintptr_t) class;
	struct event_kind *kind = map_find(&kinds->by_class, key);

	if (kind)
		return kind;
	kind = kind_create(class);
	if (kind && map_insert(&kinds->by_class, key, kind) < 0) {
		kind_free(kind);
		return NULL;
	}
	return kind;
}

const struct event_kind *event_kinds_get(struct event_kinds *kinds, const bt_event_class *class)
{
	/* Addresses of allocated objects differ above their lowest bits. */
	struct event_kind **latest =
		&kinds->latest[((uintptr_t) class >> 5 ^ (uintptr_t) class >> 11) %
			EVENT_KINDS_LATEST];

	if (!*latest || (*latest)->class != class)
		*latest = kinds_find(kinds, class);
	assert(!*latest || (*latest)->class == class);
	return *latest;
}

static void kind_visit_free(void *kind, void *data)
{
	(void)data;
	kind_free(kind);
}

void event_kinds_clear(struct event_kinds *kinds)
{
	map_visit(&kinds->by_class, kind_visit_free, NULL);
	map_clear(&kinds->by_class);
	*kinds = (struct event_kinds){.by_class = {0}};
}
