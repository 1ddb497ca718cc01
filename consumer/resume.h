/* SPDX-License-Identifier: MIT */
/*
 * resume.h - between an attachment and its checkpoint: what is written at the
 * end of each batch, and how another consumer takes over from it.
 */
#ifndef VSPAN_CONSUMER_RESUME_H
#define VSPAN_CONSUMER_RESUME_H

#include "attachment.h"

/*
 * Before the region is drained: finds again what an earlier consumer left in
 * attachment->checkpoint. The call sites must have been learned.
 */
void resume_attachment(struct vspan_attachment *attachment);

/* After announcing the region: says where each ring goes on, and replays the journal. */
void resume_announce(struct vspan_attachment *attachment);

/* A batch of that ring that ends at `next` is about to be emitted. */
void resume_begin(struct vspan_attachment *attachment, struct ring_state *state, uint64_t next);

/*
 * It has been: from now on the ring has been read up to `cursor`. Before its slots
 * are given back, or a successor would find them overwritten.
 */
void resume_commit(struct vspan_attachment *attachment, struct ring_state *state, uint64_t cursor);

/* All that was emitted has reached LTTng: a successor repeats nothing. */
void resume_done(struct vspan_attachment *attachment);

/* The same, and what is known now is what a successor finds. */
void resume_settle(struct vspan_attachment *attachment);

#endif /* VSPAN_CONSUMER_RESUME_H */
