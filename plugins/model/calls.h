/* SPDX-License-Identifier: MIT */
/*
 * calls.h - spans of the host that were made for a call of a guest's: by
 * vspan:call, which spans of the guest they belong to. Told before the host's
 * span is; waits for it here. Bounded: the oldest ones are forgotten, whose spans
 * a filter has dropped.
 */
#ifndef VSPAN_PLUGINS_MODEL_CALLS_H
#define VSPAN_PLUGINS_MODEL_CALLS_H

#include "map.h"

#include <stdbool.h>
#include <stdint.h>

/* Calls that are remembered for a VM of the host, at least. */
#define CALLS_MIN 32768u

struct call {
	uint64_t span;        /* the parent */
	uint32_t vm;          /* ...which is of that VM; 0: of none of this trace */
	uint64_t trace_id[2]; /* of a parent out of this trace, 0: not told */
};

/* Of one VM. All zeroes is: none. */
struct calls {
	struct map latest; /* struct call by the host's span */
	struct map before;
};

/* `call` is copied. Returns 0 or -ENOMEM. */
int calls_add(struct calls *calls, uint64_t host_span, const struct call *call);

/* The call that a host's span was made for, in *call, and forgets it. False: none. */
bool calls_take(struct calls *calls, uint64_t host_span, struct call *call);

void calls_clear(struct calls *calls);

#endif /* VSPAN_PLUGINS_MODEL_CALLS_H */
