/* SPDX-License-Identifier: MIT */
/* span.h - one span as OTLP's JSON has it: attributes, events, links, status. */
#ifndef VSPAN_PLUGINS_SINK_OTLP_SPAN_H
#define VSPAN_PLUGINS_SINK_OTLP_SPAN_H

#include "identity.h"

/* Of one span; how many more there were is told. */
#define SPAN_EVENTS_MAX 4096u
#define SPAN_LINKS_MAX 256u

/* Appends the span of a node. Returns how many things it consists of, itself one of them. */
size_t span_append(struct text *text, const struct identity *identity, const struct node *node,
	const struct trace_id *trace);

#endif /* VSPAN_PLUGINS_SINK_OTLP_SPAN_H */
