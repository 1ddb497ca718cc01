/* SPDX-License-Identifier: MIT */
/*
 * payload.c - see payload.h. Fields come in the order in which classes.c made
 * their classes.
 */
#include "payload.h"

#include "members.h"

#include <string.h>

static uint64_t item_number(const struct item *item, const struct member *member)
{
	uint64_t number;

	memcpy(&number, (const char *)item + member->offset, sizeof(number));
	return number;
}

/* The item's number, moved. */
static uint64_t item_shifted(
	const struct item *item, const struct member *member, const struct shift *shift)
{
	uint64_t number = item_number(item, member);

	switch (member->offset) {
	case offsetof(struct item, ts):
	case offsetof(struct item, ts_last):
		return number + shift->time;
	case offsetof(struct item, tsc):
		return number + shift->time * 3;
	case offsetof(struct item, span):
	case offsetof(struct item, parent):
	case offsetof(struct item, linked):
		return number ? number + shift->position : 0;
	case offsetof(struct item, flags):
		return number | shift->flags;
	default:
		return number;
	}
}

static void member_set(bt_field *field, const struct item *item, const struct member *member,
	const struct shift *shift)
{
	switch (member->type) {
	case MEMBER_TEXT:
		bt_field_string_set_value(field, item->text);
		return;
	case MEMBER_SITE_NAME:
		bt_field_string_set_value(field, sites[item->site].name);
		return;
	case MEMBER_SITE_PROVIDER:
		bt_field_string_set_value(field, sites[item->site].provider);
		return;
	default:
		bt_field_integer_unsigned_set_value(field, item_shifted(item, member, shift));
	}
}

static void bytes_set(bt_field *length, bt_field *array, uint64_t value, size_t index)
{
	uint8_t bytes[SITE_BYTES];
	size_t count = site_bytes(value, index, bytes);

	bt_field_integer_unsigned_set_value(length, count);
	bt_field_array_dynamic_set_length(array, count);
	for (size_t i = 0; i < count; i++)
		bt_field_integer_unsigned_set_value(
			bt_field_array_borrow_element_field_by_index(array, i), bytes[i]);
}

static void array_set(bt_field *array, uint64_t value, size_t index)
{
	for (size_t i = 0; i < SITE_ELEMENTS; i++)
		bt_field_integer_unsigned_set_value(
			bt_field_array_borrow_element_field_by_index(array, i),
			site_element(value, index, i));
}

/* Sets the own field; returns how many members of the payload it took. */
static uint64_t own_set(bt_field *payload, uint64_t at, const struct item *item, size_t index)
{
	enum site_field_type type = sites[item->site].fields[index].type;
	bt_field *field = bt_field_structure_borrow_member_field_by_index(payload, at);
	uint64_t value = item->value;

	switch (type) {
	case SITE_SIGNED:
		bt_field_integer_signed_set_value(field, site_signed(value, index));
		return 1;
	case SITE_REAL:
		bt_field_real_double_precision_set_value(field, site_real(value, index));
		return 1;
	case SITE_STRING:
		bt_field_string_set_value(field, site_string(value, index));
		return 1;
	case SITE_ARRAY:
		array_set(field, value, index);
		return 1;
	case SITE_BYTES_FIELD:
		bytes_set(field, bt_field_structure_borrow_member_field_by_index(payload, at + 1),
			value, index);
		return 2;
	default:
		bt_field_integer_unsigned_set_value(field, site_unsigned(value, index, type));
		return 1;
	}
}

void payload_fill(bt_field *payload, const struct item *item, const struct shift *shift)
{
	const struct site *site = &sites[item->site];
	uint64_t at = 0;

	for (const struct member *member = members[item->type].list; member->type; member++)
		member_set(bt_field_structure_borrow_member_field_by_index(payload, at++), item,
			member, shift);
	if (!members[item->type].uri)
		return;
	for (size_t i = 0; site->generic && i < 2; i++)
		member_set(bt_field_structure_borrow_member_field_by_index(payload, at++), item,
			&members_generic[i], shift);
	for (size_t i = 0; item->type != ITEM_EXIT && i < SITE_FIELDS && site->fields[i].name; i++)
		at += own_set(payload, at, item, i);
}
