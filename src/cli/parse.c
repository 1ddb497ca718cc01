/* SPDX-License-Identifier: MIT */
/* parse.c - values on the command line. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/abi.h>
#include "cli.h"

struct unit {
	const char *suffix;
	uint64_t factor;
};

void cli_error(const char *format, ...)
{
	va_list args;

	fputs("vspan: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void cli_option_error(int code, char **argv)
{
	const char *word = argv[optind - 1];
	const char letter[] = {'-', (char)optopt, '\0'};
	const bool is_long = optopt == 0 || strncmp(word, "--", 2) == 0;
	const char *option = is_long ? word : letter;

	if (code == ':')
		cli_error("the option `%s` needs a value: see `vspan %s --help`", option, argv[0]);
	else if (is_long && optopt != 0)
		cli_error(
			"`%s`: this option takes no value: see `vspan %s --help`", option, argv[0]);
	else
		cli_error("no option `%s`: `vspan %s --help` lists the options", option, argv[0]);
}

void cli_value_error(const char *value, const char *expected)
{
	cli_error("`%s` does not do: expected %s", value, expected);
}

/* A number with one of the units; the list ends with a NULL suffix. */
static bool parse_with_unit(const char *text, const struct unit *units, uint64_t *value)
{
	char *end;
	uint64_t number;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno != 0)
		return false;
	for (; units->suffix != NULL; units++)
		if (strcmp(end, units->suffix) == 0 && number <= UINT64_MAX / units->factor) {
			*value = number * units->factor;
			return true;
		}
	return false;
}

bool parse_size(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{"", 1},
		{"k", UINT64_C(1) << 10},
		{"K", UINT64_C(1) << 10},
		{"M", UINT64_C(1) << 20},
		{"G", UINT64_C(1) << 30},
		{NULL, 0},
	};

	return parse_with_unit(text, units, bytes);
}

bool parse_duration(const char *text, uint64_t *ns)
{
	static const struct unit units[] = {
		{"", 1},
		{"ns", 1},
		{"us", 1000},
		{"ms", 1000000},
		{"s", 1000000000},
		{NULL, 0},
	};

	return parse_with_unit(text, units, ns);
}

bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
	static const struct unit units[] = {{"", 1}, {NULL, 0}};

	return parse_with_unit(text, units, number) && *number >= least && *number <= most;
}

bool parse_format(const char *text, bool *json)
{
	*json = strcmp(text, "json") == 0;
	return *json || strcmp(text, "text") == 0;
}

bool parse_ring_size(const char *text, uint64_t *bytes)
{
	return parse_size(text, bytes) && *bytes >= VSPAN_ABI_RING_SIZE_MIN &&
		*bytes <= VSPAN_ABI_RING_SIZE_MAX && (*bytes & (*bytes - 1)) == 0;
}

static const char *const modes[] = {
	[VSPAN_ABI_MODE_BLOCK] = "block",
	[VSPAN_ABI_MODE_DISCARD] = "discard",
	[VSPAN_ABI_MODE_OVERWRITE] = "overwrite",
};

bool parse_mode(const char *text, uint32_t *mode)
{
	uint32_t i;

	for (i = VSPAN_ABI_MODE_BLOCK; i <= VSPAN_ABI_MODE_OVERWRITE; i++)
		if (strcmp(text, modes[i]) == 0) {
			*mode = i;
			return true;
		}
	return false;
}

const char *mode_name(uint32_t mode)
{
	return mode >= VSPAN_ABI_MODE_BLOCK && mode <= VSPAN_ABI_MODE_OVERWRITE ? modes[mode]
										: "unknown";
}

bool parse_clock(const char *text, struct vspan_attach_options *clock)
{
	char *end;

	*clock = (struct vspan_attach_options){0};
	if (strcmp(text, "host") == 0)
		return true;
	if (strcmp(text, "unknown") == 0)
		return clock->counter_unknown = true;
	if (strncmp(text, "offset:", 7) != 0 || strchr("+-0123456789", text[7]) == NULL)
		return false;
	errno = 0;
	clock->counter_offset = strtoll(text + 7, &end, 10);
	return errno == 0 && end != text + 7 && *end == '\0';
}
