/* SPDX-License-Identifier: MIT */
/*
 * arguments.c - parses name=value words. Freestanding; called once by vCPU 0 of
 * an example guest, before the other vCPUs are let go.
 */
#include <stdbool.h>
#include <stddef.h>
#include "arguments.h"

/* A stretch of the argument text. */
struct word {
	const char *start;
	uint32_t length;
};

static bool word_equals(struct word word, const char *text)
{
	uint32_t i;

	for (i = 0; i < word.length; i++)
		if (text[i] == '\0' || text[i] != word.start[i])
			return false;
	return text[i] == '\0';
}

static bool word_number(struct word word, uint64_t maximum, uint64_t *value)
{
	uint64_t number = 0;
	uint32_t i;

	for (i = 0; i < word.length; i++) {
		uint64_t digit = (uint64_t)(word.start[i] - '0');

		if (digit > 9 || number > maximum / 10)
			return false;
		number = number * 10;
		if (digit > maximum - number)
			return false;
		number += digit;
	}
	*value = number;
	return word.length > 0;
}

static bool word_choice(struct word word, const char *const *choices, uint64_t *value)
{
	uint64_t i;

	for (i = 0; choices[i] != NULL; i++) {
		if (word_equals(word, choices[i])) {
			*value = i;
			return true;
		}
	}
	return false;
}

static bool argument_assign(struct argument *argument, struct word value)
{
	if (argument->choices != NULL)
		return word_choice(value, argument->choices, &argument->value);
	return word_number(value, argument->maximum, &argument->value);
}

static bool word_parse(struct word word, struct argument *arguments, uint32_t count)
{
	struct word name = {word.start, 0}, value;
	uint32_t i;

	while (name.length < word.length && word.start[name.length] != '=')
		name.length++;
	if (name.length == word.length)
		return false;
	value.start = word.start + name.length + 1;
	value.length = word.length - name.length - 1;
	for (i = 0; i < count; i++)
		if (word_equals(name, arguments[i].name))
			return argument_assign(&arguments[i], value);
	return false;
}

const char *arguments_parse(
	const char *text, uint32_t size, struct argument *arguments, uint32_t count)
{
	uint32_t at = 0;

	for (;;) {
		struct word word;

		while (at < size && text[at] == ' ')
			at++;
		word.start = text + at;
		while (at < size && text[at] != ' ' && text[at] != '\0')
			at++;
		word.length = (uint32_t)(text + at - word.start);
		if (word.length == 0)
			return NULL;
		if (!word_parse(word, arguments, count))
			return word.start;
	}
}
