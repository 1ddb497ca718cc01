/* SPDX-License-Identifier: MIT */
/* attributes.c - see attributes.h. */
#include "attributes.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void put(struct text *text, const char *string)
{
	text_append(text, string, strlen(string));
}

static void put_string(struct text *text, const char *bytes, size_t length)
{
	put(text, "{\"stringValue\":");
	text_append_json(text, bytes, length);
	put(text, "}");
}

static void put_hex(struct text *text, uint64_t number)
{
	text_print(text, "{\"stringValue\":\"0x%" PRIx64 "\"}", number);
}

/* OTLP's integers are signed: a larger one is a string, exactly. */
static void put_unsigned(struct text *text, uint64_t number, bool hexadecimal)
{
	if (number > INT64_MAX && hexadecimal) {
		put_hex(text, number);
		return;
	}
	put(text, number > INT64_MAX ? "{\"stringValue\":\"" : "{\"intValue\":\"");
	text_append_unsigned(text, number);
	put(text, "\"}");
}

static void put_signed(struct text *text, int64_t number)
{
	put(text, "{\"intValue\":\"");
	text_append_signed(text, number);
	put(text, "\"}");
}

/* As short as it reads back the same; what is no number is a word. */
static void put_real(struct text *text, double number, bool single)
{
	const struct value value = {.type = VALUE_REAL, .real = number, .single = single};

	put(text, "{\"doubleValue\":");
	if (isnan(number))
		put(text, "\"NaN\"");
	else if (isinf(number))
		put(text, number < 0 ? "\"-Infinity\"" : "\"Infinity\"");
	else
		value_text(text, &value);
	put(text, "}");
}

static void put_bytes(struct text *text, const char *bytes, size_t length)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *from = (const unsigned char *)bytes;

	put(text, "{\"bytesValue\":\"");
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t three = (uint32_t)from[i] << 16 |
			(left > 1 ? (uint32_t)from[i + 1] << 8 : 0) | (left > 2 ? from[i + 2] : 0);
		char four[4] = "====";

		four[0] = digits[three >> 18];
		four[1] = digits[three >> 12 & 63];
		if (left > 1)
			four[2] = digits[three >> 6 & 63];
		if (left > 2)
			four[3] = digits[three & 63];
		text_append(text, four, sizeof(four));
	}
	put(text, "\"}");
}

static void put_element(struct text *text, const struct value *value, size_t index)
{
	if (value->type == VALUE_UNSIGNED_ARRAY)
		put_unsigned(text, value_element_unsigned(value, index), value->hexadecimal);
	else if (value->type == VALUE_SIGNED_ARRAY)
		put_signed(text, value_element_signed(value, index));
	else
		put_real(text, value_element_real(value, index), value->single);
}

static void put_value(struct text *text, const struct value *value)
{
	switch (value->type) {
	case VALUE_UNSIGNED:
		put_unsigned(text, value->u, value->hexadecimal);
		return;
	case VALUE_SIGNED:
		put_signed(text, value->s);
		return;
	case VALUE_REAL:
		put_real(text, value->real, value->single);
		return;
	case VALUE_BOOL:
		put(text, value->u ? "{\"boolValue\":true}" : "{\"boolValue\":false}");
		return;
	case VALUE_STRING:
	case VALUE_TEXT:
		put_string(text, value->bytes, value->length);
		return;
	case VALUE_BYTES:
		put_bytes(text, value->bytes, value->length);
		return;
	case VALUE_UNSIGNED_ARRAY:
	case VALUE_SIGNED_ARRAY:
	case VALUE_REAL_ARRAY:
		break;
	}
	put(text, "{\"arrayValue\":{\"values\":[");
	for (size_t i = 0; i < value->length; i++) {
		put(text, i ? "," : "");
		put_element(text, value, i);
	}
	put(text, "]}}");
}

/* What comes before the value; `}` after it. */
static struct text *attributes_next(struct attributes *attributes, const char *key)
{
	put(attributes->text, attributes->before);
	attributes->before = ",";
	put(attributes->text, "{\"key\":");
	text_append_json(attributes->text, key, strlen(key));
	put(attributes->text, ",\"value\":");
	return attributes->text;
}

void attributes_string(struct attributes *attributes, const char *key, const char *string)
{
	struct text *text = attributes_next(attributes, key);

	put_string(text, string, strlen(string));
	put(text, "}");
}

void attributes_integer(struct attributes *attributes, const char *key, uint64_t number)
{
	struct text *text = attributes_next(attributes, key);

	put_unsigned(text, number, false);
	put(text, "}");
}

void attributes_hex(struct attributes *attributes, const char *key, uint64_t number)
{
	struct text *text = attributes_next(attributes, key);

	put_hex(text, number);
	put(text, "}");
}

void attributes_value(struct attributes *attributes, const struct value *value)
{
	struct text *text = attributes_next(attributes, value->name);

	put_value(text, value);
	put(text, "}");
}

void attributes_strings(
	struct attributes *attributes, const char *key, const char *const *strings, size_t count)
{
	struct text *text;

	if (count == 0)
		return;
	text = attributes_next(attributes, key);
	put(text, "{\"arrayValue\":{\"values\":[");
	for (size_t i = 0; i < count; i++) {
		put(text, i ? "," : "");
		put_string(text, strings[i], strlen(strings[i]));
	}
	put(text, "]}}}");
}

void attributes_end(struct attributes *attributes)
{
	if (strcmp(attributes->before, ",") == 0)
		put(attributes->text, "]");
}
