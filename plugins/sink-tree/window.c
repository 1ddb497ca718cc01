/* SPDX-License-Identifier: MIT */
/*
 * window.c - the parameters `from` and `to`: times as people write them.
 */
#include "tree-sink.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define DAY (86400 * NS_PER_S)

/* ".5" is half a second. Returns what follows, NULL if it is no fraction. */
static const char *fraction_parse(const char *string, int64_t *ns)
{
	int64_t unit = NS_PER_S;

	*ns = 0;
	if (*string != '.')
		return string;
	string++;
	if (*string < '0' || *string > '9')
		return NULL;
	for (; *string >= '0' && *string <= '9'; string++) {
		unit /= 10;
		*ns += unit * (*string - '0');
	}
	return string;
}

/* `dated`: *time is from the origin, else from midnight. Returns whether it is a time. */
static bool time_parse(const char *string, int64_t *time, bool *dated)
{
	struct tm tm = {0};
	const char *end = strptime(string, "%Y-%m-%d %H:%M:%S", &tm);
	int64_t ns;

	*dated = end != NULL;
	if (!end) {
		tm = (struct tm){.tm_year = 70, .tm_mday = 1};
		end = strptime(string, "%H:%M:%S", &tm);
	}
	if (!end)
		return false;
	end = fraction_parse(end, &ns);
	if (!end || *end)
		return false;
	*time = (int64_t)timegm(&tm);
	/* Beyond what 64 bits of ns hold there is nothing to compare with. */
	if (*time > INT64_MAX / NS_PER_S - 1 || *time < INT64_MIN / NS_PER_S + 1)
		return false;
	*time = *time * NS_PER_S + ns;
	return true;
}

static int time_check(bt_self_component *component, const char *name, const char *string)
{
	int64_t time;
	bool dated;

	if (!string || time_parse(string, &time, &dated))
		return 0;
	BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component,
		"parameter `%s` must be a time (UTC) as \"14:03:05.5\" or "
		"\"2026-11-24 14:03:05.5\", not \"%s\"",
		name, string);
	return -EINVAL;
}

int window_check(struct tree_sink *tree, bt_self_component *component)
{
	tree->window_from = INT64_MIN;
	tree->window_to = INT64_MAX;
	if (time_check(component, "from", tree->from) < 0)
		return -EINVAL;
	return time_check(component, "to", tree->to);
}

static int64_t time_resolve(const char *string, int64_t first)
{
	int64_t day = first - (first % DAY + DAY) % DAY;
	int64_t time;
	bool dated, valid;

	valid = time_parse(string, &time, &dated);
	assert(valid);
	(void)valid;
	return dated ? time : day + time;
}

void window_resolve(struct tree_sink *tree, int64_t first)
{
	if (tree->window_known)
		return;
	tree->window_known = true;
	/* A start near the ends of the range has no day. */
	if (first < INT64_MIN + 2 * DAY || first > INT64_MAX - 2 * DAY)
		first = 0;
	if (tree->from)
		tree->window_from = time_resolve(tree->from, first);
	if (tree->to)
		tree->window_to = time_resolve(tree->to, first);
}
