/* SPDX-License-Identifier: MIT */
/*
 * builder.c - see builder.h.
 */
#include "builder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <vspan/trace.h>

#define LEADING_MAX 10

/* The guest events of trace.h: where their names come from, and their leading fields. */
static const struct shape {
	const char *verb;
	const char *uri;
	const char *prefix;
	const char *suffix;
	const char *leading[LEADING_MAX + 1];
	bool old; /* of before there was a kind, with plain numbers */
} shapes[] = {
	{"span", VSPAN_TRACE_URI_SPAN, VSPAN_TRACE_PREFIX, "",
		{"vm", "vcpu", "span", "parent", "tsc", "ts", "duration", "status", "kind",
			"flags"},
		false},
	{"event", VSPAN_TRACE_URI_EVENT, VSPAN_TRACE_PREFIX, "",
		{"vm", "vcpu", "span", "tsc", "ts", "flags"}, false},
	{"entry", VSPAN_TRACE_URI_ENTRY, VSPAN_TRACE_EDGE_PREFIX, VSPAN_TRACE_ENTRY_SUFFIX,
		{"vm", "vcpu", "span", "parent", "tsc", "ts", "kind", "flags"}, false},
	{"exit", VSPAN_TRACE_URI_EXIT, VSPAN_TRACE_EDGE_PREFIX, VSPAN_TRACE_EXIT_SUFFIX,
		{"vm", "vcpu", "span", "tsc", "ts", "status", "flags"}, false},
	{"old-span", VSPAN_TRACE_URI_SPAN, VSPAN_TRACE_PREFIX, "",
		{"vm", "vcpu", "span", "parent", "tsc", "ts", "duration", "status", "flags"}, true},
	{"old-entry", VSPAN_TRACE_URI_ENTRY, VSPAN_TRACE_EDGE_PREFIX, VSPAN_TRACE_ENTRY_SUFFIX,
		{"vm", "vcpu", "span", "parent", "tsc", "ts", "flags"}, true},
	{"old-exit", VSPAN_TRACE_URI_EXIT, VSPAN_TRACE_EDGE_PREFIX, VSPAN_TRACE_EXIT_SUFFIX,
		{"vm", "vcpu", "span", "tsc", "ts", "status", "flags"}, true},
};

/* Labels by value, of the enumerations of trace.h and of any other field. */
static const struct {
	const char *field; /* NULL: any other */
	const char *labels[7];
} enumerations[] = {
	{"status", {"unset", "ok", "error"}},
	{"kind", {"internal", "server", "client", "producer", "consumer"}},
	{"reason", {NULL, "full", "torn", "overwritten", "invalid", "resumed"}},
	{NULL, {"idle", "busy", "very busy"}},
};

static const struct shape *shape_find(const struct script_line *line)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (strcmp(shapes[i].verb, line->verb) == 0)
			return &shapes[i];
	}
	return NULL;
}

static bool shape_has(const struct shape *shape, const char *name)
{
	for (size_t i = 0; shape && shape->leading[i]; i++) {
		if (strcmp(shape->leading[i], name) == 0)
			return true;
	}
	return false;
}

static uint64_t field_bits(const char *name)
{
	static const char *const words[] = {"vm", "vcpu", "flags", "reason", "rings", "epoch"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], name) == 0)
			return 32;
	}
	return strcmp(name, "status") == 0 || strcmp(name, "kind") == 0 ? 8 : 64;
}

/* The line's fields in the order of the payload. */
static size_t line_arrange(
	const struct script_line *line, const struct shape *shape, struct script_field *fields)
{
	size_t count = 0;

	for (size_t i = 0; shape && shape->leading[i]; i++) {
		const struct script_field *given = script_find(line, shape->leading[i]);
		struct script_field *field = &fields[count++];

		*field = given ? *given : (struct script_field){.type = SCRIPT_UNSIGNED};
		snprintf(field->name, sizeof(field->name), "%s", shape->leading[i]);
		if (!shape->old && field_bits(field->name) == 8)
			field->type = SCRIPT_ENUM;
	}
	for (size_t i = 0; i < line->field_count; i++) {
		if (!shape_has(shape, line->fields[i].name))
			fields[count++] = line->fields[i];
	}
	return count;
}

static void structure_add(bt_field_class *structure, const char *name, bt_field_class *class)
{
	bt_field_class_structure_append_member(structure, name, class);
	bt_field_class_put_ref(class);
}

