/* SPDX-License-Identifier: MIT */
/*
 * test-payload.c - src/payload.c: field values as words, the bounds a hostile
 * record tries, and replacing one value among others.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "payload.h"

static struct site site;
static struct payload payload;

static void field(uint8_t type, uint16_t length)
{
	site.fields[site.field_count].type = type;
	site.fields[site.field_count].length = length;
	site.field_count++;
}

static void word(uint64_t value)
{
	payload.words[payload.word_count++] = value;
}

static void text(const char *bytes, uint64_t cut)
{
	const size_t length = strlen(bytes);
	char *to;

	word(length | cut);
	to = (char *)&payload.words[payload.word_count];
	memset(to, 0, (length + 7) / 8 * 8);
	memcpy(to, bytes, length);
	payload.word_count = (uint16_t)(payload.word_count + (length + 7) / 8);
}

static void reset(void)
{
	memset(&site, 0, sizeof(site));
	memset(&payload, 0xa5, sizeof(payload));
	payload.word_count = 0;
}

TestSuite(payload, .init = reset);

static void expect_bytes(uint32_t index, const char *wanted)
{
	uint32_t length;
	const char *bytes = payload_bytes(&payload, &site, index, &length);

	cr_expect_eq(length, strlen(wanted));
	cr_expect_arr_eq(bytes, wanted, length);
}

Test(payload, no_fields)
{
	uint16_t words;

	for (words = 0; words <= 2; words++) {
		payload.word_count = words;
		cr_expect_eq(payload_index(&payload, &site), 0);
	}
	payload.word_count = 3;
	cr_expect_eq(payload_index(&payload, &site), -EINVAL);
}

Test(payload, scalars_are_read_as_their_type)
{
	static const struct {
		uint8_t type;
		uint64_t word;
		uint64_t wanted;
	} cases[] = {
		{VSPAN_ABI_TYPE_U8, 0x1ff, 0xff},
		{VSPAN_ABI_TYPE_U16, 0xabcd0001, 1},
		{VSPAN_ABI_TYPE_U32, UINT64_MAX, UINT32_MAX},
		{VSPAN_ABI_TYPE_U64, UINT64_MAX, UINT64_MAX},
		{VSPAN_ABI_TYPE_S8, 0x80, (uint64_t)INT64_C(-128)},
		{VSPAN_ABI_TYPE_S16, (uint64_t)INT64_C(-2), (uint64_t)INT64_C(-2)},
		{VSPAN_ABI_TYPE_S32, 0xffffffff, (uint64_t)INT64_C(-1)},
		{VSPAN_ABI_TYPE_S64, (uint64_t)INT64_MIN, (uint64_t)INT64_MIN},
		{VSPAN_ABI_TYPE_F64, 0x3ff0000000000000, 0x3ff0000000000000},
		{VSPAN_ABI_TYPE_BOOL, 0x100, 1},
		{VSPAN_ABI_TYPE_BOOL, 0, 0},
	};
	const uint32_t count = sizeof(cases) / sizeof(cases[0]);
	uint32_t i;

	for (i = 0; i < count; i++) {
		field(cases[i].type, 0);
		word(cases[i].word);
	}
	cr_assert_eq(payload_index(&payload, &site), 0);
	for (i = 0; i < count; i++)
		cr_expect_eq(payload_word(&payload, i), cases[i].wanted, "case %u", i);
}

Test(payload, strings_bytes_and_arrays)
{
	const uint16_t numbers[5] = {1, 2, 3, 4, 65535};

	field(VSPAN_ABI_TYPE_STRING, 0);
	field(VSPAN_ABI_TYPE_U16, 5);
	field(VSPAN_ABI_TYPE_BYTES, 0);
	field(VSPAN_ABI_TYPE_U8, 0);
	text("seventeen letters", 0);
	memcpy(&payload.words[payload.word_count], numbers, sizeof(numbers));
	payload.word_count = (uint16_t)(payload.word_count + 2);
	text("", 0);
	word(9);
	cr_assert_eq(payload_index(&payload, &site), 0);
	expect_bytes(0, "seventeen letters");
	expect_bytes(2, "");
	cr_expect_eq(payload_word(&payload, 3), 9);
	cr_expect_not(payload.cut);
	{
		uint32_t length;
		const void *bytes = payload_bytes(&payload, &site, 1, &length);

		cr_expect_eq(length, sizeof(numbers));
		cr_expect_arr_eq(bytes, numbers, sizeof(numbers));
	}
}

Test(payload, the_cut_mark_is_found_and_hidden)
{
	field(VSPAN_ABI_TYPE_STRING, 0);
	field(VSPAN_ABI_TYPE_BYTES, 0);
	text("ab", 0);
	text("cd", VSPAN_ABI_FIELD_CUT);
	cr_assert_eq(payload_index(&payload, &site), 0);
	cr_expect(payload.cut);
	expect_bytes(1, "cd");
}

Test(payload, lengths_a_guest_may_not_write)
{
	static const uint64_t lengths[] = {VSPAN_ABI_STRING_MAX + 1, 1000, UINT32_MAX,
		UINT64_C(1) << 32, UINT64_MAX, UINT64_MAX >> 1, VSPAN_ABI_FIELD_CUT | 1000};
	size_t i;

	field(VSPAN_ABI_TYPE_STRING, 0);
	payload.word_count = VSPAN_ABI_RECORD_WORDS_MAX;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		payload.words[0] = lengths[i];
		cr_expect_eq(payload_index(&payload, &site), -EINVAL);
	}
	payload.words[0] = 17;
	payload.word_count = 3;
	cr_expect_eq(payload_index(&payload, &site), -EINVAL, "one word short");
	payload.word_count = 4;
	cr_expect_eq(payload_index(&payload, &site), 0);
	payload.word_count = 7;
	cr_expect_eq(payload_index(&payload, &site), -EINVAL, "more than padding");
	payload.words[0] = VSPAN_ABI_STRING_MAX;
	payload.word_count = 1 + VSPAN_ABI_STRING_MAX / 8;
	cr_expect_eq(payload_index(&payload, &site), 0);
}

Test(payload, missing_words)
{
	field(VSPAN_ABI_TYPE_U8, 0);
	field(VSPAN_ABI_TYPE_U64, 12);
	payload.word_count = 0;
	cr_expect_eq(payload_index(&payload, &site), -EINVAL);
	payload.word_count = 12;
	cr_expect_eq(payload_index(&payload, &site), -EINVAL);
	payload.word_count = 13;
	cr_expect_eq(payload_index(&payload, &site), 0);
	payload.word_count = VSPAN_ABI_RECORD_WORDS_MAX + 1;
	cr_expect_eq(payload_index(&payload, &site), -EINVAL);
}

Test(payload, replace_keeps_the_neighbours)
{
	const uint64_t longer[] = {10, UINT64_C(0x7777777777777777), 0x7777, 0xdead, 0xdead};
	const uint64_t number[] = {UINT64_MAX, 0xdead};

	field(VSPAN_ABI_TYPE_U32, 0);
	field(VSPAN_ABI_TYPE_STRING, 0);
	field(VSPAN_ABI_TYPE_STRING, 0);
	word(5);
	text("old", VSPAN_ABI_FIELD_CUT);
	text("neighbour", 0);
	word(0xbad);
	word(0xbad);
	cr_assert_eq(payload_index(&payload, &site), 0);
	cr_assert_eq(payload_replace(&payload, &site, 1, longer, 5), 0);
	expect_bytes(1, "wwwwwwwwww");
	expect_bytes(2, "neighbour");
	cr_expect_not(payload.cut, "the cut value is gone");
	cr_expect_eq(payload.word_count, 1 + 3 + 3, "padding is not kept");
	cr_assert_eq(payload_replace(&payload, &site, 0, number, 2), 0);
	cr_expect_eq(payload_word(&payload, 0), UINT32_MAX);
	cr_assert_eq(payload_replace(&payload, &site, 2, (const uint64_t[]){0}, 1), 0);
	expect_bytes(2, "");
	expect_bytes(1, "wwwwwwwwww");
}

Test(payload, replace_refuses)
{
	uint64_t words[VSPAN_ABI_RECORD_WORDS_MAX + 1] = {3};
	uint16_t before;

	field(VSPAN_ABI_TYPE_STRING, 0);
	field(VSPAN_ABI_TYPE_U64, 0);
	text("abc", 0);
	word(1);
	cr_assert_eq(payload_index(&payload, &site), 0);
	before = payload.word_count;
	cr_expect_eq(payload_replace(&payload, &site, 2, words, 1), -EINVAL, "no such field");
	cr_expect_eq(payload_replace(&payload, &site, UINT32_MAX, words, 1), -EINVAL);
	cr_expect_eq(payload_replace(&payload, &site, 0, words, 0), -EINVAL, "nothing");
	cr_expect_eq(payload_replace(&payload, &site, 0, words, 1), -EINVAL, "length only");
	cr_expect_eq(payload_replace(&payload, &site, 0, words, 5), -EINVAL, "too much");
	cr_expect_eq(payload_replace(&payload, &site, 0, words, UINT32_MAX), -EINVAL);
	words[0] = UINT64_MAX;
	cr_expect_eq(payload_replace(&payload, &site, 0, words, 94), -EINVAL, "absurd length");
	cr_expect_eq(payload.word_count, before);
	expect_bytes(0, "abc");
	cr_expect_eq(payload_word(&payload, 1), 1);
}

Test(payload, replace_that_does_not_fit)
{
	uint64_t words[1 + VSPAN_ABI_STRING_MAX / 8] = {VSPAN_ABI_STRING_MAX};
	uint32_t i;

	for (i = 0; i < 4; i++) {
		field(VSPAN_ABI_TYPE_STRING, 0);
		text("x", 0);
	}
	cr_assert_eq(payload_index(&payload, &site), 0);
	for (i = 0; i < 2; i++)
		cr_expect_eq(payload_replace(&payload, &site, i, words, 31), 0);
	words[0] = 200;
	cr_expect_eq(payload_replace(&payload, &site, 2, words, 26), 0);
	words[0] = VSPAN_ABI_STRING_MAX;
	cr_expect_eq(payload_replace(&payload, &site, 3, words, 31), -ENOSPC);
	expect_bytes(3, "x");
}

/* Random words against random sites: never out of bounds, and what is accepted adds up. */
Test(payload, rubbish)
{
	uint32_t round, i;

	srand(1);
	for (round = 0; round < 200000; round++) {
		reset();
		for (i = 0; i < (uint32_t)rand() % (VSPAN_ABI_FIELDS_MAX + 1); i++)
			field((uint8_t)(1 + rand() % 12), 0);
		payload.word_count = (uint16_t)(rand() % (VSPAN_ABI_RECORD_WORDS_MAX + 1));
		for (i = 0; i < payload.word_count; i++)
			payload.words[i] =
				(uint64_t)rand() % 64 | (rand() % 16 ? 0 : UINT64_MAX << 60);
		if (payload_index(&payload, &site) < 0)
			continue;
		for (i = 0; i < site.field_count; i++)
			cr_assert_lt(payload.offset[i], payload.word_count);
	}
}
