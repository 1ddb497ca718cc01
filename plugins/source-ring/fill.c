/* SPDX-License-Identifier: MIT */
/* fill.c - see fill.h. The values have been checked against the site: payload_index(). */
#include "fill.h"

#include <errno.h>
#include <string.h>
#include "sanitise.h"

static void fill_head(
	bt_field *payload, const struct site_layout *layout, const struct provider_common *common)
{
	const uint64_t head[HEAD_COUNT] = {
		[HEAD_VM] = common->vm,
		[HEAD_VCPU] = common->vcpu,
		[HEAD_SPAN] = common->span,
		[HEAD_PARENT] = common->parent,
		[HEAD_TSC] = common->tsc,
		[HEAD_TS] = common->ts,
		[HEAD_DURATION] = common->duration,
		[HEAD_STATUS] = common->status,
		[HEAD_KIND] = common->kind,
		[HEAD_FLAGS] = common->flags,
	};

	for (uint32_t i = 0; i < layout->count; i++)
		bt_field_integer_unsigned_set_value(
			bt_field_structure_borrow_member_field_by_index(payload, i),
			head[layout->head[i]]);
}

static bool is_signed(uint8_t type)
{
	return type >= VSPAN_ABI_TYPE_S8 && type <= VSPAN_ABI_TYPE_S64;
}

static int fill_string(bt_field *field, const char *bytes, uint32_t length)
{
	char text[SANITISE_SIZE(VSPAN_ABI_STRING_MAX)];

	sanitise_text(bytes, length, text, sizeof(text));
	return bt_field_string_set_value(field, text) == BT_FIELD_STRING_SET_VALUE_STATUS_OK
		? 0
		: -ENOMEM;
}

static int fill_bytes(bt_field *field, const uint8_t *bytes, uint32_t length)
{
	if (bt_field_array_dynamic_set_length(field, length) !=
		BT_FIELD_DYNAMIC_ARRAY_SET_LENGTH_STATUS_OK)
		return -ENOMEM;
	for (uint32_t i = 0; i < length; i++)
		bt_field_integer_unsigned_set_value(
			bt_field_array_borrow_element_field_by_index(field, i), bytes[i]);
	return 0;
}

/* Element `index` of packed ones, as its type reads it. */
static void fill_element(
	bt_field *field, const struct site_field *described, const uint8_t *bytes, uint32_t index)
{
	const uint32_t size = site_type_size(described->type);
	const uint32_t unused = 64 - 8 * size;
	uint64_t word = 0;

	memcpy(&word, bytes + (size_t)index * size, size);
	if (is_signed(described->type))
		bt_field_integer_signed_set_value(field, (int64_t)(word << unused) >> unused);
	else
		bt_field_integer_unsigned_set_value(field, word);
}

static void fill_number(bt_field *field, uint8_t type, uint64_t word)
{
	double real;

	if (type == VSPAN_ABI_TYPE_F64) {
		memcpy(&real, &word, sizeof(real));
		bt_field_real_double_precision_set_value(field, real);
	} else if (is_signed(type)) {
		bt_field_integer_signed_set_value(field, (int64_t)word);
	} else {
		bt_field_integer_unsigned_set_value(field, word);
	}
}

/* Field `index` of the site into member *member, which is moved on. */
static int fill_own(bt_field *payload, const struct site *site, const struct payload *values,
	uint32_t index, uint64_t *member)
{
	const struct site_field *described = &site->fields[index];
	bt_field *field = bt_field_structure_borrow_member_field_by_index(payload, (*member)++);
	const void *bytes;
	uint32_t length;

	if (described->length == 0 && site_type_size(described->type) != 0) {
		fill_number(field, described->type, payload_word(values, index));
		return 0;
	}
	bytes = payload_bytes(values, site, index, &length);
	if (described->type == VSPAN_ABI_TYPE_STRING)
		return fill_string(field, bytes, length);
	if (described->type == VSPAN_ABI_TYPE_BYTES) {
		bt_field_integer_unsigned_set_value(field, length);
		return fill_bytes(
			bt_field_structure_borrow_member_field_by_index(payload, (*member)++),
			bytes, length);
	}
	for (uint32_t i = 0; i < described->length; i++)
		fill_element(bt_field_array_borrow_element_field_by_index(field, i), described,
			bytes, i);
	return 0;
}

int fill_site(bt_field *payload, enum site_class kind, const struct site *site,
	const struct provider_common *common, const struct payload *values)
{
	uint64_t member = site_layouts[kind].count;
	int status = 0;

	fill_head(payload, &site_layouts[kind], common);
	for (uint32_t i = 0; i < site->field_count && status == 0; i++)
		status = fill_own(payload, site, values, i, &member);
	return status;
}
