/* SPDX-License-Identifier: MIT */
/* dump-values.c - what a record holds, in JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "dump.h"
#include "sanitise.h"

void dump_add_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

void dump_add_id(struct json_object *object, const char *name, uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, id);
	dump_add_text(object, name, text);
}

void dump_add_site(
	struct json_object *object, const struct vspan_attachment *attachment, uint32_t id)
{
	const struct known_site *known = attachment_site(attachment, id);
	char text[VSPAN_ABI_SITE_PROVIDER + VSPAN_ABI_SITE_NAME + 1];

	if (known == NULL || !known->valid)
		snprintf(text, sizeof(text), "(call site %" PRIu32 ")", id);
	else
		snprintf(text, sizeof(text), "%s:%s", known->site.provider, known->site.name);
	dump_add_text(object, "name", text);
}

const char *dump_status(uint32_t status)
{
	static const char *const names[] = {"unset", "ok", "error"};

	return status < sizeof(names) / sizeof(names[0]) ? names[status] : "invalid";
}

static struct json_object *real(uint64_t word)
{
	char text[32];
	double value;

	memcpy(&value, &word, sizeof(value));
	if (isfinite(value))
		return json_object_new_double(value);
	snprintf(text, sizeof(text), "%f", value);
	return json_object_new_string(text);
}

static bool is_signed(uint8_t type)
{
	return type >= VSPAN_ABI_TYPE_S8 && type <= VSPAN_ABI_TYPE_S64;
}

static struct json_object *number(uint8_t type, uint64_t word)
{
	if (type == VSPAN_ABI_TYPE_BOOL)
		return json_object_new_boolean(word != 0);
	if (type == VSPAN_ABI_TYPE_F64)
		return real(word);
	if (is_signed(type))
		return json_object_new_int64((int64_t)word);
	return json_object_new_uint64(word);
}

static struct json_object *elements(
	const struct site_field *field, const uint8_t *bytes, uint32_t length)
{
	const uint32_t size = site_type_size(field->type);
	const uint32_t unused = 64 - 8 * size;
	struct json_object *array = json_object_new_array();
	uint64_t word;
	uint32_t at;

	for (at = 0; at + size <= length; at += size) {
		word = 0;
		memcpy(&word, bytes + at, size);
		if (is_signed(field->type))
			word = (uint64_t)((int64_t)(word << unused) >> unused);
		json_object_array_add(array, number(field->type, word));
	}
	return array;
}

static struct json_object *hexadecimal(const uint8_t *bytes, uint32_t length)
{
	char text[2 * VSPAN_ABI_STRING_MAX + 1] = "";
	uint32_t i;

	for (i = 0; i < length && i < VSPAN_ABI_STRING_MAX; i++)
		snprintf(text + 2 * (size_t)i, 3, "%02x", bytes[i]);
	return json_object_new_string(text);
}

static struct json_object *value(
	const struct payload *payload, const struct site *site, uint32_t index)
{
	const struct site_field *field = &site->fields[index];
	char text[SANITISE_SIZE(VSPAN_ABI_STRING_MAX)];
	const void *bytes;
	uint32_t length;

	if (field->length == 0 && site_type_size(field->type) != 0)
		return number(field->type, payload_word(payload, index));
	bytes = payload_bytes(payload, site, index, &length);
	if (field->length > 0)
		return elements(field, bytes, length);
	if (field->type == VSPAN_ABI_TYPE_BYTES)
		return hexadecimal(bytes, length);
	sanitise_text(bytes, length, text, sizeof(text));
	return json_object_new_string(text);
}

struct json_object *dump_values(const struct payload *payload, const struct site *site)
{
	struct json_object *object = json_object_new_object();
	uint32_t i;

	for (i = 0; i < site->field_count; i++)
		json_object_object_add(object, site->fields[i].name, value(payload, site, i));
	return object;
}
