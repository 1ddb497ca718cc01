/* SPDX-License-Identifier: MIT */
/*
 * contexts.h - the trace contexts the host entered its vCPUs with: which trace,
 * in the sense of W3C and OpenTelemetry, a span of the host belongs to that is
 * the parent of a guest's span. Bounded: what no tree that is still to come can
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

/*
 * The trace of the host's span `span`, with which the vCPU had been entered by
 * `time`. False if that is not known.
 */
bool contexts_find(const struct contexts *contexts, uint32_t vm, uint32_t vcpu, uint64_t span,
	int64_t time, uint64_t trace_id[2]);

void contexts_clear(struct contexts *contexts);

#endif /* VSPAN_PLUGINS_MODEL_CONTEXTS_H */
