/* SPDX-License-Identifier: MIT */
/*
 * script.c - see script.h.
 */
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int escape_parse(const char **at, unsigned char *byte)
{
	char hex[3] = "";
	char *end;

	switch (*++*at) {
	case 'n':
		*byte = '\n';
		return 0;
	case '"':
	case '\\':
		*byte = (unsigned char)**at;
		return 0;
	case 'x':
		strncpy(hex, *at + 1, 2);
		*byte = (unsigned char)strtoul(hex, &end, 16);
		*at += 2;
		return end == hex + 2 ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

static int string_parse(struct script_field *field, const char **at)
{
	field->type = SCRIPT_STRING;
	for (++*at; **at && **at != '"'; ++*at) {
		unsigned char byte = (unsigned char)**at;

		if (byte == '\\' && escape_parse(at, &byte) < 0)
			return -EINVAL;
		if (field->length + 1 >= SCRIPT_TEXT_MAX)
			return -EINVAL;
		field->text[field->length++] = byte;
	}
	return *(*at)++ == '"' ? 0 : -EINVAL;
}

static int bytes_parse(struct script_field *field, const char **at)
{
	field->type = SCRIPT_BYTES;
	do {
		char *end;

		if (field->length >= SCRIPT_TEXT_MAX)
			return -EINVAL;
		field->text[field->length++] = (unsigned char)strtoul(*at + 1, &end, 0);
		*at = end;
	} while (**at == ',');
	return *(*at)++ == ']' ? 0 : -EINVAL;
}

static int words_parse(struct script_field *field, const char **at)
{
	field->type = SCRIPT_WORDS;
	do {
		char *end;

		if (field->length >= SCRIPT_WORDS_MAX)
			return -EINVAL;
		field->words[field->length++] = strtoull(*at + 1, &end, 0);
		*at = end;
	} while (**at == ',');
	return *(*at)++ == '}' ? 0 : -EINVAL;
}

static int enum_parse(struct script_field *field, const char **at)
{
	char *end;

	field->type = (*at)[1] == '-' ? SCRIPT_SIGNED_ENUM : SCRIPT_ENUM;
	field->number = (uint64_t)strtoll(*at + 1, &end, 10);
	*at = end;
	return *(*at)++ == '>' ? 0 : -EINVAL;
}

static int number_parse(struct script_field *field, const char **at)
{
	size_t length = strcspn(*at, " ");
	char *end;

	if (strncmp(*at, "0x", 2) == 0) {
		field->type = SCRIPT_HEX;
		field->number = strtoull(*at, &end, 16);
	} else if (memchr(*at, '.', length)) {
		field->type = SCRIPT_REAL;
		field->real = strtod(*at, &end);
	} else if (**at == '-') {
		field->type = SCRIPT_SIGNED;
		field->number = (uint64_t)strtoll(*at, &end, 10);
	} else {
		field->type = SCRIPT_UNSIGNED;
		field->number = strtoull(*at, &end, 10);
	}
	if (end != *at + length || length == 0)
		return -EINVAL;
	*at = end;
	return 0;
}

static int value_parse(struct script_field *field, const char **at)
{
	if (**at == '"')
		return string_parse(field, at);
	if (**at == '[')
		return bytes_parse(field, at);
	if (**at == '{')
		return words_parse(field, at);
	if (**at == '<')
		return enum_parse(field, at);
	return number_parse(field, at);
}

/* A word up to `stop`, which is passed. */
static int word_parse(char *word, size_t size, const char **at, const char *stop)
{
	size_t length = strcspn(*at, stop);

	if (length == 0 || length >= size)
		return -EINVAL;
	memcpy(word, *at, length);
	word[length] = '\0';
	*at += length;
	return 0;
}

static int field_parse(struct script_line *line, const char **at)
{
	struct script_field field = {.length = 0};

	if (word_parse(field.name, sizeof(field.name), at, "=") < 0 || *(*at)++ != '=')
		return -EINVAL;
	if (strcmp(field.name, "name") == 0 && **at != '"')
		return word_parse(line->name, sizeof(line->name), at, " ");
	if (value_parse(&field, at) < 0)
		return -EINVAL;
	if (strcmp(field.name, "at") == 0) {
		line->has_at = true;
		line->at = field.number;
	} else if (strcmp(field.name, "cpu") == 0) {
		line->cpu = (uint32_t)field.number;
	} else if (strcmp(field.name, "times") == 0) {
		line->times = field.number;
	} else {
		if (line->field_count == SCRIPT_FIELDS_MAX)
			return -EINVAL;
		line->fields[line->field_count++] = field;
	}
	return 0;
}

int script_parse(struct script_line *line, const char *text)
{
	const char *at = text + strspn(text, " ");

	*line = (struct script_line){.field_count = 0};
	if (*at == '\0' || *at == '#')
		return 0;
	if (word_parse(line->verb, sizeof(line->verb), &at, " ") < 0)
		return -EINVAL;
	for (at += strspn(at, " "); *at; at += strspn(at, " ")) {
		if (field_parse(line, &at) < 0)
			return -EINVAL;
	}
	return 1;
}

const struct script_field *script_find(const struct script_line *line, const char *name)
{
	for (size_t i = 0; i < line->field_count; i++) {
		if (strcmp(line->fields[i].name, name) == 0)
			return &line->fields[i];
	}
	return NULL;
}
