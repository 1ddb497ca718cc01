/* SPDX-License-Identifier: MIT */
/* classes.c - see classes.h. */
#include "classes.h"

#include <errno.h>

const char *const status_labels[] = {"unset", "ok", "error", NULL};
const char *const kind_labels[] = {"internal", "server", "client", "producer", "consumer", NULL};

static const struct member head_members[HEAD_COUNT] = {
	[HEAD_VM] = {.bits = 32},
	[HEAD_VCPU] = {.bits = 32},
	[HEAD_SPAN] = {.bits = 64, .hexadecimal = true},
	[HEAD_PARENT] = {.bits = 64, .hexadecimal = true},
	[HEAD_TSC] = {.bits = 64},
	[HEAD_TS] = {.bits = 64},
	[HEAD_DURATION] = {.bits = 64},
	[HEAD_STATUS] = {.bits = 8, .labels = status_labels},
	[HEAD_KIND] = {.bits = 8, .labels = kind_labels},
	[HEAD_FLAGS] = {.bits = 32, .hexadecimal = true},
};

/* Appends and gives up the reference to `class`, which may be NULL. */
static int append(bt_field_class *structure, const char *name, bt_field_class *class)
{
	int status = -ENOMEM;

	if (class &&
		bt_field_class_structure_append_member(structure, name, class) ==
			BT_FIELD_CLASS_STRUCTURE_APPEND_MEMBER_STATUS_OK)
		status = 0;
	bt_field_class_put_ref(class);
	return status;
}

static int label(bt_field_class *class, uint64_t value, const char *text)
{
	bt_integer_range_set_unsigned *ranges = bt_integer_range_set_unsigned_create();
	int status = -ENOMEM;

	if (ranges &&
		bt_integer_range_set_unsigned_add_range(ranges, value, value) ==
			BT_INTEGER_RANGE_SET_ADD_RANGE_STATUS_OK &&
		bt_field_class_enumeration_unsigned_add_mapping(class, text, ranges) ==
			BT_FIELD_CLASS_ENUMERATION_ADD_MAPPING_STATUS_OK)
		status = 0;
	bt_integer_range_set_unsigned_put_ref(ranges);
	return status;
}

static bt_field_class *integer(const struct classes *classes, const struct member *member)
{
	bt_field_class *class = member->labels
		? bt_field_class_enumeration_unsigned_create(classes->trace_class)
		: bt_field_class_integer_unsigned_create(classes->trace_class);

	if (!class)
		return NULL;
	bt_field_class_integer_set_field_value_range(class, member->bits);
	if (member->hexadecimal)
		bt_field_class_integer_set_preferred_display_base(
			class, BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL);
	for (uint64_t value = 0; member->labels && member->labels[value]; value++) {
		if (*member->labels[value] && label(class, value, member->labels[value]) < 0) {
			bt_field_class_put_ref(class);
			return NULL;
		}
	}
	return class;
}

static int append_member(
	const struct classes *classes, bt_field_class *payload, const struct member *member)
{
	return append(payload, member->name,
		member->bits ? integer(classes, member)
			     : bt_field_class_string_create(classes->trace_class));
}

/* An integer or a bool as a guest has it. */
static bt_field_class *scalar(const struct classes *classes, const struct site_field *field)
{
	const bool is_signed =
		field->type >= VSPAN_ABI_TYPE_S8 && field->type <= VSPAN_ABI_TYPE_S64;
	bt_field_class *class = is_signed
		? bt_field_class_integer_signed_create(classes->trace_class)
		: bt_field_class_integer_unsigned_create(classes->trace_class);

	if (!class)
		return NULL;
	bt_field_class_integer_set_field_value_range(
		class, (uint64_t)site_type_size(field->type) * 8);
	if (field->flags & VSPAN_ABI_FIELD_HEX)
		bt_field_class_integer_set_preferred_display_base(
			class, BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL);
	return class;
}

