/* SPDX-License-Identifier: MIT */
/*
 * copy.c - see copy.h. Options and variants become text: no call site has such
 * fields, they only have to do no harm.
 */
#include "copy.h"

#include "copy-integer.h"
#include "model/field-text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

static int members_copy(bt_trace_class *trace_class, bt_field_class *to, const bt_field_class *from,
	uint64_t first, bool payload);

/* `length` may be NULL: the array knows its own. */
static bt_field_class *copy_array(
	bt_trace_class *trace_class, const bt_field_class *class, bt_field_class *length)
{
	bt_field_class *element = copy_class(
		trace_class, bt_field_class_array_borrow_element_field_class_const(class));
	bt_field_class *copy;

	if (!element)
		return NULL;
	copy = bt_field_class_get_type(class) == BT_FIELD_CLASS_TYPE_STATIC_ARRAY
		? bt_field_class_array_static_create(
			  trace_class, element, bt_field_class_array_static_get_length(class))
		: bt_field_class_array_dynamic_create(trace_class, element, length);
	bt_field_class_put_ref(element);
	return copy;
}

static bt_field_class *copy_structure(bt_trace_class *trace_class, const bt_field_class *class)
{
	bt_field_class *copy = bt_field_class_structure_create(trace_class);

	if (copy && members_copy(trace_class, copy, class, 0, false) < 0) {
		bt_field_class_put_ref(copy);
		return NULL;
	}
	return copy;
}

bt_field_class *copy_class(bt_trace_class *trace_class, const bt_field_class *class)
{
	bt_field_class_type type = bt_field_class_get_type(class);

	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_INTEGER))
		return copy_integer(trace_class, class, type);
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_ARRAY))
		return copy_array(trace_class, class, NULL);
	switch (type) {
	case BT_FIELD_CLASS_TYPE_BOOL:
		return bt_field_class_bool_create(trace_class);
	case BT_FIELD_CLASS_TYPE_BIT_ARRAY:
		return bt_field_class_bit_array_create(
			trace_class, bt_field_class_bit_array_get_length(class));
	case BT_FIELD_CLASS_TYPE_SINGLE_PRECISION_REAL:
		return bt_field_class_real_single_precision_create(trace_class);
	case BT_FIELD_CLASS_TYPE_DOUBLE_PRECISION_REAL:
		return bt_field_class_real_double_precision_create(trace_class);
	case BT_FIELD_CLASS_TYPE_STRUCTURE:
		return copy_structure(trace_class, class);
	default:
		return bt_field_class_string_create(trace_class);
	}
}

int copy_append(bt_field_class *structure, const char *name, bt_field_class *class)
{
	bt_field_class_structure_append_member_status status;

	if (!class)
		return -ENOMEM;
	status = bt_field_class_structure_append_member(structure, name, class);
	bt_field_class_put_ref(class);
	return status == BT_FIELD_CLASS_STRUCTURE_APPEND_MEMBER_STATUS_OK ? 0 : -ENOMEM;
}

/* Whether member `index` of a payload is an array whose length is the member before it. */
static bool member_has_length(const bt_field_class *class, uint64_t index)
{
	const bt_field_path *path;

	if (bt_field_class_get_type(class) != BT_FIELD_CLASS_TYPE_DYNAMIC_ARRAY_WITH_LENGTH_FIELD)
		return false;
	path = bt_field_class_array_dynamic_with_length_field_borrow_length_field_path_const(class);
	return bt_field_path_get_root_scope(path) == BT_FIELD_PATH_SCOPE_EVENT_PAYLOAD &&
		bt_field_path_get_item_count(path) == 1 &&
		bt_field_path_item_index_get_index(
			bt_field_path_borrow_item_by_index_const(path, 0)) +
			1 ==
		index;
}

