/* SPDX-License-Identifier: MIT */
/*
 * payload.c - variable-length field values: how much of a string fits, and how
 * its bytes go into payload words. Called from the functions site.h generates.
 */
#include <vspan/guest.h>

#define WORD 8u

uint32_t vspan_fit_bytes(uint32_t size, uint32_t *words_left, bool *cut)
{
	uint32_t length = size < VSPAN_ABI_STRING_MAX ? size : VSPAN_ABI_STRING_MAX;

	if (length > *words_left * WORD)
		length = *words_left * WORD;
	*words_left -= (length + WORD - 1) / WORD;
	*cut = length < size;
	return length;
}

uint32_t vspan_fit_string(const char *string, uint32_t *words_left, bool *cut)
{
	uint32_t length = 0;

	if (string != NULL)
		while (length <= VSPAN_ABI_STRING_MAX && string[length] != '\0')
			length++;
	return vspan_fit_bytes(length, words_left, cut);
}

uint32_t vspan_record_put_packed(
	const struct vspan_record *record, uint32_t word, const void *bytes, uint32_t size)
{
	const unsigned char *from = bytes;
	uint32_t done, i;

	for (done = 0; done < size; done += WORD) {
		uint64_t value = 0;

		for (i = 0; i < WORD && done + i < size; i++)
			value |= (uint64_t)from[done + i] << (8 * i);
		vspan_record_put(record, word++, value);
	}
	return word;
}

uint32_t vspan_record_put_bytes(const struct vspan_record *record, uint32_t word, const void *bytes,
	uint32_t length, bool cut)
{
	vspan_record_put(record, word++, length | (cut ? VSPAN_ABI_FIELD_CUT : 0));
	return vspan_record_put_packed(record, word, bytes, length);
}
