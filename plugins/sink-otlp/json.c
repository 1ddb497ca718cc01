/* SPDX-License-Identifier: MIT */
/* json.c - see json.h. */
#include "json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct json_object *json_note(struct json *json, struct json_object *value)
{
	json->failed = json->failed || !value;
	return value;
}

struct json_object *json_object_make(struct json *json)
{
	return json_note(json, json_object_new_object());
}

struct json_object *json_array_make(struct json *json)
{
	return json_note(json, json_object_new_array());
}

void json_put(
	struct json *json, struct json_object *object, const char *key, struct json_object *value)
{
	if (value && object && json_object_object_add(object, key, value) == 0)
		return;
	json->failed = true;
	json_object_put(value);
}

void json_append(struct json *json, struct json_object *array, struct json_object *value)
{
	if (value && array && json_object_array_add(array, value) == 0)
		return;
	json->failed = true;
	json_object_put(value);
}

/* What is in the text, as a string. */
static struct json_object *json_text(struct json *json)
{
	text_append(&json->text, "", 0);
	return json_note(json,
		json->text.failed || json->text.length > INT32_MAX
			? NULL
			: json_object_new_string_len(json->text.data, (int)json->text.length));
}

static struct json_object *json_safe(struct json *json, const char *bytes, size_t length)
{
	json->text.length = 0;
	text_append_safe(&json->text, bytes, length);
	return json_text(json);
}

static struct json_object *json_unsigned(struct json *json, uint64_t number, bool hexadecimal)
{
	char digits[32];

	snprintf(digits, sizeof(digits), hexadecimal ? "0x%" PRIx64 : "%" PRIu64, number);
	return json_note(json, json_object_new_string(digits));
}

static struct json_object *json_signed(struct json *json, int64_t number)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%" PRId64, number);
	return json_note(json, json_object_new_string(digits));
}

/* As short as it reads back the same; what is no number is a word. */
static struct json_object *json_real(struct json *json, double number, bool single)
{
	const struct value value = {.type = VALUE_REAL, .real = number, .single = single};

	if (isnan(number))
		return json_note(json, json_object_new_string("NaN"));
	if (isinf(number))
		return json_note(
			json, json_object_new_string(number < 0 ? "-Infinity" : "Infinity"));
	json->text.length = 0;
	value_text(&json->text, &value);
	text_append(&json->text, "", 0);
	return json_note(
		json, json->text.failed ? NULL : json_object_new_double_s(number, json->text.data));
}

void json_put_string(
	struct json *json, struct json_object *object, const char *key, const char *string)
{
	json_put(json, object, key, json_safe(json, string, strlen(string)));
}

void json_put_number(
	struct json *json, struct json_object *object, const char *key, uint32_t number)
{
	json_put(json, object, key, json_note(json, json_object_new_int64(number)));
}

void json_put_time(struct json *json, struct json_object *object, const char *key, int64_t time)
{
	json_put(json, object, key, json_signed(json, time < 0 ? 0 : time));
}

void json_put_id(struct json *json, struct json_object *object, const char *key,
	const uint64_t *halves, size_t count)
{
	char digits[33];

	assert(count == 1 || count == 2);
	for (size_t i = 0; i < count; i++)
		snprintf(digits + 16 * i, 17, "%016" PRIx64, halves[i]);
	json_put(json, object, key, json_note(json, json_object_new_string(digits)));
}

/* Bytes in base 64, as JSON has them. */
static struct json_object *json_bytes(struct json *json, const char *bytes, size_t length)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *from = (const unsigned char *)bytes;

	json->text.length = 0;
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t three = (uint32_t)from[i] << 16 |
			(left > 1 ? (uint32_t)from[i + 1] << 8 : 0) | (left > 2 ? from[i + 2] : 0);
		char four[4] = {digits[three >> 18], digits[three >> 12 & 63],
			left > 1 ? digits[three >> 6 & 63] : '=',
			left > 2 ? digits[three & 63] : '='};

		text_append(&json->text, four, sizeof(four));
	}
	return json_text(json);
}