/* As LTTng writes a sequence: its length in a field of its own, then the elements. */
static void structure_add_bytes(
	bt_trace_class *trace_class, bt_field_class *structure, const char *name)
{
	bt_field_class *element = bt_field_class_integer_unsigned_create(trace_class);
	bt_field_class *length = bt_field_class_integer_unsigned_create(trace_class);
	char length_name[80];

	snprintf(length_name, sizeof(length_name), "_%.63s_length", name);
	bt_field_class_integer_set_field_value_range(element, 8);
	bt_field_class_integer_set_preferred_display_base(
		element, BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL);
	bt_field_class_structure_append_member(structure, length_name, length);
	structure_add(
		structure, name, bt_field_class_array_dynamic_create(trace_class, element, length));
	bt_field_class_put_ref(length);
	bt_field_class_put_ref(element);
}

/* As LTTng writes an array: of one length, which the class has. */
static void structure_add_words(
	bt_trace_class *trace_class, bt_field_class *structure, const struct script_field *field)
{
	bt_field_class *element = bt_field_class_integer_unsigned_create(trace_class);

	bt_field_class_integer_set_preferred_display_base(
		element, BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL);
	structure_add(structure, field->name,
		bt_field_class_array_static_create(trace_class, element, field->length));
	bt_field_class_put_ref(element);
}

static bt_field_class *enumeration_create(bt_trace_class *trace_class, const char *name)
{
	bt_field_class *class = bt_field_class_enumeration_unsigned_create(trace_class);
	size_t e = 0;

	while (enumerations[e].field && strcmp(enumerations[e].field, name) != 0)
		e++;
	bt_field_class_integer_set_field_value_range(class, field_bits(name));
	for (uint64_t value = 0; value < sizeof(enumerations[e].labels) / sizeof(char *); value++) {
		bt_integer_range_set_unsigned *range = bt_integer_range_set_unsigned_create();

		bt_integer_range_set_unsigned_add_range(range, value, value);
		if (enumerations[e].labels[value])
			bt_field_class_enumeration_unsigned_add_mapping(
				class, enumerations[e].labels[value], range);
		bt_integer_range_set_unsigned_put_ref(range);
	}
	return class;
}

/* One label for what is below zero; a value above has none. */
static bt_field_class *signed_enumeration_create(bt_trace_class *trace_class)
{
	bt_field_class *class = bt_field_class_enumeration_signed_create(trace_class);
	bt_integer_range_set_signed *range = bt_integer_range_set_signed_create();

	bt_integer_range_set_signed_add_range(range, -100, -1);
	bt_field_class_enumeration_signed_add_mapping(class, "below", range);
	bt_integer_range_set_signed_put_ref(range);
	return class;
}

static void structure_add_field(
	bt_trace_class *trace_class, bt_field_class *structure, const struct script_field *field)
{
	bt_field_class *class;

	switch (field->type) {
	case SCRIPT_UNSIGNED:
	case SCRIPT_HEX:
		class = bt_field_class_integer_unsigned_create(trace_class);
		bt_field_class_integer_set_field_value_range(class, field_bits(field->name));
		if (field->type == SCRIPT_HEX)
			bt_field_class_integer_set_preferred_display_base(
				class, BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL);
		break;
	case SCRIPT_ENUM:
		class = enumeration_create(trace_class, field->name);
		break;
	case SCRIPT_SIGNED_ENUM:
		class = signed_enumeration_create(trace_class);
		break;
	case SCRIPT_SIGNED:
		class = bt_field_class_integer_signed_create(trace_class);
		break;
	case SCRIPT_REAL:
		class = bt_field_class_real_double_precision_create(trace_class);
		break;
	case SCRIPT_STRING:
		class = bt_field_class_string_create(trace_class);
		break;
	case SCRIPT_WORDS:
		structure_add_words(trace_class, structure, field);
		return;
	default:
		structure_add_bytes(trace_class, structure, field->name);
		return;
	}
	structure_add(structure, field->name, class);
}

static bt_event_class *class_create(struct builder *builder, const struct shape *shape,
	const char *name, const struct script_field *fields, size_t count)
{
	bt_field_class *payload = bt_field_class_structure_create(builder->trace_class);
	bt_event_class *class = bt_event_class_create(builder->stream_class);

	for (size_t i = 0; i < count; i++)
		structure_add_field(builder->trace_class, payload, &fields[i]);
	bt_event_class_set_name(class, name);
	if (shape)
		bt_event_class_set_emf_uri(class, shape->uri);
	bt_event_class_set_log_level(class, BT_EVENT_CLASS_LOG_LEVEL_INFO);
	bt_event_class_set_payload_field_class(class, payload);
	bt_field_class_put_ref(payload);
	return class;
}

static void class_name(char *name, size_t size, const struct script_line *line)
{
	const struct shape *shape = shape_find(line);

	if (shape)
		snprintf(name, size, "%s%s%s", shape->prefix, line->name, shape->suffix);
	else if (strcmp(line->verb, "foreign") == 0)
		snprintf(name, size, "%s", line->name);
	else
		snprintf(name, size, "%s:%.*s", VSPAN_TRACE_CONTROL,
			(int)(strstr(line->verb, "-by-name") ? strcspn(line->verb, "-")
							     : strlen(line->verb)),
			line->verb);
}

