/* SPDX-License-Identifier: MIT */
/*
 * options.c - see options.h.
 */
#include "options.h"

#include "model/params.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Colours only for a person: a terminal, and nobody who asked for none (no-color.org). */
static bool color_wanted(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR");

	return !(no_color && *no_color) && !options->path && isatty(STDOUT_FILENO);
}

static int color_parse(struct options *options, bt_self_component *component, const char *color)
{
	if (!color || strcmp(color, "auto") == 0)
		options->color = color_wanted(options);
	else if (strcmp(color, "always") == 0)
		options->color = true;
	else if (strcmp(color, "never") != 0) {
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component,
			"parameter `color` must be \"auto\", \"always\" or \"never\", not \"%s\"",
			color);
		return -EINVAL;
	}
	return 0;
}

int options_read(struct options *options, bt_self_component *component, const bt_value *params)
{
	char *color = NULL;
	const struct param table[] = {
		{"color", PARAM_STRING, &color},
		{"depth", PARAM_COUNT, &options->depth},
		{"limit", PARAM_COUNT, &options->limit},
		{"min-duration", PARAM_COUNT, &options->min_duration},
		{"name", PARAM_STRING, &options->name},
		{"path", PARAM_STRING, &options->path},
	};
	int status = params_read(component, params, table, sizeof(table) / sizeof(table[0]));

	if (status == 0)
		status = color_parse(options, component, color);
	free(color);
	return status;
}

void options_clear(struct options *options)
{
	free(options->name);
	free(options->path);
	*options = (struct options){0};
}