static int members_copy(bt_trace_class *trace_class, bt_field_class *to, const bt_field_class *from,
	uint64_t first, bool payload)
{
	uint64_t count = bt_field_class_structure_get_member_count(from);
	bt_field_class *copy = NULL; /* of the member before; `to` holds it */

	for (uint64_t i = first; i < count; i++) {
		const bt_field_class_structure_member *member =
			bt_field_class_structure_borrow_member_by_index_const(from, i);
		const bt_field_class *class =
			bt_field_class_structure_member_borrow_field_class_const(member);

		copy = payload && copy && member_has_length(class, i)
			? copy_array(trace_class, class, copy)
			: copy_class(trace_class, class);
		if (copy_append(to, bt_field_class_structure_member_get_name(member), copy) < 0)
			return -ENOMEM;
	}
	return 0;
}

int copy_members(
	bt_trace_class *trace_class, bt_field_class *to, const bt_field_class *from, uint64_t first)
{
	return members_copy(trace_class, to, from, first, true);
}

static int copy_string(bt_field *to, const bt_field *from)
{
	return bt_field_string_set_value(to, bt_field_string_get_value(from)) ==
			BT_FIELD_STRING_SET_VALUE_STATUS_OK
		? 0
		: -ENOMEM;
}

/* A field whose class has no counterpart, as text. */
static int copy_as_text(bt_field *to, const bt_field *from)
{
	struct text text = {0};
	char *string;
	int status;

	field_text_value(&text, from);
	string = text_take(&text);
	if (!string)
		return -ENOMEM;
	status = bt_field_string_set_value(to, string) == BT_FIELD_STRING_SET_VALUE_STATUS_OK
		? 0
		: -ENOMEM;
	free(string);
	return status;
}

static int copy_elements(bt_field *to, const bt_field *from, bt_field_class_type type)
{
	uint64_t length = bt_field_array_get_length(from);
	int status = 0;

	if (type != BT_FIELD_CLASS_TYPE_STATIC_ARRAY &&
		bt_field_array_dynamic_set_length(to, length) !=
			BT_FIELD_DYNAMIC_ARRAY_SET_LENGTH_STATUS_OK)
		return -ENOMEM;
	for (uint64_t i = 0; i < length && status == 0; i++)
		status = copy_field(bt_field_array_borrow_element_field_by_index(to, i),
			bt_field_array_borrow_element_field_by_index_const(from, i));
	return status;
}

static int copy_member_fields(bt_field *to, const bt_field *from)
{
	uint64_t count =
		bt_field_class_structure_get_member_count(bt_field_borrow_class_const(from));
	int status = 0;

	for (uint64_t i = 0; i < count && status == 0; i++)
		status = copy_field(bt_field_structure_borrow_member_field_by_index(to, i),
			bt_field_structure_borrow_member_field_by_index_const(from, i));
	return status;
}

static int copy_scalar(bt_field *to, const bt_field *from, bt_field_class_type type)
{
	switch (type) {
	case BT_FIELD_CLASS_TYPE_BOOL:
		bt_field_bool_set_value(to, bt_field_bool_get_value(from));
		return 0;
	case BT_FIELD_CLASS_TYPE_BIT_ARRAY:
		bt_field_bit_array_set_value_as_integer(
			to, bt_field_bit_array_get_value_as_integer(from));
		return 0;
	case BT_FIELD_CLASS_TYPE_SINGLE_PRECISION_REAL:
		bt_field_real_single_precision_set_value(
			to, bt_field_real_single_precision_get_value(from));
		return 0;
	case BT_FIELD_CLASS_TYPE_DOUBLE_PRECISION_REAL:
		bt_field_real_double_precision_set_value(
			to, bt_field_real_double_precision_get_value(from));
		return 0;
	case BT_FIELD_CLASS_TYPE_STRING:
		return copy_string(to, from);
	default:
		return copy_as_text(to, from);
	}
}

int copy_field(bt_field *to, const bt_field *from)
{
	bt_field_class_type type = bt_field_get_class_type(from);

	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER)) {
		bt_field_integer_unsigned_set_value(to, bt_field_integer_unsigned_get_value(from));
		return 0;
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_SIGNED_INTEGER)) {
		bt_field_integer_signed_set_value(to, bt_field_integer_signed_get_value(from));
		return 0;
	}
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_ARRAY))
		return copy_elements(to, from, type);
	if (type == BT_FIELD_CLASS_TYPE_STRUCTURE)
		return copy_member_fields(to, from);
	return copy_scalar(to, from, type);
}
