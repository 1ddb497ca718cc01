/* SPDX-License-Identifier: MIT */
/*
 * field-text.c - see field-text.h. Knows all field classes of babeltrace2, since
 * a trace need not come from our emitter; nesting and arrays are bounded.
 */
#include "field-text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_NESTING_MAX 4
#define FIELD_ELEMENTS_MAX 256
#define FIELD_LABELS_MAX 8

static void field_text(struct text *text, const bt_field *field, unsigned int nesting);
static void members_text(struct text *text, const bt_field *structure, unsigned int nesting);

static void field_text_unsigned(struct text *text, const bt_field *field)
{
	uint64_t value = bt_field_integer_unsigned_get_value(field);

	if (bt_field_class_integer_get_preferred_display_base(bt_field_borrow_class_const(field)) ==
		BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL)
		text_append_hex(text, value);
	else
		text_append_unsigned(text, value);
}

/* A label as it is where it reads as a word, else in quotes. */
static void label_text(struct text *text, const char *label)
{
	static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789_-.:";
	size_t length = strlen(label);

	if (length > 0 && strspn(label, word) == length)
		text_append(text, label, length);
	else
		text_append_quoted(text, label, length);
}

/* The labels of an enumeration's value, `|` between them. Returns whether it has any. */
static bool field_text_labels(struct text *text, const bt_field *field, bt_field_class_type type)
{
	bt_field_class_enumeration_mapping_label_array labels;
	uint64_t count = 0;

	if (type == BT_FIELD_CLASS_TYPE_UNSIGNED_ENUMERATION) {
		if (bt_field_enumeration_unsigned_get_mapping_labels(field, &labels, &count) !=
			BT_FIELD_ENUMERATION_GET_MAPPING_LABELS_STATUS_OK)
			count = 0;
	} else if (type == BT_FIELD_CLASS_TYPE_SIGNED_ENUMERATION) {
		if (bt_field_enumeration_signed_get_mapping_labels(field, &labels, &count) !=
			BT_FIELD_ENUMERATION_GET_MAPPING_LABELS_STATUS_OK)
			count = 0;
	}
	for (uint64_t i = 0; i < count && i < FIELD_LABELS_MAX; i++) {
		if (i)
			text_append(text, "|", 1);
		label_text(text, labels[i]);
	}
	return count > 0;
}

void field_text_real(struct text *text, double value, bool single)
{
	char digits[64];

	for (int precision = 6; precision <= 17; precision++) {
		double back;

		snprintf(digits, sizeof(digits), "%.*g", precision, value);
		back = strtod(digits, NULL);
		if (back == value || (single && (float)back == (float)value))
			break;
	}
	text_append(text, digits, strlen(digits));
}

/* Bytes are an array of 8-bit integers meant to be read in hexadecimal. */
static bool array_is_bytes(const bt_field *field)
{
	const bt_field_class *element = bt_field_class_array_borrow_element_field_class_const(
		bt_field_borrow_class_const(field));

	return bt_field_class_get_type(element) == BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER &&
		bt_field_class_integer_get_field_value_range(element) == 8 &&
		bt_field_class_integer_get_preferred_display_base(element) ==
		BT_FIELD_CLASS_INTEGER_PREFERRED_DISPLAY_BASE_HEXADECIMAL;
}

static void field_text_array(struct text *text, const bt_field *field, unsigned int nesting)
{
	uint64_t length = bt_field_array_get_length(field);
	bool bytes = array_is_bytes(field);

	text_append(text, "[", 1);
	for (uint64_t i = 0; i < length && i < FIELD_ELEMENTS_MAX; i++) {
		const bt_field *element =
			bt_field_array_borrow_element_field_by_index_const(field, i);

		if (i)
			text_print(text, bytes ? " " : ", ");
		if (bytes)
			text_print(
				text, "%02" PRIx64, bt_field_integer_unsigned_get_value(element));
		else
			field_text(text, element, nesting + 1);
	}
	text_print(text, length > FIELD_ELEMENTS_MAX ? " ...]" : "]");
}

static void field_text_structure(struct text *text, const bt_field *field, unsigned int nesting)
{
	text_append(text, "{", 1);
	members_text(text, field, nesting + 1);
	text_append(text, "}", 1);
}

static void field_text_optional(struct text *text, const bt_field *field, unsigned int nesting)
{
	if (field)
		field_text(text, field, nesting + 1);
	else
		text_print(text, "none");
}

static void field_text_scalar(struct text *text, const bt_field *field, bt_field_class_type type)
{
	if (field_text_labels(text, field, type))
		return;
	if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_UNSIGNED_INTEGER))
		field_text_unsigned(text, field);
	else if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_SIGNED_INTEGER))
		text_print(text, "%" PRId64, bt_field_integer_signed_get_value(field));
	else if (type == BT_FIELD_CLASS_TYPE_BOOL)
		text_print(text, bt_field_bool_get_value(field) ? "true" : "false");
	else if (type == BT_FIELD_CLASS_TYPE_BIT_ARRAY)
		text_print(text, "0x%" PRIx64, bt_field_bit_array_get_value_as_integer(field));
	else if (type == BT_FIELD_CLASS_TYPE_SINGLE_PRECISION_REAL)
		field_text_real(
			text, (double)bt_field_real_single_precision_get_value(field), true);
	else if (type == BT_FIELD_CLASS_TYPE_DOUBLE_PRECISION_REAL)
		field_text_real(text, bt_field_real_double_precision_get_value(field), false);
	else if (type == BT_FIELD_CLASS_TYPE_STRING)
		text_append_quoted(text, bt_field_string_get_value(field),
			(size_t)bt_field_string_get_length(field));
	else
		text_print(text, "?");
}

static void field_text(struct text *text, const bt_field *field, unsigned int nesting)
{
	bt_field_class_type type = bt_field_get_class_type(field);

	if (nesting > FIELD_NESTING_MAX)
		text_print(text, "...");
	else if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_ARRAY))
		field_text_array(text, field, nesting);
	else if (type == BT_FIELD_CLASS_TYPE_STRUCTURE)
		field_text_structure(text, field, nesting);
	else if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_OPTION))
		field_text_optional(text, bt_field_option_borrow_field_const(field), nesting);
	else if (bt_field_class_type_is(type, BT_FIELD_CLASS_TYPE_VARIANT))
		field_text_optional(
			text, bt_field_variant_borrow_selected_option_field_const(field), nesting);
	else
		field_text_scalar(text, field, type);
}

static void members_text(struct text *text, const bt_field *structure, unsigned int nesting)
{
	const bt_field_class *class = bt_field_borrow_class_const(structure);
	uint64_t count = bt_field_class_structure_get_member_count(class);
	const char *separator = "";

	assert(bt_field_class_get_type(class) == BT_FIELD_CLASS_TYPE_STRUCTURE);
	for (uint64_t i = 0; i < count; i++) {
		const char *name = bt_field_class_structure_member_get_name(
			bt_field_class_structure_borrow_member_by_index_const(class, i));

		text_print(text, "%s", separator);
		text_append_safe(text, name, strlen(name));
		text_append(text, "=", 1);
		field_text(text,
			bt_field_structure_borrow_member_field_by_index_const(structure, i),
			nesting);
		separator = " ";
	}
}

void field_text_value(struct text *text, const bt_field *field)
{
	field_text(text, field, 0);
}
