/* SPDX-License-Identifier: MIT */
/*
 * copy-integer.c - see copy-integer.h. babeltrace2 has one set of functions for
 * unsigned and one for signed enumerations.
 */
#include "copy-integer.h"

#include <errno.h>

static int copy_unsigned_mappings(bt_field_class *copy, const bt_field_class *class)
{
	uint64_t count = bt_field_class_enumeration_get_mapping_count(class);

	for (uint64_t i = 0; i < count; i++) {
		const bt_field_class_enumeration_unsigned_mapping *mapping =
			bt_field_class_enumeration_unsigned_borrow_mapping_by_index_const(class, i);
		const char *label = bt_field_class_enumeration_mapping_get_label(
			bt_field_class_enumeration_unsigned_mapping_as_mapping_const(mapping));

		if (bt_field_class_enumeration_unsigned_add_mapping(copy, label,
			    bt_field_class_enumeration_unsigned_mapping_borrow_ranges_const(
				    mapping)) != BT_FIELD_CLASS_ENUMERATION_ADD_MAPPING_STATUS_OK)
			return -ENOMEM;
	}
	return 0;
}

static int copy_signed_mappings(bt_field_class *copy, const bt_field_class *class)
{
	uint64_t count = bt_field_class_enumeration_get_mapping_count(class);

	for (uint64_t i = 0; i < count; i++) {
		const bt_field_class_enumeration_signed_mapping *mapping =
			bt_field_class_enumeration_signed_borrow_mapping_by_index_const(class, i);
		const char *label = bt_field_class_enumeration_mapping_get_label(
			bt_field_class_enumeration_signed_mapping_as_mapping_const(mapping));

		if (bt_field_class_enumeration_signed_add_mapping(copy, label,
			    bt_field_class_enumeration_signed_mapping_borrow_ranges_const(
				    mapping)) != BT_FIELD_CLASS_ENUMERATION_ADD_MAPPING_STATUS_OK)
			return -ENOMEM;
	}
	return 0;
}

static bt_field_class *integer_create(bt_trace_class *trace_class, bt_field_class_type type)
{
	switch (type) {
	case BT_FIELD_CLASS_TYPE_UNSIGNED_ENUMERATION:
		return bt_field_class_enumeration_unsigned_create(trace_class);
	case BT_FIELD_CLASS_TYPE_SIGNED_ENUMERATION:
		return bt_field_class_enumeration_signed_create(trace_class);
	case BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER:
		return bt_field_class_integer_unsigned_create(trace_class);
	default:
		return bt_field_class_integer_signed_create(trace_class);
	}
}

bt_field_class *copy_integer(
	bt_trace_class *trace_class, const bt_field_class *class, bt_field_class_type type)
{
	bt_field_class *copy = integer_create(trace_class, type);
	int status = 0;

	if (!copy)
		return NULL;
	bt_field_class_integer_set_field_value_range(
		copy, bt_field_class_integer_get_field_value_range(class));
	bt_field_class_integer_set_preferred_display_base(
		copy, bt_field_class_integer_get_preferred_display_base(class));
	if (type == BT_FIELD_CLASS_TYPE_UNSIGNED_ENUMERATION)
		status = copy_unsigned_mappings(copy, class);
	else if (type == BT_FIELD_CLASS_TYPE_SIGNED_ENUMERATION)
		status = copy_signed_mappings(copy, class);
	if (status < 0)
		BT_FIELD_CLASS_PUT_REF_AND_RESET(copy);
	return copy;
}

bt_field_class *copy_unsigned(bt_trace_class *trace_class, uint64_t bits, bool hexadecimal)
{
	bt_field_class *class = bt_field_class_integer_unsigned_create(trace_class);

	if (!class)
		return NULL;
	bt_field_class_integer_set_field_value_range(class, bits);
	if (hexadecimal)
		bt_field_class_integer_set_preferred_display_base(
			class, BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL);
	return class;
}

bt_field_class *copy_enumeration(
	bt_trace_class *trace_class, uint64_t bits, const char *const *labels)
{
	bt_field_class *class = bt_field_class_enumeration_unsigned_create(trace_class);

	if (!class)
		return NULL;
	bt_field_class_integer_set_field_value_range(class, bits);
	for (uint64_t value = 0; labels[value]; value++) {
		bt_integer_range_set_unsigned *ranges = bt_integer_range_set_unsigned_create();

		if (!ranges ||
			bt_integer_range_set_unsigned_add_range(ranges, value, value) !=
				BT_INTEGER_RANGE_SET_ADD_RANGE_STATUS_OK ||
			bt_field_class_enumeration_unsigned_add_mapping(class, labels[value],
				ranges) != BT_FIELD_CLASS_ENUMERATION_ADD_MAPPING_STATUS_OK) {
			bt_integer_range_set_unsigned_put_ref(ranges);
			bt_field_class_put_ref(class);
			return NULL;
		}
		bt_integer_range_set_unsigned_put_ref(ranges);
	}
	return class;
}