/* As LTTng writes a sequence: its length in a field of its own, then the elements. */
static int append_bytes(
	const struct classes *classes, bt_field_class *payload, const struct site_field *field)
{
	const struct member octet = {.bits = 8, .hexadecimal = true}, count = {.bits = 16};
	bt_field_class *element = integer(classes, &octet);
	bt_field_class *length = integer(classes, &count);
	bt_field_class *bytes = NULL;
	char name[SITE_LENGTH_NAME_SIZE];
	int status = -ENOMEM;

	if (element && length)
		bytes = bt_field_class_array_dynamic_create(classes->trace_class, element, length);
	site_events_length(field, name);
	if (bytes) {
		bt_field_class_get_ref(length);
		bt_field_class_get_ref(bytes);
		status = append(payload, name, length);
		if (status == 0)
			status = append(payload, field->name, bytes);
		else
			bt_field_class_put_ref(bytes);
	}
	bt_field_class_put_ref(bytes);
	bt_field_class_put_ref(length);
	bt_field_class_put_ref(element);
	return status;
}

static int append_array(
	const struct classes *classes, bt_field_class *payload, const struct site_field *field)
{
	bt_field_class *element = scalar(classes, field);
	bt_field_class *array = element
		? bt_field_class_array_static_create(classes->trace_class, element, field->length)
		: NULL;

	bt_field_class_put_ref(element);
	return append(payload, field->name, array);
}

static int append_own(
	const struct classes *classes, bt_field_class *payload, const struct site_field *field)
{
	bt_trace_class *trace_class = classes->trace_class;

	if (field->type == VSPAN_ABI_TYPE_BYTES)
		return append_bytes(classes, payload, field);
	if (field->length > 0)
		return append_array(classes, payload, field);
	if (field->type == VSPAN_ABI_TYPE_STRING)
		return append(payload, field->name, bt_field_class_string_create(trace_class));
	if (field->type == VSPAN_ABI_TYPE_F64)
		return append(payload, field->name,
			bt_field_class_real_double_precision_create(trace_class));
	return append(payload, field->name, scalar(classes, field));
}

static int append_site(const struct classes *classes, bt_field_class *payload,
	const struct site *site, enum site_class kind)
{
	const struct site_layout *layout = &site_layouts[kind];
	int status = 0;

	for (uint32_t i = 0; i < layout->count && status == 0; i++) {
		struct member member = head_members[layout->head[i]];

		member.name = site_head_name((enum site_head)layout->head[i]);
		status = append_member(classes, payload, &member);
	}
	for (uint32_t i = 0; i < site->field_count && status == 0; i++)
		status = append_own(classes, payload, &site->fields[i]);
	return status;
}

/* Gives up the reference to `payload`. */
static bt_event_class *class_make(const struct classes *classes, const char *name, const char *uri,
	bt_event_class_log_level level, bt_field_class *payload)
{
	bt_event_class *class = bt_event_class_create(classes->stream_class);

	if (class &&
		(bt_event_class_set_name(class, name) != BT_EVENT_CLASS_SET_NAME_STATUS_OK ||
			bt_event_class_set_emf_uri(class, uri) !=
				BT_EVENT_CLASS_SET_EMF_URI_STATUS_OK ||
			bt_event_class_set_payload_field_class(class, payload) !=
				BT_EVENT_CLASS_SET_FIELD_CLASS_STATUS_OK))
		BT_EVENT_CLASS_PUT_REF_AND_RESET(class);
	if (class)
		bt_event_class_set_log_level(class, level);
	bt_field_class_put_ref(payload);
	return class;
}

bt_event_class *classes_make_site(const struct classes *classes, const struct site *site,
	enum site_class kind, const char *name)
{
	bt_field_class *payload = bt_field_class_structure_create(classes->trace_class);

	if (!payload || append_site(classes, payload, site, kind) < 0) {
		bt_field_class_put_ref(payload);
		return NULL;
	}
	/* The numbers of LTTng's levels are babeltrace2's, too: emergency is 0. */
	return class_make(classes, name, site_layouts[kind].uri,
		(bt_event_class_log_level)site->level, payload);
}

bt_event_class *classes_make_control(
	const struct classes *classes, const struct control_class *control)
{
	bt_field_class *payload = bt_field_class_structure_create(classes->trace_class);
	int status = payload ? 0 : -ENOMEM;

	for (uint32_t i = 0; status == 0 && i < CONTROL_MEMBERS_MAX && control->members[i].name;
		i++)
		status = append_member(classes, payload, &control->members[i]);
	if (status < 0) {
		bt_field_class_put_ref(payload);
		return NULL;
	}
	return class_make(classes, control->name, control->uri, control->level, payload);
}
