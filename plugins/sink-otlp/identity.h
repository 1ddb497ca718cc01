/* SPDX-License-Identifier: MIT */
/*
 * identity.h - the ids that spans have in OpenTelemetry: 16 bytes for a trace, 8
 * for a span. A tree is a trace; it has the id the host gave with the context it
 * entered a vCPU with, if there was one, else one made from the VM's identity
 * and the root's span id and begin.
 */
#ifndef VSPAN_PLUGINS_SINK_OTLP_IDENTITY_H
#define VSPAN_PLUGINS_SINK_OTLP_IDENTITY_H

#include "model/node.h"

/* Spans whose trace is remembered, for links to them. */
#define IDENTITY_MEMORY 65536u

struct trace_id {
	uint64_t halves[2]; /* most significant first; not both 0 */
};

struct identity_place {
	uint64_t span; /* exported id, 0: none */
	struct trace_id trace;
};

/* All zeroes is ready. */
struct identity {
	bool contexts; /* there are some in the trace */
	struct identity_place *places;
};

/* The trace that a tree, or a part of one, belongs to. */
struct trace_id identity_trace(const struct identity *identity, const struct node *root);

/*
 * Gives a span its id, which its `user` keeps, and remembers its trace. If the
 * guest has given its number to an earlier one of the trace, it gets another.
 * Returns 0 or -ENOMEM.
 */
int identity_give(struct identity *identity, struct node *span, const struct trace_id *trace);

/* The id of a span; never 0, the same in each export. */
uint64_t identity_span(const struct node *span);

/*
 * The id of a span's parent, 0: none. One of the host that is not in the trace has
 * the number the host gave.
 */
uint64_t identity_parent(const struct node *span);

/* The trace that the context says whose span of the host is a span's parent; false: not known. */
bool identity_context(const struct node *span, struct trace_id *trace);

bool identity_same(const struct trace_id *a, const struct trace_id *b);

/*
 * Where a link of a span leads: the id of the span linked to and, in *trace, which
 * must be that of `span`, its trace.
 */
uint64_t identity_link(const struct identity *identity, const struct node *span,
	const struct note *link, struct trace_id *trace);

void identity_clear(struct identity *identity);

#endif /* VSPAN_PLUGINS_SINK_OTLP_IDENTITY_H */
