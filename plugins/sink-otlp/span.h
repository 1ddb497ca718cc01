/* SPDX-License-Identifier: MIT */
/* span.h - one span as OTLP has it: attributes, events, links, status. */
#ifndef VSPAN_PLUGINS_SINK_OTLP_SPAN_H
#define VSPAN_PLUGINS_SINK_OTLP_SPAN_H

#include "identity.h"
#include "json.h"

/* Of one span; how many more there were is told. */
#define SPAN_EVENTS_MAX 4096u
#define SPAN_LINKS_MAX 256u

/* The span of a node; *items is how many things it consists of, itself one of them. */
struct json_object *span_json(struct json *json, const struct identity *identity,
	const struct node *node, const struct trace_id *trace, size_t *items);

#endif /* VSPAN_PLUGINS_SINK_OTLP_SPAN_H */
