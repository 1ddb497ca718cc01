/* SPDX-License-Identifier: MIT */
/*
 * chunk.c - see chunk.h. page/decode.js reads what is written here.
 */
#include "chunk.h"

#include <assert.h>
#include <string.h>

void chunk_byte(struct chunk *chunk, unsigned char byte)
{
	assert(chunk->used < CHUNK_SIZE);
	chunk->bytes[chunk->used++] = byte;
}

void chunk_unsigned(struct chunk *chunk, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		chunk_byte(chunk, (unsigned char)(number & 0x7f) | 0x80);
	chunk_byte(chunk, (unsigned char)number);
}

void chunk_signed(struct chunk *chunk, int64_t number)
{
	uint64_t magnitude = number < 0 ? ~(uint64_t)number : (uint64_t)number;

	chunk_unsigned(chunk, magnitude << 1 | (number < 0));
}

void chunk_string(struct chunk *chunk, const char *bytes, size_t length)
{
	chunk_unsigned(chunk, length);
	assert(length <= CHUNK_SIZE - chunk->used);
	memcpy(chunk->bytes + chunk->used, bytes, length);
	chunk->used += length;
}

void chunk_split(struct chunk *chunk)
{
	if (chunk->used > CHUNK_SIZE - CHUNK_RECORD_MAX)
		chunk_flush(chunk);
}

/* Three bytes as four characters; of fewer than three, "=" stands for what is missing. */
static void base64_group(const unsigned char *bytes, size_t count, char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t group = (uint32_t)bytes[0] << 16 | (count > 1 ? (uint32_t)bytes[1] << 8 : 0) |
		(count > 2 ? bytes[2] : 0);

	out[0] = digits[group >> 18];
	out[1] = digits[group >> 12 & 63];
	out[2] = '=';
	out[3] = '=';
	if (count > 1)
		out[2] = digits[group >> 6 & 63];
	if (count > 2)
		out[3] = digits[group & 63];
}

void chunk_flush(struct chunk *chunk)
{
	char line[4096];
	size_t length = 0;

	if (chunk->used == 0)
		return;
	fputs("<script type=\"text/plain\" class=\"data\">", chunk->stream);
	for (size_t at = 0; at < chunk->used; at += 3) {
		base64_group(chunk->bytes + at, chunk->used - at, line + length);
		length += 4;
		if (length == sizeof(line)) {
			fwrite(line, 1, length, chunk->stream);
			length = 0;
		}
	}
	fwrite(line, 1, length, chunk->stream);
	fputs("</script>\n", chunk->stream);
	chunk->used = 0;
}
