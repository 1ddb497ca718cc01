/* SPDX-License-Identifier: MIT */
/*
 * values.c - see values.h. Numbers take 8 bytes; what has a length is a `struct
 * extent` and its bytes, strings with a NUL behind them.
 */
#include "values.h"

#include "field-text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER 8
/* Longer strings than any guest can write are cut, so that lengths cannot wrap. */
#define STRING_MAX (1u << 20)

struct extent {
	uint32_t length; /* bytes, or elements */
	uint32_t cut;
};

/* Where packing has come to. */
struct packer {
	unsigned char *data;
	size_t length;
	size_t capacity;
	bool own; /* `data` is from the heap */
	bool failed;
};

static void *packer_room(struct packer *packer, size_t size)
{
	if (packer->failed)
		return NULL;
	if (packer->length + size > packer->capacity) {
		size_t capacity = 2 * packer->capacity + size + 64;
		unsigned char *grown = realloc(packer->own ? packer->data : NULL, capacity);

		packer->failed = !grown;
		if (!grown)
			return NULL;
		if (!packer->own && packer->data && packer->length)
			memcpy(grown, packer->data, packer->length);
		packer->data = grown;
		packer->capacity = capacity;
		packer->own = true;
	}
	packer->length += size;
	return packer->data + packer->length - size;
}

static void pack_number(struct packer *packer, const void *number)
{
	void *room = packer_room(packer, NUMBER);

	if (room)
		memcpy(room, number, NUMBER);
}

static void pack_unsigned(struct packer *packer, uint64_t number)
{
	pack_number(packer, &number);
}

static void pack_string(struct packer *packer, const char *bytes, uint64_t length)
{
	struct extent extent = {.length = (uint32_t)length};
	unsigned char *room;

	if (length > STRING_MAX)
		extent = (struct extent){.length = STRING_MAX, .cut = 1};
	room = packer_room(packer, sizeof(extent) + extent.length + 1);
	if (!room)
		return;
	memcpy(room, &extent, sizeof(extent));
	memcpy(room + sizeof(extent), bytes, extent.length);
	room[sizeof(extent) + extent.length] = '\0';
}

static void pack_real(struct packer *packer, const bt_field *field, bool single)
{
	double real = single ? (double)bt_field_real_single_precision_get_value(field)
			     : bt_field_real_double_precision_get_value(field);

	pack_number(packer, &real);
}

static void pack_element(struct packer *packer, const bt_field *element, enum value_type type)
{
	unsigned char *byte;

	if (type == VALUE_BYTES) {
		byte = packer_room(packer, 1);
		if (byte)
			*byte = (unsigned char)bt_field_integer_unsigned_get_value(element);
	} else if (type == VALUE_UNSIGNED_ARRAY) {
		pack_unsigned(packer, bt_field_integer_unsigned_get_value(element));
	} else if (type == VALUE_SIGNED_ARRAY) {
		pack_unsigned(packer, (uint64_t)bt_field_integer_signed_get_value(element));
	} else {
		pack_real(packer, element, false);
	}
}

static void pack_array(struct packer *packer, const bt_field *array, enum value_type type)
{
	uint64_t length = bt_field_array_get_length(array);
	struct extent extent = {.cut = length > VALUES_ELEMENTS_MAX};
	void *room = packer_room(packer, sizeof(extent));

	extent.length = (uint32_t)(extent.cut ? VALUES_ELEMENTS_MAX : length);
	if (room)
		memcpy(room, &extent, sizeof(extent));
	for (uint64_t i = 0; i < extent.length; i++)
		pack_element(
			packer, bt_field_array_borrow_element_field_by_index_const(array, i), type);
}

static void pack_text(struct packer *packer, const bt_field *field)
{
	struct text text = {0};

	field_text_value(&text, field);
	packer->failed = packer->failed || text.failed;
	pack_string(packer, text.data ? text.data : "", text.length);
	text_clear(&text);
}

