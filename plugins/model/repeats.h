/* SPDX-License-Identifier: MIT */
/*
 * repeats.h - which events of a VM a trace has twice, since a consumer that took
 * over from one that died emits again what it cannot know to be out. Both
 * component classes ask here before they take an event.
 */
#ifndef VSPAN_PLUGINS_MODEL_REPEATS_H
#define VSPAN_PLUGINS_MODEL_REPEATS_H

#include "map.h"
#include "record.h"

/* Events of a VM that are remembered; what was emitted before them has no twin any more. */
#define REPEATS_MEMORY 262144

struct repeats_event;

/* Of one VM. All zeroes: nothing seen. */
struct repeats {
	struct repeats_event *events; /* a ring of REPEATS_MEMORY, NULL: none yet */
	uint64_t remembered;          /* events ever put there */
	struct map by_key;            /* struct repeats_event */
	struct map rings;             /* struct repeats_ring, by vCPU */
	uint64_t dropped;             /* repetitions */
	uint64_t unsure;   /* kept, though they may be repetitions of what is forgotten */
	uint32_t restarts; /* changes of consumers, as resume events tell: the most of any ring */
};

/*
 * Takes note of a record. Returns 1 if it is the repetition of an earlier one and
 * has to be dropped, 0 if not, -ENOMEM.
 */
int repeats_check(struct repeats *repeats, const struct record *record);

void repeats_clear(struct repeats *repeats);

#endif /* VSPAN_PLUGINS_MODEL_REPEATS_H */
