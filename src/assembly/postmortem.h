/* SPDX-License-Identifier: MIT */
/*
 * postmortem.h - what a consumer would have made of a region whose writers are
 * gone, or were stopped: reads every ring to its end, in turns as a consumer
 * does, and closes the account. Works on a private copy (region-copy.h): readers
 * store their cursors in it. For source.vspan.ring and `vspan dump`, which bring
 * what is behind provider.h and control.h.
 */
#ifndef VSPAN_ASSEMBLY_POSTMORTEM_H
#define VSPAN_ASSEMBLY_POSTMORTEM_H

#include "attachment.h"

struct postmortem_options {
	/*
	 * Everything that still lies in the slots, also what a consumer had drained; else
	 * from the cursors on.
	 */
	bool all;
	/* Guest counter to time; ratio 0: from this machine's clocks. */
	struct clock clock;
};

/* Where a ring is read from. */
struct postmortem_ring {
	uint64_t cursor; /* before it, a consumer had drained the ring */
	uint64_t from;
	uint64_t reserved; /* the position the writer would have taken next */
	uint64_t before;   /* records a consumer drained before `from` */
};

struct postmortem {
	struct vspan_attachment *attachment;
	struct postmortem_ring *rings;
	uint64_t latest;       /* no record is later, ns */
	uint32_t turn;         /* whose turn it is: a ring */
	uint32_t turn_batches; /* ...and how many it has had in it */
	bool worked;           /* a ring had something in this round */
	struct batch batch;    /* what postmortem_read() read, of ring `turn` */
};

/*
 * Prepares, learns the call sites. 0, or a negative errno with *error filled.
 * postmortem_close() in any case, with a zeroed struct if nothing was opened.
 */
int postmortem_open(struct postmortem *postmortem, struct vspan_region *region,
	const struct postmortem_options *options, struct vspan_error *error);

/* One batch of one ring: its records are emitted. False: all rings have been read. */
bool postmortem_read(struct postmortem *postmortem);

/* Everything was read: closes the account of a ring, ends its open spans. */
void postmortem_end(struct postmortem *postmortem, uint32_t ring);

void postmortem_close(struct postmortem *postmortem);

#endif /* VSPAN_ASSEMBLY_POSTMORTEM_H */
