/* SPDX-License-Identifier: MIT */
/* payload.c - see payload.h. */
#include "payload.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Words a record may hold beyond its fields: it ends where its last slot does. */
#define PADDING_WORDS_MAX 2u

static uint32_t bytes_to_words(uint32_t bytes)
{
	return (bytes + 7u) / 8u;
}

static bool type_is_text(uint8_t type)
{
	return type == VSPAN_ABI_TYPE_STRING || type == VSPAN_ABI_TYPE_BYTES;
}

/*
 * Words the value at the head of `words` takes; -EINVAL if the `available` ones
 * do not hold it.
 */
static int value_words(const struct site_field *field, const uint64_t *words, uint32_t available)
{
	uint64_t length;
	uint32_t need = 1;

	if (available == 0)
		return -EINVAL;
	if (field->length > 0) {
		need = bytes_to_words(field->length * site_type_size(field->type));
	} else if (type_is_text(field->type)) {
		length = words[0] & ~VSPAN_ABI_FIELD_CUT;
		if (length > VSPAN_ABI_STRING_MAX)
			return -EINVAL;
		need = 1 + bytes_to_words((uint32_t)length);
	}
	return need <= available ? (int)need : -EINVAL;
}

/*
 * The word as its type reads it: narrow integers are extended, so that a filter
 * sees the number that is recorded, whatever the guest left in the upper bits.
 */
static uint64_t word_normalise(uint8_t type, uint64_t word)
{
	switch (type) {
	case VSPAN_ABI_TYPE_U8:
		return (uint8_t)word;
	case VSPAN_ABI_TYPE_U16:
		return (uint16_t)word;
	case VSPAN_ABI_TYPE_U32:
		return (uint32_t)word;
	case VSPAN_ABI_TYPE_S8:
		return (uint64_t)(int64_t)(int8_t)word;
	case VSPAN_ABI_TYPE_S16:
		return (uint64_t)(int64_t)(int16_t)word;
	case VSPAN_ABI_TYPE_S32:
		return (uint64_t)(int64_t)(int32_t)word;
	case VSPAN_ABI_TYPE_BOOL:
		return word != 0;
	default:
		return word;
	}
}

int payload_index(struct payload *payload, const struct site *site)
{
	uint32_t at = 0;
	uint32_t i;

	assert(site->field_count <= VSPAN_ABI_FIELDS_MAX);
	payload->cut = false;
	if (payload->word_count > VSPAN_ABI_RECORD_WORDS_MAX)
		return -EINVAL;
	for (i = 0; i < site->field_count; i++) {
		const struct site_field *field = &site->fields[i];
		uint64_t *words = &payload->words[at];
		const int taken = value_words(field, words, payload->word_count - at);

		if (taken < 0)
			return taken;
		if (type_is_text(field->type))
			payload->cut |= (words[0] & VSPAN_ABI_FIELD_CUT) != 0;
		else if (field->length == 0)
			words[0] = word_normalise(field->type, words[0]);
		payload->offset[i] = (uint16_t)at;
		at += (uint32_t)taken;
	}
	return payload->word_count - at <= PADDING_WORDS_MAX ? 0 : -EINVAL;
}

uint64_t payload_word(const struct payload *payload, uint32_t field)
{
	assert(field < VSPAN_ABI_FIELDS_MAX);
	return payload->words[payload->offset[field]];
}

const void *payload_bytes(
	const struct payload *payload, const struct site *site, uint32_t field, uint32_t *length)
{
	const struct site_field *described = &site->fields[field];
	const uint64_t *words = &payload->words[payload->offset[field]];

	assert(field < site->field_count);
	if (described->length > 0) {
		*length = described->length * site_type_size(described->type);
		return words;
	}
	assert(type_is_text(described->type));
	*length = (uint32_t)(words[0] & ~VSPAN_ABI_FIELD_CUT);
	return words + 1;
}

/* Words the fields of an indexed payload take, padding not counted. */
static uint32_t payload_used(const struct payload *payload, const struct site *site)
{
	const uint32_t last = site->field_count - 1u;
	const uint32_t from = payload->offset[last];

	return from +
		(uint32_t)value_words(
			&site->fields[last], &payload->words[from], payload->word_count - from);
}

int payload_replace(struct payload *payload, const struct site *site, uint32_t field,
	const uint64_t *words, uint32_t word_count)
{
	const struct site_field *described;
	uint32_t from, used, tail;
	int new_words, old_words;

	if (field >= site->field_count || word_count > VSPAN_ABI_RECORD_WORDS_MAX)
		return -EINVAL;
	described = &site->fields[field];
	new_words = value_words(described, words, word_count);
	if (new_words < 0 || word_count - (uint32_t)new_words > PADDING_WORDS_MAX)
		return -EINVAL;
	used = payload_used(payload, site);
	from = payload->offset[field];
	old_words = value_words(described, &payload->words[from], used - from);
	assert(old_words > 0);
	if (used - (uint32_t)old_words + (uint32_t)new_words > VSPAN_ABI_RECORD_WORDS_MAX)
		return -ENOSPC;

	tail = from + (uint32_t)old_words;
	memmove(&payload->words[from + (uint32_t)new_words], &payload->words[tail],
		(used - tail) * sizeof(uint64_t));
	memcpy(&payload->words[from], words, (uint32_t)new_words * sizeof(uint64_t));
	payload->word_count = (uint16_t)(used - (uint32_t)old_words + (uint32_t)new_words);
	return payload_index(payload, site);
}
