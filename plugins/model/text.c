/* SPDX-License-Identifier: MIT */
/*
 * text.c - see text.h. The consumer sanitises strings before it emits them, but
 * a trace may come from anywhere, so nothing is printed on trust.
 */
#include "text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool text_reserve(struct text *text, size_t more)
{
	size_t capacity = text->capacity ? text->capacity : 64;
	char *data;

	if (text->failed || more > SIZE_MAX / 4 - text->length)
		return false;
	if (text->data && text->length + more < text->capacity)
		return true;
	while (capacity <= text->length + more)
		capacity *= 2;
	data = realloc(text->data, capacity);
	if (!data) {
		text->failed = true;
		return false;
	}
	text->data = data;
	text->capacity = capacity;
	return true;
}

void text_append_unsigned(struct text *text, uint64_t number)
{
	char digits[20];
	size_t first = sizeof(digits);

	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	text_append(text, digits + first, sizeof(digits) - first);
}

void text_append_signed(struct text *text, int64_t number)
{
	if (number < 0)
		text_append(text, "-", 1);
	text_append_unsigned(text, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void text_append_hex(struct text *text, uint64_t number)
{
	char digits[18];
	size_t first = sizeof(digits);

	do {
		digits[--first] = "0123456789abcdef"[number & 15];
		number >>= 4;
	} while (number);
	digits[--first] = 'x';
	digits[--first] = '0';
	text_append(text, digits + first, sizeof(digits) - first);
}

void text_append_spaces(struct text *text, size_t count)
{
	if (!text_reserve(text, count))
		return;
	memset(text->data + text->length, ' ', count);
	text->length += count;
	text->data[text->length] = '\0';
}

void text_print(struct text *text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(length >= 0);
	if (!text_reserve(text, (size_t)length))
		return;
	va_start(args, format);
	vsnprintf(text->data + text->length, (size_t)length + 1, format, args);
	va_end(args);
	text->length += (size_t)length;
}

/* Decodes one UTF-8 sequence. Returns its length, 0 if it is not valid. */
static size_t utf8_decode(const unsigned char *bytes, size_t length, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char lead = bytes[0];
	size_t size = lead < 0x80 ? 1
		: lead >> 5 == 6  ? 2
		: lead >> 4 == 14 ? 3
		: lead >> 3 == 30 ? 4
				  : 0;

	if (size == 0 || size > length)
		return 0;
	*code = size == 1 ? lead : lead & (0x7fu >> size);
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (bytes[i] & 0x3f);
	}
	if (*code < least[size] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return size;
}

/* Characters that act on the terminal or on the order of what is around them. */
static bool code_unsafe(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
		(code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
		(code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
		(code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f);
}

/* Printable ASCII that needs no escape anywhere: most of what there is. */
static size_t plain_run(const char *bytes, size_t length)
{
	size_t run = 0;

	while (run < length && bytes[run] >= ' ' && bytes[run] < 0x7f && bytes[run] != '"' &&
		bytes[run] != '\\')
		run++;
	return run;
}

static void text_append_escaped(struct text *text, const char *bytes, size_t length, bool quoted)
{
	size_t size;

	for (size_t i = 0; i < length; i += size) {
		const unsigned char *at = (const unsigned char *)bytes + i;
		uint32_t code = 0;

		size = plain_run(bytes + i, length - i);
		if (size > 0) {
			text_append(text, bytes + i, size);
			continue;
		}
		size = utf8_decode(at, length - i, &code);
		if (size == 0) {
			text_print(text, "\\x%02x", *at);
			size = 1;
		} else if (code_unsafe(code)) {
			text_print(text, "\\u{%x}", (unsigned int)code);
		} else {
			if (quoted && (code == '"' || code == '\\'))
				text_append(text, "\\", 1);
			text_append(text, (const char *)at, size);
		}
	}
}

void text_append_safe(struct text *text, const char *bytes, size_t length)
{
	text_append_escaped(text, bytes, length, false);
}

void text_append_quoted(struct text *text, const char *bytes, size_t length)
{
	text_append(text, "\"", 1);
	text_append_escaped(text, bytes, length, true);
	text_append(text, "\"", 1);
}

/* As JSON names a character that it is better not to write. */
static void text_append_json_code(struct text *text, uint32_t code)
{
	if (code >= 0x10000) {
		text_print(text, "\\u%04x", (unsigned int)(0xd800 + ((code - 0x10000) >> 10)));
		code = 0xdc00 + ((code - 0x10000) & 0x3ff);
	}
	text_print(text, "\\u%04x", (unsigned int)code);
}

void text_append_json(struct text *text, const char *bytes, size_t length)
{
	size_t size;

	text_append(text, "\"", 1);
	for (size_t i = 0; i < length; i += size) {
		const char *at = bytes + i;
		uint32_t code = 0;

		size = plain_run(at, length - i);
		if (size > 0) {
			text_append(text, at, size);
			continue;
		}
		size = utf8_decode((const unsigned char *)at, length - i, &code);
		if (size == 0) {
			text_append(text, "\xef\xbf\xbd", 3);
			size = 1;
		} else if (code_unsafe(code)) {
			text_append_json_code(text, code);
		} else {
			if (code == '"' || code == '\\')
				text_append(text, "\\", 1);
			text_append(text, at, size);
		}
	}
	text_append(text, "\"", 1);
}

char *text_take(struct text *text)
{
	char *data;

	text_append(text, "", 0);
	data = text->failed ? NULL : text->data;
	if (!data)
		free(text->data);
	*text = (struct text){0};
	return data;
}

char *text_quoted_copy(const char *string)
{
	struct text text = {0};

	text_append_quoted(&text, string, strlen(string));
	return text_take(&text);
}

void text_clear(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

size_t text_columns(const char *string)
{
	size_t columns = 0;

	for (; *string; string++)
		columns += ((unsigned char)*string & 0xc0) != 0x80;
	return columns;
}
