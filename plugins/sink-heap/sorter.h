/* SPDX-License-Identifier: MIT */
/*
 * sorter.h - allocations and frees on their way into time order: trees come when they
 * are complete, so what a long span did may come after what was done after it.
 * Bounded; what comes later still is told by the profile.
 */
#ifndef VSPAN_PLUGINS_SINK_HEAP_SORTER_H
#define VSPAN_PLUGINS_SINK_HEAP_SORTER_H

#include "profile.h"

#include <stddef.h>
#include <stdint.h>

/* Events that wait. */
#define SORTER_MAX 1000000

struct sorter {
	struct profile_event *events; /* a binary heap, the earliest first */
	size_t count;
	size_t capacity;
	uint64_t order; /* of arrival: decides between events of one time */
};

/* Takes an event; the earliest goes to its profile if there are too many. Returns 0 or -ENOMEM. */
int sorter_push(struct sorter *sorter, const struct profile_event *event);

/* All that is left goes to the profiles. Returns 0 or -ENOMEM. */
int sorter_drain(struct sorter *sorter);

void sorter_clear(struct sorter *sorter);

#endif /* VSPAN_PLUGINS_SINK_HEAP_SORTER_H */