/* The class of a line, made at its first use. */
static bt_event_class *builder_class(struct builder *builder, const struct script_line *line,
	const struct script_field *fields, size_t count)
{
	struct builder_class *class = &builder->classes[builder->class_count];
	char key[sizeof(class->key)], name[256];
	size_t length;

	if (builder->class_count == BUILDER_CLASSES_MAX)
		return NULL;
	class_name(name, sizeof(name), line);
	length = (size_t)snprintf(key, sizeof(key), "%s", name);
	for (size_t i = 0; i < count && length + sizeof(fields[i].name) + 8 < sizeof(key); i++)
		length += (size_t)snprintf(key + length, sizeof(key) - length, " %.63s/%d",
			fields[i].name,
			fields[i].type == SCRIPT_WORDS ? 100 + (int)fields[i].length
						       : (int)fields[i].type);
	for (size_t i = 0; i < builder->class_count; i++) {
		if (strcmp(builder->classes[i].key, key) == 0)
			return builder->classes[i].class;
	}
	memcpy(class->key, key, sizeof(key));
	class->class = class_create(builder, shape_find(line), name, fields, count);
	builder->class_count++;
	return class->class;
}

static void bytes_set(bt_field *field, const struct script_field *value)
{
	bt_field_array_dynamic_set_length(field, value->length);
	for (size_t i = 0; i < value->length; i++)
		bt_field_integer_unsigned_set_value(
			bt_field_array_borrow_element_field_by_index(field, i), value->text[i]);
}

static void words_set(bt_field *field, const struct script_field *value)
{
	for (size_t i = 0; i < value->length; i++)
		bt_field_integer_unsigned_set_value(
			bt_field_array_borrow_element_field_by_index(field, i), value->words[i]);
}

static void payload_set(bt_field *payload, const struct script_field *fields, size_t count)
{
	uint64_t member = 0;

	for (size_t i = 0; i < count; i++, member++) {
		const struct script_field *value = &fields[i];
		bt_field *field = bt_field_structure_borrow_member_field_by_index(payload, member);

		if (value->type == SCRIPT_SIGNED || value->type == SCRIPT_SIGNED_ENUM) {
			bt_field_integer_signed_set_value(field, (int64_t)value->number);
		} else if (value->type == SCRIPT_REAL) {
			bt_field_real_double_precision_set_value(field, value->real);
		} else if (value->type == SCRIPT_STRING) {
			bt_field_string_set_value(field, (const char *)value->text);
		} else if (value->type == SCRIPT_WORDS) {
			words_set(field, value);
		} else if (value->type == SCRIPT_BYTES) {
			bt_field_integer_unsigned_set_value(field, value->length);
			bytes_set(
				bt_field_structure_borrow_member_field_by_index(payload, ++member),
				value);
		} else {
			bt_field_integer_unsigned_set_value(field, value->number);
		}
	}
}

static bt_message *discarded_message(struct builder *builder, bt_self_message_iterator *iterator,
	const struct script_line *line, uint64_t at)
{
	const struct script_field *count = script_find(line, "count");
	bt_message *message = bt_message_discarded_events_create_with_default_clock_snapshots(
		iterator, builder->streams[line->cpu], at, at);

	if (message && count)
		bt_message_discarded_events_set_count(message, count->number);
	return message;
}

static bt_message *discarded_packets_message(struct builder *builder,
	bt_self_message_iterator *iterator, const struct script_line *line, uint64_t at)
{
	const struct script_field *count = script_find(line, "count");
	bt_message *message = bt_message_discarded_packets_create_with_default_clock_snapshots(
		iterator, builder->streams[line->cpu], at, at);

	if (message && count)
		bt_message_discarded_packets_set_count(message, count->number);
	return message;
}

bt_message *builder_packet_begin(
	struct builder *builder, bt_self_message_iterator *iterator, uint32_t cpu, uint64_t at)
{
	bt_packet_put_ref(builder->packets[cpu]);
	builder->packets[cpu] = bt_packet_create(builder->streams[cpu]);
	if (!builder->packets[cpu])
		return NULL;
	return builder->clock ? bt_message_packet_beginning_create_with_default_clock_snapshot(
					iterator, builder->packets[cpu], at)
			      : bt_message_packet_beginning_create(iterator, builder->packets[cpu]);
}

bt_message *builder_packet_end(
	struct builder *builder, bt_self_message_iterator *iterator, uint32_t cpu, uint64_t at)
{
	return builder->clock ? bt_message_packet_end_create_with_default_clock_snapshot(
					iterator, builder->packets[cpu], at)
			      : bt_message_packet_end_create(iterator, builder->packets[cpu]);
}

