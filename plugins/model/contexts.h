/* SPDX-License-Identifier: MIT */
/*
 * contexts.h - the trace contexts the host entered its vCPUs with: of which VM the
 * span of the host is that is the parent of a guest's span, and which trace, in the
 * sense of W3C and OpenTelemetry, it belongs to. Bounded: what no tree that is still to come can
 * ask for is forgotten.
 */
#ifndef VSPAN_PLUGINS_MODEL_CONTEXTS_H
#define VSPAN_PLUGINS_MODEL_CONTEXTS_H

#include "map.h"
#include "record.h"

#include <stdbool.h>
#include <stdint.h>

/* Contexts of one vCPU that are kept; beyond, the oldest are forgotten. */
#define CONTEXTS_MAX 65536u

/* All zeroes is: none. */
struct contexts {
	struct map rings; /* struct context_ring by VM and vCPU */
	int64_t passed;
	uint64_t taken;
	uint64_t forgotten; /* because of CONTEXTS_MAX */
};

/* Takes an event of role EVENT_CONTEXT. Returns 0 or -ENOMEM. */
int contexts_take(struct contexts *contexts, const struct record *record);

/* Nothing that begins before `time` will be asked for. */
void contexts_pass(struct contexts *contexts, int64_t time);

struct context {
	int64_t time;
	uint64_t position; /* of the ring */
	uint64_t span;     /* of the host, 0: none from here on */
	uint64_t trace_id[2];
	uint32_t host_vm; /* whose span that is, 0: of none of this trace, or not told */
};

/*
 * The context by which the host's span `span` was the parent of what a vCPU wrote
 * at `time`, and at the position of span id `child` (0: not known). NULL: not
 * known. Valid until the next one is taken.
 */
const struct context *contexts_find(const struct contexts *contexts, uint32_t vm, uint32_t vcpu,
	uint64_t span, int64_t time, uint64_t child);

void contexts_clear(struct contexts *contexts);

#endif /* VSPAN_PLUGINS_MODEL_CONTEXTS_H */
