/* SPDX-License-Identifier: MIT */
/* ring-params.c - see ring-params.h. */
#include "ring-params.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "model/params.h"
#include "region-copy.h"

#define NS_PER_S UINT64_C(1000000000)
/* In the year 2116; beyond, times would not fit babeltrace2's clocks. */
#define CLOCK_OFFSET_MAX ((uint64_t)INT64_MAX / 2)

static const struct param rules[] = {
	{"all", PARAM_BOOL, offsetof(struct ring_params, all), NULL},
	{"clock", PARAM_STRING, offsetof(struct ring_params, clock_text), NULL},
	{"clock-offset", PARAM_COUNT, offsetof(struct ring_params, clock_offset), NULL},
	{"inputs", PARAM_STRINGS, offsetof(struct ring_params, inputs), NULL},
	{"offset", PARAM_COUNT, offsetof(struct ring_params, offset), NULL},
	{"path", PARAM_STRING, offsetof(struct ring_params, path), NULL},
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

static int fail(bt_self_component *component, const char *text)
{
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component, "%s", text);
	return -EINVAL;
}

/* The machine that reads is taken for the one that ran the guest. */
static uint64_t host_offset(void)
{
	struct timespec real, monotonic;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	return ((uint64_t)real.tv_sec - (uint64_t)monotonic.tv_sec) * NS_PER_S +
		(uint64_t)real.tv_nsec - (uint64_t)monotonic.tv_nsec;
}

/*
 * The fields of a vspan:clock event as babeltrace2 prints them: names and
 * numbers with `=` in between and commas behind; `vm` and `vcpu` say nothing here.
 */
static bool clock_parse(struct clock *clock, const char *text)
{
	const struct {
		const char *name;
		uint64_t *value; /* NULL: is not needed */
	} names[] = {
		{"tsc", &clock->counter0},
		{"ts", &clock->ns0},
		{"error_ns", &clock->error_ns},
		{"ratio", &clock->ratio},
		{"vm", NULL},
		{"vcpu", NULL},
	};
	const size_t count = sizeof(names) / sizeof(names[0]);
	unsigned int given = 0;

	while (*(text += strspn(text, " ,{}")) != '\0') {
		size_t length = strcspn(text, " =");
		unsigned long long value;
		char *end;
		size_t i;

		for (i = 0; i < count; i++)
			if (strlen(names[i].name) == length &&
				strncmp(names[i].name, text, length) == 0)
				break;
		text += length;
		text += strspn(text, " =");
		if (i == count || *text < '0' || *text > '9')
			return false;
		errno = 0;
		value = strtoull(text, &end, 0);
		if (errno != 0 || (*end != '\0' && strchr(" ,}", *end) == NULL))
			return false;
		if (names[i].value)
			*names[i].value = value;
		given |= 1u << i;
		text = end;
	}
	return (given & 0xf) == 0xf && clock->ratio != 0;
}

int ring_params_read(
	struct ring_params *params, bt_self_component *component, const bt_value *values)
{
	int status;

	*params = (struct ring_params){
		.offset = REGION_COPY_SEARCH,
		.clock_offset = host_offset(),
	};
	status = params_read(component, values, rules, RULES, params);
	if (params->inputs)
		bt_value_get_ref(params->inputs);
	if (status < 0)
		return status;
	if (!params->path == !params->inputs || ring_params_count(params) == 0)
		return fail(component,
			"give the files to read, by parameter `inputs`, or one by parameter "
			"`path`");
	if (params->clock_text && !clock_parse(&params->clock, params->clock_text))
		return fail(component,
			"parameter `clock` must be \"tsc = N, ts = N, error_ns = N, ratio = N\", "
			"as "
			"babeltrace2 shows an event vspan:clock");
	if (params->clock_offset > CLOCK_OFFSET_MAX)
		return fail(component,
			"parameter `clock-offset` must be a time before the year 2116, in ns");
	return 0;
}

void ring_params_clear(struct ring_params *params)
{
	bt_value_put_ref(params->inputs);
	params->inputs = NULL;
	params_clear(rules, RULES, params);
}

uint64_t ring_params_count(const struct ring_params *params)
{
	return params->inputs ? bt_value_array_get_length(params->inputs) : 1;
}

const char *ring_params_file(const struct ring_params *params, uint64_t index)
{
	if (!params->inputs)
		return params->path;
	return bt_value_string_get(
		bt_value_array_borrow_element_by_index_const(params->inputs, index));
}
