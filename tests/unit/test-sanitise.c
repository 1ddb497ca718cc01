/* SPDX-License-Identifier: MIT */
/*
 * test-sanitise.c - src/sanitise.c against every character and every short byte
 * sequence. The reference here follows the grammar of RFC 3629 byte by byte, so
 * it shares no arithmetic with the code under test.
 */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "sanitise.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static void expect(const char *bytes, size_t length, const char *wanted)
{
	char buffer[SANITISE_SIZE(256)];
	size_t got = sanitise_text(bytes, length, buffer, sizeof(buffer));

	cr_expect_str_eq(buffer, wanted);
	cr_expect_eq(got, strlen(wanted));
}

static bool within(uint8_t byte, uint8_t low, uint8_t high)
{
	return byte >= low && byte <= high;
}

static bool tails(const uint8_t *bytes, size_t count)
{
	while (count-- > 0)
		if (!within(*bytes++, 0x80, 0xbf))
			return false;
	return true;
}

/* Length of the UTF-8 character at `b`, with `n` bytes to read; 0: there is none. */
static size_t reference_length(const uint8_t *b, size_t n)
{
	if (b[0] <= 0x7f)
		return 1;
	if (n >= 2 && within(b[0], 0xc2, 0xdf) && tails(b + 1, 1))
		return 2;
	if (n >= 3 && tails(b + 1, 2) &&
		((b[0] == 0xe0 && b[1] >= 0xa0) || within(b[0], 0xe1, 0xec) ||
			(b[0] == 0xed && b[1] <= 0x9f) || within(b[0], 0xee, 0xef)))
		return 3;
	if (n >= 4 && tails(b + 1, 3) &&
		((b[0] == 0xf0 && b[1] >= 0x90) || within(b[0], 0xf1, 0xf3) ||
			(b[0] == 0xf4 && b[1] <= 0x8f)))
		return 4;
	return 0;
}

/* The same rule as the code's, on encoded bytes instead of code points. */
static bool reference_unsafe(const uint8_t *b, size_t length)
{
	if (length == 1)
		return b[0] < 0x20 || b[0] == 0x7f;
	if (length == 2)
		return (b[0] == 0xc2 && b[1] <= 0x9f) || (b[0] == 0xd8 && b[1] == 0x9c);
	if (length == 3 && b[0] == 0xe2 && b[1] == 0x80)
		return within(b[2], 0x8e, 0x8f) || within(b[2], 0xa8, 0xae);
	if (length == 3 && b[0] == 0xe2 && b[1] == 0x81)
		return within(b[2], 0xa6, 0xa9);
	return length == 3 && memcmp(b, "\xef\xbb\xbf", 3) == 0;
}

static size_t reference(const uint8_t *bytes, size_t length, char *out)
{
	size_t from = 0;
	size_t to = 0;

	while (from < length) {
		const size_t count = reference_length(bytes + from, length - from);

		if (count == 0 || reference_unsafe(bytes + from, count)) {
			out[to++] = '?';
			from += count > 0 ? count : 1;
			continue;
		}
		memcpy(out + to, bytes + from, count);
		to += count;
		from += count;
	}
	return to;
}

/* Alone, and inside plain text long enough to meet the eight-bytes-at-once path. */
static bool agrees(const uint8_t *bytes, size_t length)
{
	uint8_t framed[24] = "plainplai.............";
	char wanted[24];
	char got[SANITISE_SIZE(24)];
	size_t wanted_length = reference(bytes, length, wanted);

	if (sanitise_text((const char *)bytes, length, got, sizeof(got)) != wanted_length ||
		memcmp(got, wanted, wanted_length) != 0 || got[wanted_length] != '\0')
		return false;
	memcpy(framed + 9, bytes, length);
	wanted_length = reference(framed, 22, wanted);
	return sanitise_text((const char *)framed, 22, got, sizeof(got)) == wanted_length &&
		memcmp(got, wanted, wanted_length) == 0;
}

Test(sanitise, every_sequence_of_up_to_three_bytes)
{
	uint32_t value;

	for (value = 0; value < 1u << 24; value++) {
		const uint8_t bytes[3] = {
			(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};

		if (!agrees(bytes, 3))
			cr_assert_fail("three bytes %02x %02x %02x", bytes[0], bytes[1], bytes[2]);
		if (value < 1u << 16 && !agrees(bytes + 1, 2))
			cr_assert_fail("two bytes %02x %02x", bytes[1], bytes[2]);
		if (value < 1u << 8 && !agrees(bytes + 2, 1))
			cr_assert_fail("one byte %02x", bytes[2]);
	}
}

Test(sanitise, four_byte_sequences_at_all_edges)
{
	static const uint8_t edges[] = {0x00, 0x20, 0x7e, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
		0xc0, 0xc2, 0xef, 0xf0, 0xf4, 0xf5, 0xff};
	size_t a, b, c;
	unsigned lead;

	for (lead = 0xf0; lead <= 0xff; lead++)
		for (a = 0; a < sizeof(edges); a++)
			for (b = 0; b < sizeof(edges); b++)
				for (c = 0; c < sizeof(edges); c++) {
					const uint8_t bytes[4] = {
						(uint8_t)lead, edges[a], edges[b], edges[c]};

					cr_assert(agrees(bytes, 4));
				}
}

static size_t encode(uint32_t c, char *to)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static bool unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

Test(sanitise, every_character)
{
	uint32_t c;

	for (c = 0; c <= 0x10ffff; c++) {
		char bytes[4];
		char got[SANITISE_SIZE(4)];
		const size_t length = encode(c, bytes);
		const size_t made = sanitise_text(bytes, length, got, sizeof(got));

		if (c >= 0xd800 && c <= 0xdfff)
			cr_assert_str_eq(got, "???", "surrogate %x", c);
		else if (unsafe(c))
			cr_assert_str_eq(got, "?", "unsafe character %x", c);
		else
			cr_assert(made == length && memcmp(got, bytes, length) == 0, "character %x",
				c);
	}
}

Test(sanitise, text_people_write)
{
	expect(TEXT(""), "");
	expect(TEXT("read"), "read");
	expect(TEXT("/var/lib/some/longer path.txt"), "/var/lib/some/longer path.txt");
	expect(TEXT("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x90\xa7"),
		"na\xc3\xafve \xe2\x82\xac \xf0\x9f\x90\xa7");
	expect(TEXT("a\nb\tc\rd\x7f"), "a?b?c?d?");
	expect(TEXT("\x1b[31mred\x1b[0m"), "?[31mred?[0m");
	expect(TEXT("nul\0inside"), "nul?inside");
	expect(TEXT("\xe2\x80\xaegnp.exe"), "?gnp.exe");
	expect(TEXT("cut \xe2\x82"), "cut ??");
}

Test(sanitise, a_small_buffer_cuts_between_characters)
{
	const char euros[] = "\xe2\x82\xac\xe2\x82\xac";
	char buffer[16];
	size_t size;

	for (size = 1; size <= 8; size++) {
		memset(buffer, 'x', sizeof(buffer));
		cr_expect_eq(sanitise_text(euros, 6, buffer, size), (size - 1) / 3 * 3);
		cr_expect_eq(buffer[(size - 1) / 3 * 3], '\0');
		cr_expect_eq(buffer[size], 'x', "wrote beyond a buffer of %zu", size);
	}
	for (size = 1; size <= 12; size++) {
		memset(buffer, 'x', sizeof(buffer));
		cr_expect_eq(sanitise_text("0123456789a", 11, buffer, size), size - 1);
		cr_expect_eq(buffer[size], 'x', "wrote beyond a buffer of %zu", size);
	}
}
