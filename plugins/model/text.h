/* SPDX-License-Identifier: MIT */
/*
 * text.h - a growing string, and how bytes that came from a trace get into it:
 * whatever could move a cursor, hide or reorder text is escaped.
 */
#ifndef VSPAN_PLUGINS_MODEL_TEXT_H
#define VSPAN_PLUGINS_MODEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * All zeroes is an empty text. Appending never fails visibly: out of memory
 * sets `failed`, to be checked once at the end.
 */
struct text {
	char *data; /* NUL-terminated once anything was appended */
	size_t length;
	size_t capacity;
	bool failed;
};

/* Room for `more` bytes and a NUL. False if memory ran out, now or before. */
bool text_reserve(struct text *text, size_t more);

static inline void text_append(struct text *text, const char *bytes, size_t length)
{
	if (text->capacity - text->length <= length && !text_reserve(text, length))
		return;
	memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_print(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

void text_append_unsigned(struct text *text, uint64_t number);
void text_append_signed(struct text *text, int64_t number);
/* "0x1f". */
void text_append_hex(struct text *text, uint64_t number);

/* Appends `count` spaces. */
void text_append_spaces(struct text *text, size_t count);

/*
 * Appends bytes of unknown origin as printable UTF-8: invalid sequences as
 * \xNN; control, C1, bidirectional and line-separator characters as \u{NNNN}.
 */
void text_append_safe(struct text *text, const char *bytes, size_t length);

/* The same between double quotes, with quotes and backslashes escaped. */
void text_append_quoted(struct text *text, const char *bytes, size_t length);

/* The same as a JSON string; what is not UTF-8 becomes U+FFFD. */
void text_append_json(struct text *text, const char *bytes, size_t length);

/* The string, owned by the caller; NULL if memory ran out. The text is empty afterwards. */
char *text_take(struct text *text);

/* A quoted copy of a string, owned by the caller; NULL if memory ran out. */
char *text_quoted_copy(const char *string);

void text_clear(struct text *text);

/* Screen columns of a safe string, taking each character for one column. */
size_t text_columns(const char *string);

#endif /* VSPAN_PLUGINS_MODEL_TEXT_H */
