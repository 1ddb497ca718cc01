/* SPDX-License-Identifier: MIT */
/* nested-story.c - see nested-story.h. The first field of everything is its level: 0. */
#include "nested-story.h"

VSPAN_SPAN(nested, outer, VSPAN_LEVEL_INFO, (u32, level), (u64, number));
VSPAN_SPAN(nested, inner, VSPAN_LEVEL_INFO, (u32, level), (u64, number), (str, text));
VSPAN_SPAN(nested, child, VSPAN_LEVEL_INFO, (u32, level), (u64, number));
VSPAN_EVENT(nested, event, VSPAN_LEVEL_INFO, (u32, level), (u64, number));

vspan_t outer, inner, child;

static void begin_outer(void)
{
	outer = vspan_begin(nested, outer, 0, 1);
}

static void begin_inner(void)
{
	inner = vspan_begin(nested, inner, 0, NUMBER_BEGUN, "two words");
}

static void event(void)
{
	vspan_event(nested, event, 0, 3);
}

static void set(void)
{
	vspan_set(inner, nested, inner, number, NUMBER_SET);
}

static void status(void)
{
	vspan_status(inner, VSPAN_STATUS_ERROR, "message");
}

static void link_spans(void)
{
	vspan_link(inner, outer);
}

static void begin_child(void)
{
	child = vspan_begin_child(outer, nested, child, 0, 4);
}

static void event_on_child(void)
{
	vspan_event_on(child, nested, event, 0, 5);
}

static void end_child(void)
{
	vspan_end(child);
}

static void end_inner(void)
{
	vspan_end_status(inner, VSPAN_STATUS_OK);
}

static void end_outer(void)
{
	vspan_end(outer);
}

const struct verb verbs[VERBS] = {
	{"begin", begin_outer, OUTSIDE, IN_OUTER, LIMIT},
	{"begin with a text", begin_inner, IN_OUTER, IN_INNER, LIMIT},
	{"event", event, IN_INNER, IN_INNER, LIMIT},
	{"set", set, IN_INNER, IN_INNER, LIMIT},
	{"status", status, IN_INNER, IN_INNER, LIMIT},
	{"link", link_spans, IN_INNER, IN_INNER, LIMIT},
	{"begin of a child", begin_child, IN_INNER, IN_INNER, LIMIT},
	{"event of a child", event_on_child, IN_INNER, IN_INNER, LIMIT},
	{"end of a child", end_child, IN_INNER, IN_INNER, LIMIT_END},
	{"publish", vspan_publish, IN_INNER, IN_INNER, LIMIT},
	{"end with a status", end_inner, IN_INNER, IN_OUTER, LIMIT_END},
	{"end", end_outer, IN_OUTER, OUTSIDE, LIMIT_END},
};
