/* SPDX-License-Identifier: MIT */
/* sanitise.c - see sanitise.h. */
#include "sanitise.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))
#define PLAIN_STEP sizeof(uint64_t)

/* True if all eight bytes are printable ASCII: what nearly all text is made of. */
static bool word_is_plain(uint64_t word)
{
	const uint64_t del = word ^ EACH_BYTE(0x7f);
	const uint64_t has_control = (word - EACH_BYTE(0x20)) & ~word;
	const uint64_t has_del = (del - EACH_BYTE(0x01)) & ~del;

	return ((word | has_control | has_del) & EACH_BYTE(0x80)) == 0;
}

/*
 * Characters that change what a reader sees around them: controls (C0, DEL,
 * C1), line and paragraph separators, the byte-order mark, and everything that
 * turns the writing direction.
 */
static bool character_is_unsafe(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character <= 0x9f) ||
		character == 0x061c || character == 0x200e || character == 0x200f ||
		(character >= 0x2028 && character <= 0x202e) ||
		(character >= 0x2066 && character <= 0x2069) || character == 0xfeff;
}

/*
 * Decodes the character at `bytes`. Returns its length, 0 if it is not valid
 * UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
static size_t character_decode(const uint8_t *bytes, size_t length, uint32_t *character)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t count, i;

	if (bytes[0] < 0x80) {
		*character = bytes[0];
		return 1;
	}
	if (bytes[0] < 0xc0 || bytes[0] > 0xf4)
		return 0;
	count = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
	if (count > length)
		return 0;
	*character = bytes[0] & (0x7fu >> count);
	for (i = 1; i < count; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (bytes[i] & 0x3fu);
	}
	if (*character < smallest[count] || *character > 0x10ffff ||
		(*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return count;
}

/* Sanitises one character. Returns the bytes read; *written is 0 if it does not fit `room`. */
static size_t character_copy(
	const uint8_t *bytes, size_t length, char *buffer, size_t room, size_t *written)
{
	uint32_t character = 0;
	const size_t count = character_decode(bytes, length, &character);
	const bool keep = count > 0 && !character_is_unsafe(character);
	const size_t need = keep ? count : 1;

	*written = 0;
	if (need > room)
		return 0;
	*written = need;
	if (keep)
		memcpy(buffer, bytes, count);
	else
		buffer[0] = SANITISE_REPLACEMENT;
	return count > 0 ? count : 1;
}

size_t sanitise_text(const char *bytes, size_t length, char *buffer, size_t size)
{
	size_t from = 0;
	size_t to = 0;

	assert(size > 0);
	while (from < length) {
		const size_t room = size - 1 - to;
		size_t written;
		uint64_t word;

		if (length - from >= PLAIN_STEP && room >= PLAIN_STEP) {
			memcpy(&word, bytes + from, PLAIN_STEP);
			if (word_is_plain(word)) {
				memcpy(buffer + to, &word, PLAIN_STEP);
				from += PLAIN_STEP;
				to += PLAIN_STEP;
				continue;
			}
		}
		from += character_copy(
			(const uint8_t *)bytes + from, length - from, buffer + to, room, &written);
		if (written == 0)
			break;
		to += written;
	}
	buffer[to] = '\0';
	return to;
}