static struct json_object *json_any(struct json *json, const char *type, struct json_object *value)
{
	struct json_object *any = json_object_make(json);

	json_put(json, any, type, value);
	return any;
}

/* OTLP's integers are signed: a larger one is a string, exactly. */
static struct json_object *json_any_unsigned(struct json *json, uint64_t number, bool hexadecimal)
{
	if (number > INT64_MAX)
		return json_any(json, "stringValue", json_unsigned(json, number, hexadecimal));
	return json_any(json, "intValue", json_unsigned(json, number, false));
}

static struct json_object *json_any_element(
	struct json *json, const struct value *value, size_t index)
{
	if (value->type == VALUE_UNSIGNED_ARRAY)
		return json_any_unsigned(
			json, value_element_unsigned(value, index), value->hexadecimal);
	if (value->type == VALUE_SIGNED_ARRAY)
		return json_any(
			json, "intValue", json_signed(json, value_element_signed(value, index)));
	return json_any(json, "doubleValue",
		json_real(json, value_element_real(value, index), value->single));
}

/* An array of values; takes `values` over. */
static struct json_object *json_any_array(struct json *json, struct json_object *values)
{
	struct json_object *array = json_object_make(json);

	json_put(json, array, "values", values);
	return json_any(json, "arrayValue", array);
}

static struct json_object *json_any_value(struct json *json, const struct value *value)
{
	struct json_object *values;

	switch (value->type) {
	case VALUE_UNSIGNED:
		return json_any_unsigned(json, value->u, value->hexadecimal);
	case VALUE_SIGNED:
		return json_any(json, "intValue", json_signed(json, value->s));
	case VALUE_REAL:
		return json_any(json, "doubleValue", json_real(json, value->real, value->single));
	case VALUE_BOOL:
		return json_any(
			json, "boolValue", json_note(json, json_object_new_boolean(value->u != 0)));
	case VALUE_STRING:
	case VALUE_TEXT:
		return json_any(json, "stringValue", json_safe(json, value->bytes, value->length));
	case VALUE_BYTES:
		return json_any(json, "bytesValue", json_bytes(json, value->bytes, value->length));
	case VALUE_UNSIGNED_ARRAY:
	case VALUE_SIGNED_ARRAY:
	case VALUE_REAL_ARRAY:
		break;
	}
	values = json_array_make(json);
	for (size_t i = 0; i < value->length; i++)
		json_append(json, values, json_any_element(json, value, i));
	return json_any_array(json, values);
}

/* Takes `any` over. */
static void json_attribute(
	struct json *json, struct json_object *array, const char *key, struct json_object *any)
{
	struct json_object *attribute = json_object_make(json);

	json_put_string(json, attribute, "key", key);
	json_put(json, attribute, "value", any);
	json_append(json, array, attribute);
}

void json_attribute_string(
	struct json *json, struct json_object *array, const char *key, const char *string)
{
	json_attribute(json, array, key,
		json_any(json, "stringValue", json_safe(json, string, strlen(string))));
}

void json_attribute_integer(
	struct json *json, struct json_object *array, const char *key, uint64_t number)
{
	json_attribute(json, array, key, json_any_unsigned(json, number, false));
}

void json_attribute_hex(
	struct json *json, struct json_object *array, const char *key, uint64_t number)
{
	json_attribute(
		json, array, key, json_any(json, "stringValue", json_unsigned(json, number, true)));
}

void json_attribute_strings(struct json *json, struct json_object *array, const char *key,
	const char *const *strings, size_t count)
{
	struct json_object *values;

	if (count == 0)
		return;
	values = json_array_make(json);
	for (size_t i = 0; i < count; i++)
		json_append(json, values,
			json_any(json, "stringValue",
				json_safe(json, strings[i], strlen(strings[i]))));
	json_attribute(json, array, key, json_any_array(json, values));
}

void json_attribute_value(struct json *json, struct json_object *array, const struct value *value)
{
	json_attribute(json, array, value->name, json_any_value(json, value));
}

void json_clear(struct json *json)
{
	text_clear(&json->text);
}
