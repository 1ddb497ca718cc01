/* SPDX-License-Identifier: MIT */
/*
 * contexts.h - the trace contexts of one vCPU, by ring position: the host knows
 * at each entry into the stopped vCPU from which record on its context applies,
 * so no guest instruction is spent on it. The vCPU's thread pushes, the
 * consumer's thread applies them when it gets to that position.
 */
#ifndef VSPAN_ASSEMBLY_CONTEXTS_H
#define VSPAN_ASSEMBLY_CONTEXTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Entries with a new context between two drains of the ring; more are refused. */
#define CONTEXTS_MAX 64u

struct context_entry {
	uint64_t position;
	uint64_t trace_id[2];
	uint64_t span; /* 0: no context from here on */
};

struct contexts {
	pthread_mutex_t lock; /* of entries and count */
	struct context_entry entries[CONTEXTS_MAX];
	uint32_t count;
	struct context_entry latest; /* pushed; the vCPU's thread */
	uint64_t next;               /* position of the first entry, UINT64_MAX: none; atomic */
	uint64_t span;               /* applied; the consumer's thread */
};

void contexts_init(struct contexts *contexts);
void contexts_destroy(struct contexts *contexts);

/* Forgets all: another life of the vCPU, which is stopped, begins without a context. */
void contexts_restart(struct contexts *contexts);

/* 1: it is news; 0: it was so already; -ENOSPC: too many wait. */
int contexts_push(struct contexts *contexts, const struct context_entry *entry);

/* Drops into place what applies at `position`; contexts->span is what it is then. */
void contexts_apply_slowly(struct contexts *contexts, uint64_t position);

static inline void contexts_apply(struct contexts *contexts, uint64_t position)
{
	if (__builtin_expect(position >= __atomic_load_n(&contexts->next, __ATOMIC_ACQUIRE), 0))
		contexts_apply_slowly(contexts, position);
}

#endif /* VSPAN_ASSEMBLY_CONTEXTS_H */
