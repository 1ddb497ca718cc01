/* SPDX-License-Identifier: MIT */
/*
 * value-text.c - values as text; see values.h.
 */
#include "values.h"

#include "field-text.h"

#include <string.h>

static void element_text(struct text *text, const struct value *value, size_t index)
{
	if (value->type == VALUE_UNSIGNED_ARRAY)
		text_append_unsigned(text, value_element_unsigned(value, index));
	else if (value->type == VALUE_SIGNED_ARRAY)
		text_append_signed(text, value_element_signed(value, index));
	else
		field_text_real(text, value_element_real(value, index), false);
}

static void array_text(struct text *text, const struct value *value)
{
	text_append(text, "[", 1);
	for (size_t i = 0; i < value->length; i++) {
		if (i)
			text_append(text, ", ", 2);
		element_text(text, value, i);
	}
	if (value->cut)
		text_append(text, " ...", 4);
	text_append(text, "]", 1);
}

static void bytes_text(struct text *text, const struct value *value)
{
	static const char hex[] = "0123456789abcdef";

	text_append(text, "[", 1);
	for (size_t i = 0; i < value->length; i++) {
		unsigned char byte = (unsigned char)value->bytes[i];
		const char digits[] = {' ', hex[byte >> 4], hex[byte & 15]};

		text_append(text, digits + !i, sizeof(digits) - !i);
	}
	text_append(text, value->cut ? " ...]" : "]", value->cut ? 5 : 1);
}

void value_text(struct text *text, const struct value *value)
{
	switch (value->type) {
	case VALUE_UNSIGNED:
		if (value->hexadecimal)
			text_append_hex(text, value->u);
		else
			text_append_unsigned(text, value->u);
		break;
	case VALUE_SIGNED:
		text_append_signed(text, value->s);
		break;
	case VALUE_REAL:
		field_text_real(text, value->real, value->single);
		break;
	case VALUE_BOOL:
		text_append(text, value->u ? "true" : "false", value->u ? 4 : 5);
		break;
	case VALUE_STRING:
		text_append_quoted(text, value->bytes, value->length);
		break;
	case VALUE_BYTES:
		bytes_text(text, value);
		break;
	case VALUE_UNSIGNED_ARRAY:
	case VALUE_SIGNED_ARRAY:
	case VALUE_REAL_ARRAY:
		array_text(text, value);
		break;
	case VALUE_TEXT:
		text_append(text, value->bytes, value->length);
		break;
	}
}

void values_text(struct text *text, const struct values *values)
{
	struct values_cursor cursor = {0};
	struct value value;
	bool first = true;

	while (values_next(values, &cursor, &value)) {
		if (!first)
			text_append(text, " ", 1);
		first = false;
		text_append(text, value.name, strlen(value.name));
		text_append(text, "=", 1);
		value_text(text, &value);
	}
}
