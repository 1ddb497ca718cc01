/* SPDX-License-Identifier: MIT */
/* flows.c - see flows.h. */
#include "flows.h"

#include "model/forest.h"
#include "model/mix.h"

#include <errno.h>
#include <stdlib.h>

enum flow_salt {
	FLOW_CHILD = 0x6368696c,
	FLOW_LINK = 0x6c696e6b,
};

bool flows_apart(const struct node *parent, const struct node *child)
{
	return child->type == NODE_SPAN && child->vcpu != parent->vcpu &&
		child->start >= parent->start;
}

uint64_t flows_child(const struct node *child)
{
	return mix_not_zero(mix_add(mix_add(FLOW_CHILD, child->vcpu->vm->number), child->id));
}

uint64_t flows_link(const struct node *span, const struct note *link)
{
	uint64_t mixed = mix_add(mix_add(FLOW_LINK, span->vcpu->vm->number), span->id);

	return mix_not_zero(mix_add(mixed, link->linked));
}

int flows_remember(struct flows *flows, const struct node *span, uint64_t track)
{
	uint64_t mixed = mix_span(span->vcpu->vm->number, span->id);

	if (!flows->places)
		flows->places = calloc(FLOWS_MEMORY, sizeof(*flows->places));
	if (!flows->places)
		return -ENOMEM;
	flows->places[mixed % FLOWS_MEMORY] =
		(struct flow_place){.span = mixed, .track = track, .start = span->start};
	return 0;
}

const struct flow_place *flows_recall(
	const struct flows *flows, const struct node *span, const struct note *link)
{
	uint64_t mixed = mix_span(span->vcpu->vm->number, link->linked);
	const struct flow_place *place;

	/* With a trace id it is somebody else's span, whatever its number. */
	if (!flows->places || link->trace_id[0] || link->trace_id[1])
		return NULL;
	place = &flows->places[mixed % FLOWS_MEMORY];
	return place->span == mixed ? place : NULL;
}

void flows_clear(struct flows *flows)
{
	free(flows->places);
	flows->places = NULL;
}
