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

#include <stdbool.h>
#include <stdint.h>

/* Events of a VM that are remembered; what was emitted before them has no twin any more. */
#define REPEATS_MEMORY 262144

struct repeats_event;
struct repeats_ring;

/* Of one VM. All zeroes: nothing seen. */
struct repeats {
	/*
	 * Until a consumer takes over, of each event only its key is noted: most traces have no
	 * repetitions, and are to be read fast.
	 */
	uint64_t *keys; /* a ring of REPEATS_MEMORY, NULL: none yet, or `events` has them */
	uint64_t noted; /* keys ever put there */
	bool active;    /* a consumer has taken over */
	struct repeats_event *events; /* a ring of REPEATS_MEMORY, NULL: none yet */
	uint64_t remembered;          /* events ever put there */
	struct map by_key;            /* struct repeats_event */
	struct map rings;             /* struct repeats_ring, by vCPU */
	struct repeats_ring *last;    /* the one last looked up */
	uint64_t dropped;             /* repetitions */
	uint64_t unsure;   /* kept, though they may be repetitions of what is forgotten */
	uint32_t restarts; /* changes of consumers, as resume events tell: the most of any ring */
};

/*
 * Takes note of a record. Returns 1 if it is the repetition of an earlier one and
 * has to be dropped, 0 if not, -ENOMEM.
 */
int repeats_check(struct repeats *repeats, const struct record *record);

/* The hash of a site's name ("provider:name") as it is in any trace of it. */
uint64_t repeats_hash_label(const char *name);

void repeats_clear(struct repeats *repeats);

#endif /* VSPAN_PLUGINS_MODEL_REPEATS_H */
