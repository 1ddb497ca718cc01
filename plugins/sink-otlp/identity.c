/* SPDX-License-Identifier: MIT */
/* identity.c - see identity.h. */
#include "identity.h"

#include "model/forest.h"
#include "model/mix.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <vspan/trace.h>

/* How far up from a part its root is looked for: who nests more deeply gets several traces. */
#define ANCESTORS_MAX 4096u
/* Spans of one number in a trace that get ids of their own. */
#define TWINS_MAX 16u

_Static_assert(sizeof(uintptr_t) >= sizeof(uint64_t), "a node's `user` holds an id");

uint64_t identity_span(const struct node *span)
{
	assert(span->type == NODE_SPAN);
	return span->user ? (uintptr_t)span->user : mix_span(span->vcpu->vm->number, span->id);
}

uint64_t identity_parent(const struct node *span)
{
	if (span->parent)
		return identity_span(span->parent);
	return span->flags & VSPAN_TRACE_FLAG_REMOTE ? span->parent_id : 0;
}

bool identity_context(const struct node *span, struct trace_id *trace)
{
	*trace = (struct trace_id){{span->trace_id[0], span->trace_id[1]}};
	return span->type == NODE_SPAN && (span->trace_id[0] || span->trace_id[1]);
}

/* The root of the tree that a part will turn out to belong to, as far as is known. */
static const struct node *part_top(const struct node *root)
{
	for (size_t i = 0; root->parent && i < ANCESTORS_MAX; i++)
		root = root->parent;
	return root;
}

static struct trace_id trace_derive(const struct node *root)
{
	const struct vm *vm = root->vcpu->vm;
	uint64_t mixed = vm->attached && (vm->identity[0] || vm->identity[1])
		? mix_add(mix_add(0, vm->identity[0]), vm->identity[1])
		: mix_add(1, vm->number);
	struct trace_id trace;

	/* The time too: a guest may give two roots one number. */
	trace.halves[0] = mix_add(mix_add(mixed, root->id), (uint64_t)root->start);
	trace.halves[1] = mix_not_zero(mix_add(trace.halves[0], root->id));
	return trace;
}

struct trace_id identity_trace(const struct identity *identity, const struct node *root)
{
	const struct node *top = part_top(root);
	struct trace_id trace;
	uint64_t depth = 0;

	assert(root->type == NODE_SPAN);
	if (!identity->contexts)
		return trace_derive(top);
	if (identity_context(top, &trace))
		return trace;
	/* The host's own spans do not say which trace they are of; those they caused do. */
	for (const struct node *node = root; node; node = node_next(root, node, true, &depth)) {
		if (identity_context(node, &trace))
			return trace;
	}
	return trace_derive(top);
}

bool identity_same(const struct trace_id *a, const struct trace_id *b)
{
	return a->halves[0] == b->halves[0] && a->halves[1] == b->halves[1];
}

int identity_give(struct identity *identity, struct node *span, const struct trace_id *trace)
{
	uint64_t id = identity_span(span);
	struct identity_place *place;

	if (!identity->places)
		identity->places = calloc(IDENTITY_MEMORY, sizeof(*identity->places));
	if (!identity->places)
		return -ENOMEM;
	place = &identity->places[id % IDENTITY_MEMORY];
	for (size_t i = 0;
		i < TWINS_MAX && place->span == id && identity_same(&place->trace, trace); i++) {
		id = mix_not_zero(mix_add(id, (uint64_t)span->start));
		place = &identity->places[id % IDENTITY_MEMORY];
	}
	*place = (struct identity_place){.span = id, .trace = *trace};
	span->user = (void *)(uintptr_t)id;
	return 0;
}

uint64_t identity_link(const struct identity *identity, const struct node *span,
	const struct note *link, struct trace_id *trace)
{
	uint64_t id = mix_span(span->vcpu->vm->number, link->linked);
	const struct identity_place *place;

	if (link->trace_id[0] || link->trace_id[1]) {
		*trace = (struct trace_id){{link->trace_id[0], link->trace_id[1]}};
		return link->linked;
	}
	/* The guest takes it to be of the same trace; it knows nothing of ours. */
	place = identity->places ? &identity->places[id % IDENTITY_MEMORY] : NULL;
	if (place && place->span == id)
		*trace = place->trace;
	return id;
}

void identity_clear(struct identity *identity)
{
	free(identity->places);
	identity->places = NULL;
}
