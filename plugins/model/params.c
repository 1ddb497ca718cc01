/* SPDX-License-Identifier: MIT */
/*
 * params.c - see params.h. babeltrace2 checks nothing itself: a misspelt
 * parameter would silently do nothing.
 */
#include "params.h"

#include "text.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct params_reader {
	const struct param *params;
	size_t count;
	unsigned char *base;
	const char *failed;           /* name of the first one that is wrong */
	const char *expected;         /* what it should be; NULL: it is unknown */
	const struct param *choosing; /* it should be one of its choices */
	bool no_memory;
};

/* Each of these returns what was expected instead, NULL if the value is fine. */
static const char *param_read_count(uint64_t *target, const bt_value *value)
{
	if (bt_value_is_unsigned_integer(value)) {
		*target = bt_value_integer_unsigned_get(value);
		return NULL;
	}
	if (!bt_value_is_signed_integer(value) || bt_value_integer_signed_get(value) < 0)
		return "an integer from 0 on";
	*target = (uint64_t)bt_value_integer_signed_get(value);
	return NULL;
}

static const char *param_read_string(char **target, const bt_value *value, bool *no_memory)
{
	if (!bt_value_is_string(value))
		return "a string, as in x=\"text\"";
	free(*target);
	*target = strdup(bt_value_string_get(value));
	*no_memory = !*target;
	return NULL;
}

static const char *param_read_bool(bool *target, const bt_value *value)
{
	if (!bt_value_is_bool(value))
		return "yes or no";
	*target = bt_value_bool_get(value);
	return NULL;
}

static const char *param_read_strings(const bt_value **target, const bt_value *value)
{
	uint64_t count = bt_value_is_array(value) ? bt_value_array_get_length(value) : 0;

	*target = value;
	for (uint64_t i = 0; i < count; i++) {
		if (!bt_value_is_string(bt_value_array_borrow_element_by_index_const(value, i)))
			count = 0;
	}
	return count > 0 ? NULL : "an array of strings, as in x=[\"text\"]";
}

static const char *param_read_choice(
	const struct param *param, unsigned int *target, const bt_value *value)
{
	for (unsigned int i = 0; bt_value_is_string(value) && param->choices[i]; i++) {
		if (strcmp(param->choices[i], bt_value_string_get(value)) == 0) {
			*target = i;
			return NULL;
		}
	}
	return "one of";
}

static const char *param_read(
	struct params_reader *reader, const struct param *param, const bt_value *value)
{
	void *target = reader->base + param->offset;

	switch (param->type) {
	case PARAM_COUNT:
		return param_read_count(target, value);
	case PARAM_STRING:
		return param_read_string(target, value, &reader->no_memory);
	case PARAM_BOOL:
		return param_read_bool(target, value);
	case PARAM_STRINGS:
		return param_read_strings(target, value);
	case PARAM_CHOICE:
		reader->choosing = param;
		return param_read_choice(param, target, value);
	}
	assert(!"a type of parameter that nobody reads");
	return NULL;
}

/* babeltrace2 aborts if an error is set in here, so it only notes what is wrong. */
static bt_value_map_foreach_entry_const_func_status params_read_entry(
	const char *name, const bt_value *value, void *data)
{
	struct params_reader *reader = data;
	const struct param *param = NULL;

	for (size_t i = 0; i < reader->count && !param; i++) {
		if (strcmp(reader->params[i].name, name) == 0)
			param = &reader->params[i];
	}
	reader->choosing = NULL;
	if (param)
		reader->expected = param_read(reader, param, value);
	if (!param || reader->expected)
		reader->failed = name;
	return reader->failed || reader->no_memory
		? BT_VALUE_MAP_FOREACH_ENTRY_CONST_FUNC_STATUS_INTERRUPT
		: BT_VALUE_MAP_FOREACH_ENTRY_CONST_FUNC_STATUS_OK;
}

static void params_list(struct text *text, const struct params_reader *reader)
{
	if (reader->choosing) {
		for (unsigned int i = 0; reader->choosing->choices[i]; i++)
			text_print(text, "%s\"%s\"", i ? ", " : " ", reader->choosing->choices[i]);
		return;
	}
	for (size_t i = 0; !reader->expected && i < reader->count; i++)
		text_print(text, "%s`%s`", i ? ", " : "", reader->params[i].name);
}

static int params_fail(const struct params_reader *reader, bt_self_component *component)
{
	struct text list = {0};
	const char *listed;

	params_list(&list, reader);
	listed = list.data ? list.data : "";
	if (reader->expected)
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component,
			"parameter `%s` must be %s%s", reader->failed, reader->expected, listed);
	else
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(
			component, "unknown parameter `%s`; known: %s", reader->failed, listed);
	text_clear(&list);
	return -EINVAL;
}

int params_read(bt_self_component *component, const bt_value *values, const struct param *params,
	size_t count, void *base)
{
	struct params_reader reader = {.params = params, .count = count, .base = base};
	bt_value_map_foreach_entry_const_status status;

	assert(bt_value_is_map(values));
	status = bt_value_map_foreach_entry_const(values, params_read_entry, &reader);
	if (status == BT_VALUE_MAP_FOREACH_ENTRY_CONST_STATUS_MEMORY_ERROR || reader.no_memory) {
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(
			component, "out of memory while reading parameters");
		return -ENOMEM;
	}
	return reader.failed ? params_fail(&reader, component) : 0;
}

void params_clear(const struct param *params, size_t count, void *base)
{
	for (size_t i = 0; i < count; i++) {
		char **target = (char **)(void *)((unsigned char *)base + params[i].offset);

		if (params[i].type != PARAM_STRING)
			continue;
		free(*target);
		*target = NULL;
	}
}