/* A message that is no event. NULL: it is one, or no memory. */
static bt_message *plain_message(struct builder *builder, bt_self_message_iterator *iterator,
	const struct script_line *line, uint64_t at)
{
	if (strcmp(line->verb, "discarded") == 0)
		return discarded_message(builder, iterator, line, at);
	if (strcmp(line->verb, "discarded-packets") == 0)
		return discarded_packets_message(builder, iterator, line, at);
	if (strcmp(line->verb, "packet-begin") == 0)
		return builder_packet_begin(builder, iterator, line->cpu, at);
	if (strcmp(line->verb, "packet-end") == 0)
		return builder_packet_end(builder, iterator, line->cpu, at);
	if (strcmp(line->verb, "inactivity") == 0)
		return bt_message_message_iterator_inactivity_create(iterator, builder->clock, at);
	return NULL;
}

static bt_message *event_message(struct builder *builder, bt_self_message_iterator *iterator,
	const bt_event_class *class, uint32_t cpu, uint64_t at)
{
	return builder->clock
		? bt_message_event_create_with_packet_and_default_clock_snapshot(
			  iterator, class, builder->packets[cpu], at)
		: bt_message_event_create_with_packet(iterator, class, builder->packets[cpu]);
}

bt_message *builder_message(struct builder *builder, bt_self_message_iterator *iterator,
	const struct script_line *line, uint64_t at)
{
	struct script_field fields[SCRIPT_FIELDS_MAX + LEADING_MAX];
	bt_message *message = plain_message(builder, iterator, line, at);
	bt_event_class *class;
	size_t count;

	if (message)
		return message;
	count = line_arrange(line, shape_find(line), fields);
	class = builder_class(builder, line, fields, count);
	if (!class)
		return NULL;
	message = event_message(builder, iterator, class, line->cpu, at);
	if (message)
		payload_set(bt_event_borrow_payload_field(bt_message_event_borrow_event(message)),
			fields, count);
	return message;
}

static int builder_init_clock(
	struct builder *builder, bt_self_component *component, int64_t offset_seconds)
{
	bt_clock_class *clock = bt_clock_class_create(component);

	if (!clock)
		return -ENOMEM;
	bt_clock_class_set_frequency(clock, 1000000000);
	bt_clock_class_set_offset(clock, offset_seconds, 0);
	bt_clock_class_set_origin_is_unix_epoch(clock, BT_TRUE);
	bt_clock_class_set_name(clock, "monotonic");
	bt_stream_class_set_default_clock_class(builder->stream_class, clock);
	bt_stream_class_set_supports_packets(builder->stream_class, BT_TRUE, BT_TRUE, BT_TRUE);
	bt_stream_class_set_supports_discarded_events(builder->stream_class, BT_TRUE, BT_TRUE);
	bt_stream_class_set_supports_discarded_packets(builder->stream_class, BT_TRUE, BT_TRUE);
	builder->clock = clock;
	return 0;
}

int builder_init(struct builder *builder, bt_self_component *component, int64_t offset_seconds)
{
	*builder = (struct builder){.trace_class = bt_trace_class_create(component)};
	if (!builder->trace_class)
		return -ENOMEM;
	builder->stream_class = bt_stream_class_create(builder->trace_class);
	if (!builder->stream_class)
		return -ENOMEM;
	if (offset_seconds < 0)
		bt_stream_class_set_supports_packets(
			builder->stream_class, BT_TRUE, BT_FALSE, BT_FALSE);
	else if (builder_init_clock(builder, component, offset_seconds) < 0)
		return -ENOMEM;
	builder->trace = bt_trace_create(builder->trace_class);
	if (!builder->trace)
		return -ENOMEM;
	bt_trace_set_name(builder->trace, offset_seconds > 1700000000 ? "later" : "script");
	bt_trace_set_environment_entry_string(builder->trace, "hostname", "testhost");
	for (size_t cpu = 0; cpu < BUILDER_CPUS; cpu++) {
		builder->streams[cpu] = bt_stream_create(builder->stream_class, builder->trace);
		if (!builder->streams[cpu])
			return -ENOMEM;
	}
	return 0;
}

void builder_clear(struct builder *builder)
{
	for (size_t i = 0; i < builder->class_count; i++)
		bt_event_class_put_ref(builder->classes[i].class);
	for (size_t cpu = 0; cpu < BUILDER_CPUS; cpu++) {
		bt_packet_put_ref(builder->packets[cpu]);
		bt_stream_put_ref(builder->streams[cpu]);
	}
	bt_clock_class_put_ref(builder->clock);
	bt_trace_put_ref(builder->trace);
	bt_stream_class_put_ref(builder->stream_class);
	bt_trace_class_put_ref(builder->trace_class);
}
