/* SPDX-License-Identifier: MIT */
/*
 * contexts.h - what the host says of a stopped vCPU that changes who is whose
 * parent, by ring position: the trace context it enters it with, calls of guest
 * functions, spans of its own made for a call of the guest's. The ring is quiet
 * then, so the host knows from which record on each applies, and no guest
 * instruction is spent on it. The vCPU's thread pushes; the consumer's thread
 * takes each when it gets to that position (frames.h).
 */
#ifndef VSPAN_ASSEMBLY_CONTEXTS_H
#define VSPAN_ASSEMBLY_CONTEXTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <vspan/host.h>

/* Changes between two drains of the ring; more are refused. */
#define CONTEXTS_MAX 4096u

enum context_change {
	CONTEXT_SET,       /* the context is another */
	CONTEXT_CALL,      /* a guest function is called */
	CONTEXT_RETURN,    /* ...and has returned */
	CONTEXT_HOST_SPAN, /* a span of the host belongs to what the guest was doing */
};

struct context_entry {
	uint64_t position;
	uint64_t ts; /* ns */
	uint64_t span;
	uint32_t vm;
	enum context_change change;
};

struct contexts {
	/* Of the vCPU's thread: the contexts of the calls it is in, outermost first. */
	struct vspan_trace_context calls[VSPAN_CALLS_MAX + 1];
	uint32_t depth;
	uint32_t beyond; /* calls that were refused and have not returned */
	/* Of both: */
	pthread_mutex_t lock;          /* of what follows, but for reading `next` */
	struct context_entry *entries; /* grown as needed; NULL: none ever */
	uint32_t capacity;
	uint32_t first; /* of entries, which go round */
	uint32_t count;
	uint64_t next; /* position of the first entry, UINT64_MAX: none; atomic */
};

void contexts_init(struct contexts *contexts);
void contexts_destroy(struct contexts *contexts);

/* Forgets all: another life of the vCPU, which is stopped, begins without a context. */
void contexts_restart(struct contexts *contexts);

/* What applies now, as the vCPU's thread said it; all zeroes: none. */
static inline const struct vspan_trace_context *contexts_current(const struct contexts *contexts)
{
	return &contexts->calls[contexts->depth];
}

/* True while a call has not returned. */
static inline bool contexts_nested(const struct contexts *contexts)
{
	return contexts->depth + contexts->beyond != 0;
}

/*
 * These return 1: the current context has changed; 0: it has not; -ENOSPC: too
 * many wait, or calls are too deep: as if it had not been said.
 */
int contexts_set(
	struct contexts *contexts, uint64_t position, const struct vspan_trace_context *context);
/* `context` NULL: not told; the current one stays what the guest reads. */
int contexts_call(
	struct contexts *contexts, uint64_t position, const struct vspan_trace_context *context);
int contexts_return(struct contexts *contexts, uint64_t position);

/* Span `span` of VM `vm` was begun for what the guest does at `position`. 0 or -ENOSPC. */
int contexts_host_span(
	struct contexts *contexts, uint64_t position, uint64_t ts, uint32_t vm, uint64_t span);

/* The next change that applies at `position`; false: there is none. The consumer's thread. */
bool contexts_pop(struct contexts *contexts, uint64_t position, struct context_entry *out);

/* The position of the next change; UINT64_MAX: none. */
static inline uint64_t contexts_next(const struct contexts *contexts)
{
	return __atomic_load_n(&contexts->next, __ATOMIC_ACQUIRE);
}

/* Whether contexts_pop() has something. */
static inline bool contexts_due(const struct contexts *contexts, uint64_t position)
{
	return __builtin_expect(position >= contexts_next(contexts), 0);
}

#endif /* VSPAN_ASSEMBLY_CONTEXTS_H */