static void pack_field(
	struct packer *packer, const struct own_field *description, const bt_field *field)
{
	switch (description->type) {
	case VALUE_UNSIGNED:
		pack_unsigned(packer, bt_field_integer_unsigned_get_value(field));
		break;
	case VALUE_SIGNED:
		pack_unsigned(packer, (uint64_t)bt_field_integer_signed_get_value(field));
		break;
	case VALUE_REAL:
		pack_real(packer, field, description->single);
		break;
	case VALUE_BOOL:
		pack_unsigned(packer, !!bt_field_bool_get_value(field));
		break;
	case VALUE_STRING:
		pack_string(packer, bt_field_string_get_value(field),
			bt_field_string_get_length(field));
		break;
	case VALUE_BYTES:
	case VALUE_UNSIGNED_ARRAY:
	case VALUE_SIGNED_ARRAY:
	case VALUE_REAL_ARRAY:
		pack_array(packer, field, description->type);
		break;
	case VALUE_TEXT:
		pack_text(packer, field);
		break;
	}
}

int values_pack(struct values *values, const struct event_kind *kind, const bt_field *payload,
	void *room, size_t size)
{
	struct packer packer = {.data = room, .capacity = size};

	for (size_t i = 0; i < kind->own.count; i++) {
		const struct own_field *own = &kind->own.fields[i];

		pack_field(&packer, own,
			bt_field_structure_borrow_member_field_by_index_const(
				payload, own->member));
	}
	*values = (struct values){
		.kind = kind, .data = packer.data, .length = packer.length, .own = packer.own};
	return packer.failed ? -ENOMEM : 0;
}

int values_copy(struct values *to, const struct values *from, void *room, size_t size)
{
	*to = *from;
	to->own = from->length > size;
	to->data = to->own ? malloc(from->length) : room;
	if (!to->data && to->own) {
		*to = (struct values){.kind = NULL};
		return -ENOMEM;
	}
	if (from->length && to->data)
		memcpy(to->data, from->data, from->length);
	return 0;
}

void values_clear(struct values *values)
{
	if (values->own)
		free(values->data);
	*values = (struct values){0};
}

/* The next `size` bytes, which are there because they were packed. */
static const unsigned char *values_read(const struct values *values, size_t *at, size_t size)
{
	const unsigned char *bytes = values->data + *at;

	assert(*at + size <= values->length);
	*at += size;
	return bytes;
}

static void values_read_extent(
	const struct values *values, size_t *at, struct value *value, size_t element)
{
	struct extent extent;
	const unsigned char *bytes;

	memcpy(&extent, values_read(values, at, sizeof(extent)), sizeof(extent));
	bytes = values_read(values, at, extent.length * element);
	value->length = extent.length;
	value->cut = extent.cut;
	if (element == 1)
		value->bytes = (const char *)bytes;
	else
		value->elements = bytes;
}

bool values_next(const struct values *values, struct values_cursor *cursor, struct value *value)
{
	const struct own_field *own;

	if (!values->kind || cursor->field >= values->kind->own.count)
		return false;
	own = &values->kind->own.fields[cursor->field++];
	*value = (struct value){.name = own->name,
		.type = own->type,
		.hexadecimal = own->hexadecimal,
		.single = own->single};
	switch (own->type) {
	case VALUE_UNSIGNED:
	case VALUE_SIGNED:
	case VALUE_REAL:
	case VALUE_BOOL:
		memcpy(&value->u, values_read(values, &cursor->at, NUMBER), NUMBER);
		break;
	case VALUE_STRING:
	case VALUE_TEXT:
		values_read_extent(values, &cursor->at, value, 1);
		values_read(values, &cursor->at, 1);
		break;
	case VALUE_BYTES:
		values_read_extent(values, &cursor->at, value, 1);
		break;
	case VALUE_UNSIGNED_ARRAY:
	case VALUE_SIGNED_ARRAY:
	case VALUE_REAL_ARRAY:
		values_read_extent(values, &cursor->at, value, NUMBER);
		break;
	}
	return true;
}

uint64_t value_element_unsigned(const struct value *value, size_t index)
{
	uint64_t element;

	assert(index < value->length);
	memcpy(&element, value->elements + index * NUMBER, NUMBER);
	return element;
}

int64_t value_element_signed(const struct value *value, size_t index)
{
	return (int64_t)value_element_unsigned(value, index);
}

double value_element_real(const struct value *value, size_t index)
{
	double element;

	assert(index < value->length);
	memcpy(&element, value->elements + index * NUMBER, NUMBER);
	return element;
}
