/* SPDX-License-Identifier: MIT */
/*
 * classes.c - see classes.h: the classes. Payloads are filled in payload.c.
 */
#include "classes.h"

#include "members.h"
#include "payload.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <vspan/trace.h>

static void structure_add(bt_field_class *structure, const char *name, bt_field_class *class)
{
	bt_field_class_structure_append_member(structure, name, class);
	bt_field_class_put_ref(class);
}

static bt_field_class *unsigned_create(bt_trace_class *trace_class, uint64_t bits, bool hex)
{
	bt_field_class *class = bt_field_class_integer_unsigned_create(trace_class);

	bt_field_class_integer_set_field_value_range(class, bits);
	if (hex)
		bt_field_class_integer_set_preferred_display_base(
			class, BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL);
	return class;
}

/* Labels by number, up to a NULL; "" has none. */
static bt_field_class *enumeration_create(
	bt_trace_class *trace_class, uint64_t bits, const char *const *labels)
{
	bt_field_class *class = bt_field_class_enumeration_unsigned_create(trace_class);

	bt_field_class_integer_set_field_value_range(class, bits);
	for (uint64_t value = 0; labels[value]; value++) {
		bt_integer_range_set_unsigned *range = bt_integer_range_set_unsigned_create();

		bt_integer_range_set_unsigned_add_range(range, value, value);
		if (*labels[value])
			bt_field_class_enumeration_unsigned_add_mapping(
				class, labels[value], range);
		bt_integer_range_set_unsigned_put_ref(range);
	}
	return class;
}

static bt_field_class *member_class(bt_trace_class *trace_class, enum member_type type)
{
	static const char *const statuses[] = {"unset", "ok", "error", NULL};
	static const char *const kinds[] = {
		"internal", "server", "client", "producer", "consumer", NULL};
	static const char *const reasons[] = {
		"", "full", "torn", "overwritten", "invalid", "resumed", NULL};

	switch (type) {
	case MEMBER_32:
	case MEMBER_HEX_32:
		return unsigned_create(trace_class, 32, type == MEMBER_HEX_32);
	case MEMBER_64:
	case MEMBER_HEX_64:
		return unsigned_create(trace_class, 64, type == MEMBER_HEX_64);
	case MEMBER_STATUS:
		return enumeration_create(trace_class, 8, statuses);
	case MEMBER_KIND:
		return enumeration_create(trace_class, 8, kinds);
	case MEMBER_REASON:
		return enumeration_create(trace_class, 32, reasons);
	default:
		return bt_field_class_string_create(trace_class);
	}
}

/* As LTTng writes a sequence: its length in a field of its own, then the elements. */
static void structure_add_bytes(
	bt_trace_class *trace_class, bt_field_class *structure, const char *name)
{
	bt_field_class *length = unsigned_create(trace_class, 16, false);
	bt_field_class *element = unsigned_create(trace_class, 8, true);
	char length_name[64];

	snprintf(length_name, sizeof(length_name), "_%s_length", name);
	bt_field_class_structure_append_member(structure, length_name, length);
	structure_add(
		structure, name, bt_field_class_array_dynamic_create(trace_class, element, length));
	bt_field_class_put_ref(length);
	bt_field_class_put_ref(element);
}

static bt_field_class *array_create(bt_trace_class *trace_class)
{
	bt_field_class *element = unsigned_create(trace_class, 32, false);
	bt_field_class *array =
		bt_field_class_array_static_create(trace_class, element, SITE_ELEMENTS);

	bt_field_class_put_ref(element);
	return array;
}

static bt_field_class *signed_create(bt_trace_class *trace_class)
{
	bt_field_class *class = bt_field_class_integer_signed_create(trace_class);

	bt_field_class_integer_set_field_value_range(class, 64);
	return class;
}

static void structure_add_field(
	bt_trace_class *trace_class, bt_field_class *structure, const struct site_field *field)
{
	switch (field->type) {
	case SITE_UNSIGNED:
	case SITE_HEX:
		structure_add(structure, field->name,
			unsigned_create(trace_class, 64, field->type == SITE_HEX));
		return;
	case SITE_SHORT:
		structure_add(structure, field->name, unsigned_create(trace_class, 16, false));
		return;
	case SITE_SIGNED:
		structure_add(structure, field->name, signed_create(trace_class));
		return;
	case SITE_REAL:
		structure_add(structure, field->name,
			bt_field_class_real_double_precision_create(trace_class));
		return;
	case SITE_STRING:
		structure_add(structure, field->name, bt_field_class_string_create(trace_class));
		return;
	case SITE_ARRAY:
		structure_add(structure, field->name, array_create(trace_class));
		return;
	default:
		structure_add_bytes(trace_class, structure, field->name);
	}
}

static void class_name(char *name, size_t size, const struct item *item)
{
	const struct members *own = &members[item->type];
	const struct site *site = &sites[item->site];

	if (own->uri && !site->generic)
		snprintf(name, size, "%s%s:%s%s", own->prefix, site->provider, site->name,
			own->suffix);
	else if (item->type == ITEM_FOREIGN)
		snprintf(name, size, "%s", own->name);
	else
		snprintf(name, size, "%s:%s", VSPAN_TRACE_CONTROL, own->name);
}

