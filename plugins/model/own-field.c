/* SPDX-License-Identifier: MIT */
/*
 * own-field.c - see own-field.h.
 */
#include "own-field.h"

#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_IS(type, class) bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_##class)

static bool class_is_hexadecimal(const bt_field_class *class)
{
	return bt_field_class_integer_get_preferred_display_base(class) ==
		BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL;
}

/* Bytes are an array of 8-bit integers meant to be read in hexadecimal. */
static enum value_type array_type(const bt_field_class *array)
{
	const bt_field_class *element =
		bt_field_class_array_borrow_element_field_class_const(array);
	bt_field_class_type type = bt_field_class_get_type(element);

	if (type == BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER)
		return bt_field_class_integer_get_field_value_range(element) == 8 &&
				class_is_hexadecimal(element)
			? VALUE_BYTES
			: VALUE_UNSIGNED_ARRAY;
	if (type == BT_FIELD_CLASS_TYPE_SIGNED_INTEGER)
		return VALUE_SIGNED_ARRAY;
	return type == BT_FIELD_CLASS_TYPE_DOUBLE_PRECISION_REAL ? VALUE_REAL_ARRAY : VALUE_TEXT;
}

static enum value_type class_type(const bt_field_class *class)
{
	bt_field_class_type type = bt_field_class_get_type(class);

	if (TYPE_IS(type, ARRAY))
		return array_type(class);
	if (TYPE_IS(type, REAL))
		return VALUE_REAL;
	switch (type) {
	case BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER:
		return VALUE_UNSIGNED;
	case BT_FIELD_CLASS_TYPE_SIGNED_INTEGER:
		return VALUE_SIGNED;
	case BT_FIELD_CLASS_TYPE_BOOL:
		return VALUE_BOOL;
	case BT_FIELD_CLASS_TYPE_STRING:
		return VALUE_STRING;
	default:
		return VALUE_TEXT;
	}
}

static const char *member_name(const bt_field_class *payload, uint64_t index)
{
	return bt_field_class_structure_member_get_name(
		bt_field_class_structure_borrow_member_by_index_const(payload, index));
}

static const bt_field_class *member_class(const bt_field_class *payload, uint64_t index)
{
	return bt_field_class_structure_member_borrow_field_class_const(
		bt_field_class_structure_borrow_member_by_index_const(payload, index));
}

/* LTTng stores the length of sequence `data` as a field `_data_length` before it. */
static bool member_is_length(const bt_field_class *payload, uint64_t index)
{
	const char *name = member_name(payload, index);
	const char *next;
	size_t length;

	if (index + 1 >= bt_field_class_structure_get_member_count(payload) || name[0] != '_')
		return false;
	if (!TYPE_IS(bt_field_class_get_type(member_class(payload, index + 1)), DYNAMIC_ARRAY))
		return false;
	next = member_name(payload, index + 1);
	length = strlen(next);
	return strncmp(name + 1, next, length) == 0 && strcmp(name + 1 + length, "_length") == 0;
}

static int field_describe(struct own_field *field, const bt_field_class *payload, uint64_t index)
{
	const bt_field_class *class = member_class(payload, index);
	const char *name = member_name(payload, index);
	struct text text = {0};

	field->member = index;
	field->type = class_type(class);
	field->hexadecimal = field->type == VALUE_UNSIGNED && class_is_hexadecimal(class);
	field->single = bt_field_class_get_type(class) == BT_FIELD_CLASS_TYPE_SINGLE_PRECISION_REAL;
	text_append_safe(&text, name, strlen(name));
	field->name = text_take(&text);
	return field->name ? 0 : -ENOMEM;
}

int own_fields_describe(struct own_fields *own, const bt_field_class *payload, uint64_t first)
{
	uint64_t members = bt_field_class_structure_get_member_count(payload);

	if (first >= members)
		return 0;
	own->fields = calloc(members - first, sizeof(*own->fields));
	if (!own->fields)
		return -ENOMEM;
	for (uint64_t m = first; m < members; m++) {
		if (member_is_length(payload, m))
			continue;
		if (field_describe(&own->fields[own->count], payload, m) < 0)
			return -ENOMEM;
		own->count++;
	}
	return 0;
}

void own_fields_clear(struct own_fields *own)
{
	for (size_t i = 0; i < own->count; i++)
		free(own->fields[i].name);
	free(own->fields);
	*own = (struct own_fields){0};
}
