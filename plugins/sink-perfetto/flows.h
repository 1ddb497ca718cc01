/* SPDX-License-Identifier: MIT */
/*
 * flows.h - the arrows of a Perfetto trace: from a span to a child on another
 * vCPU or in another VM, and from a span to one that links to it. Both ends
 * carry the arrow's number, so it can be drawn to what was already written only
 * as long as one remembers where that is.
 */
#ifndef VSPAN_PLUGINS_SINK_PERFETTO_FLOWS_H
#define VSPAN_PLUGINS_SINK_PERFETTO_FLOWS_H

#include "model/node.h"

/* Arrows from one span to its children, and to one span by its links. */
#define FLOWS_CHILDREN_MAX 1024u
#define FLOWS_LINKS_MAX 64u
/* Spans whose place is remembered. */
#define FLOWS_MEMORY 65536u

struct flow_place {
	uint64_t span; /* mix_span(), 0: none */
	uint64_t track;
	int64_t start;
};

/* All zeroes is nothing remembered. */
struct flows {
	struct flow_place *places;
};

/*
 * Whether a child is drawn somewhere else than its parent, so that an arrow helps.
 * Perfetto draws arrows forwards only: there is none to a child whose clock is behind.
 */
bool flows_apart(const struct node *parent, const struct node *child);

/* The arrow to a child. */
uint64_t flows_child(const struct node *child);

/* The arrow to a span that has a link, from the one it links to. */
uint64_t flows_link(const struct node *span, const struct note *link);

/* Remembers where a span was drawn. Returns 0 or -ENOMEM. */
int flows_remember(struct flows *flows, const struct node *span, uint64_t track);

/* Where the span was drawn that a link of `span` names; NULL: not known. */
const struct flow_place *flows_recall(
	const struct flows *flows, const struct node *span, const struct note *link);

void flows_clear(struct flows *flows);

#endif /* VSPAN_PLUGINS_SINK_PERFETTO_FLOWS_H */