static bt_field_class *payload_class(bt_trace_class *trace_class, const struct item *item)
{
	bt_field_class *payload = bt_field_class_structure_create(trace_class);
	const struct site *site = &sites[item->site];

	for (const struct member *member = members[item->type].list; member->type; member++)
		structure_add(payload, member->name, member_class(trace_class, member->type));
	if (!members[item->type].uri)
		return payload;
	for (size_t i = 0; site->generic && i < 2; i++)
		structure_add(payload, members_generic[i].name,
			member_class(trace_class, members_generic[i].type));
	if (item->type == ITEM_EXIT)
		return payload;
	for (size_t i = 0; i < SITE_FIELDS && site->fields[i].name; i++)
		structure_add_field(trace_class, payload, &site->fields[i]);
	return payload;
}

static bt_event_class *class_create(struct classes *classes, const struct item *item)
{
	bt_field_class *payload = payload_class(classes->trace_class, item);
	bt_event_class *class = bt_event_class_create(classes->stream_class);
	char name[128];

	class_name(name, sizeof(name), item);
	bt_event_class_set_name(class, name);
	if (members[item->type].uri)
		bt_event_class_set_emf_uri(class, members[item->type].uri);
	bt_event_class_set_log_level(class, BT_EVENT_CLASS_LOG_LEVEL_INFO);
	bt_event_class_set_payload_field_class(class, payload);
	bt_field_class_put_ref(payload);
	return class;
}

/* Made at its first use. */
static bt_event_class *classes_get(struct classes *classes, const struct item *item)
{
	size_t site = members[item->type].uri ? item->site : 0;
	bt_event_class **class = &classes->events[item->type][site];

	assert(site_count <= CLASSES_SITES_MAX);
	if (!*class)
		*class = class_create(classes, item);
	return *class;
}

static bt_message *discarded_message(struct classes *classes, bt_self_message_iterator *iterator,
	const struct item *item, uint64_t stream, uint64_t at)
{
	bt_message *message = bt_message_discarded_events_create_with_default_clock_snapshots(
		iterator, classes->streams[stream], at, at);

	if (message && item->count)
		bt_message_discarded_events_set_count(message, item->count);
	return message;
}

bt_message *classes_message(struct classes *classes, bt_self_message_iterator *iterator,
	const struct item *item, const struct shift *shift, uint64_t stream, uint64_t at)
{
	bt_message *message;

	if (item->type == ITEM_DISCARDED)
		return discarded_message(classes, iterator, item, stream, at);
	message = bt_message_event_create_with_packet_and_default_clock_snapshot(
		iterator, classes_get(classes, item), classes->packets[stream], at);
	if (message)
		payload_fill(bt_event_borrow_payload_field(bt_message_event_borrow_event(message)),
			item, shift);
	return message;
}

int classes_next_packet(struct classes *classes, uint64_t stream)
{
	bt_packet_put_ref(classes->packets[stream]);
	classes->packets[stream] = bt_packet_create(classes->streams[stream]);
	return classes->packets[stream] ? 0 : -ENOMEM;
}

static int classes_init_clock(struct classes *classes, bt_self_component *component)
{
	bt_clock_class *clock = bt_clock_class_create(component);

	if (!clock)
		return -ENOMEM;
	bt_clock_class_set_frequency(clock, 1000000000);
	bt_clock_class_set_offset(clock, 1700000000, 0);
	bt_clock_class_set_origin_is_unix_epoch(clock, BT_TRUE);
	bt_clock_class_set_name(clock, "monotonic");
	bt_stream_class_set_default_clock_class(classes->stream_class, clock);
	bt_stream_class_set_supports_packets(classes->stream_class, BT_TRUE, BT_TRUE, BT_TRUE);
	bt_stream_class_set_supports_discarded_events(classes->stream_class, BT_TRUE, BT_TRUE);
	bt_clock_class_put_ref(clock);
	return 0;
}

int classes_init(struct classes *classes, bt_self_component *component, uint64_t streams)
{
	*classes = (struct classes){
		.trace_class = bt_trace_class_create(component),
		.stream_count = streams,
	};
	if (!classes->trace_class)
		return -ENOMEM;
	classes->stream_class = bt_stream_class_create(classes->trace_class);
	if (!classes->stream_class || classes_init_clock(classes, component) < 0)
		return -ENOMEM;
	classes->trace = bt_trace_create(classes->trace_class);
	if (!classes->trace)
		return -ENOMEM;
	bt_trace_set_name(classes->trace, "forest");
	bt_trace_set_environment_entry_string(classes->trace, "hostname", "testhost");
	for (uint64_t s = 0; s < streams; s++) {
		classes->streams[s] = bt_stream_create(classes->stream_class, classes->trace);
		if (!classes->streams[s] || classes_next_packet(classes, s) < 0)
			return -ENOMEM;
	}
	return 0;
}

void classes_clear(struct classes *classes)
{
	for (size_t t = 0; t < ITEM_TYPES; t++) {
		for (size_t s = 0; s < CLASSES_SITES_MAX; s++)
			bt_event_class_put_ref(classes->events[t][s]);
	}
	for (uint64_t s = 0; s < classes->stream_count; s++) {
		bt_packet_put_ref(classes->packets[s]);
		bt_stream_put_ref(classes->streams[s]);
	}
	bt_trace_put_ref(classes->trace);
	bt_stream_class_put_ref(classes->stream_class);
	bt_trace_class_put_ref(classes->trace_class);
}
