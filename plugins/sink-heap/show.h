/* SPDX-License-Identifier: MIT */
/* show.h - the profiles of all VMs, as text or as a line of JSON. */
#ifndef VSPAN_PLUGINS_SINK_HEAP_SHOW_H
#define VSPAN_PLUGINS_SINK_HEAP_SHOW_H

#include "heap.h"

/* How stacks are ordered, and which of them are shown. */
enum show_order {
	SHOW_LIVE,  /* what is left, most bytes first */
	SHOW_BYTES, /* all that was allocated, the same */
	SHOW_COUNT, /* most allocations first */
	SHOW_ORDERS,
};

struct ranking {
	uint32_t *stacks; /* numbers; PROFILE_OTHER: those not told apart */
	size_t count;     /* all with anything to show */
	size_t shown;
};

/* Returns 0 or -ENOMEM; free `stacks` in any case. */
int ranking_make(struct ranking *ranking, const struct profile *profile, enum show_order order,
	uint64_t top);

const struct use *ranking_use(const struct profile *profile, uint32_t stack);

/* The addresses of a stack, and how many. */
const uint64_t *ranking_frames(const struct profile *profile, uint32_t stack, size_t *count);

int show_text(struct heap_sink *heap);
int show_json(struct heap_sink *heap);

#endif /* VSPAN_PLUGINS_SINK_HEAP_SHOW_H */
