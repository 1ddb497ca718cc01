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
	const char *failed;   /* name of the first one that is wrong */
	const char *expected; /* what it should be; NULL: it is unknown */
	bool no_memory;
};

/* Each of these returns what was expected instead, NULL if the value is fine. */
static const char *param_read_count(const struct param *param, const bt_value *value)
{
	uint64_t *target = param->target;

	if (bt_value_is_unsigned_integer(value)) {
		*target = bt_value_integer_unsigned_get(value);
		return NULL;
	}
	if (!bt_value_is_signed_integer(value) || bt_value_integer_signed_get(value) < 0)
		return "an integer from 0 on";
	*target = (uint64_t)bt_value_integer_signed_get(value);
	return NULL;
}

static const char *param_read_string(
	const struct param *param, const bt_value *value, bool *no_memory)
{
	char **target = param->target;

	if (!bt_value_is_string(value))
		return "a string, as in x=\"text\"";
	free(*target);
	*target = strdup(bt_value_string_get(value));
	*no_memory = !*target;
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
	if (param && param->type == PARAM_COUNT)
		reader->expected = param_read_count(param, value);
	else if (param)
		reader->expected = param_read_string(param, value, &reader->no_memory);
	if (!param || reader->expected)
		reader->failed = name;
	return reader->failed || reader->no_memory
		? BT_VALUE_MAP_FOREACH_ENTRY_CONST_FUNC_STATUS_INTERRUPT
		: BT_VALUE_MAP_FOREACH_ENTRY_CONST_FUNC_STATUS_OK;
}

static int params_fail(const struct params_reader *reader, bt_self_component *component)
{
	struct text known = {0};

	if (reader->expected) {
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(
			component, "parameter `%s` must be %s", reader->failed, reader->expected);
		return -EINVAL;
	}
	for (size_t i = 0; i < reader->count; i++)
		text_print(&known, "%s`%s`", i ? ", " : "", reader->params[i].name);
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component,
		"unknown parameter `%s`; known: %s", reader->failed,
		known.data ? known.data : "none");
	text_clear(&known);
	return -EINVAL;
}

int params_read(bt_self_component *component, const bt_value *values, const struct param *params,
	size_t count)
{
	struct params_reader reader = {.params = params, .count = count};
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
