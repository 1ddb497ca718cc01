/* SPDX-License-Identifier: MIT */
/*
 * assemble.h - turns the records of a ring into finished spans and events, and
 * emits them. The consumer's thread calls it for each batch it drained.
 */
#ifndef VSPAN_ASSEMBLY_ASSEMBLE_H
#define VSPAN_ASSEMBLY_ASSEMBLE_H

#include "attachment.h"

/* Takes all records of a batch. `now`: CLOCK_MONOTONIC ns, no record is later. */
void assemble_batch(struct vspan_attachment *attachment, struct ring_state *state,
	const struct batch *batch, uint64_t now);

#endif /* VSPAN_ASSEMBLY_ASSEMBLE_H */
