/* SPDX-License-Identifier: MIT */
/*
 * clocks.h - the consumer's clocks: its machine's own, and with it those of all
 * guests whose counter has a known relation to that; and of the others, what
 * becomes known by pings they answer and by when their records arrive. Called by
 * the consumer's thread, but for clocks_start() and clocks_attach().
 */
#ifndef VSPAN_CONSUMER_CLOCKS_H
#define VSPAN_CONSUMER_CLOCKS_H

#include "consumer.h"

/* The baseline begins; before the thread does. */
void clocks_start(struct vspan_consumer *consumer);

/*
 * An attachment's first clock. Any thread; may sleep for the shortest baseline.
 * -ERANGE: this machine's counter does not advance steadily.
 */
int clocks_attach(struct vspan_attachment *attachment);

/* Once a round: reads the host's clocks if that is due. */
void clocks_refresh(struct vspan_consumer *consumer, uint64_t now);

/* Once a round for each attachment: its clock follows, and the trace is told. */
void clocks_follow(
	struct vspan_consumer *consumer, struct vspan_attachment *attachment, uint64_t now);

/* Unknown counters: asks the guest for it, and takes what it answered. */
void clocks_ping(struct vspan_attachment *attachment, struct ring_state *state, uint64_t now);

/* Unknown counters: takes what a batch that was just copied tells. */
void clocks_take_batch(struct vspan_attachment *attachment, const struct ring_state *state,
	const struct batch *batch);

#endif /* VSPAN_CONSUMER_CLOCKS_H */
