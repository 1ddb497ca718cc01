/* SPDX-License-Identifier: MIT */
/*
 * frames.h - the calls a vCPU is in, as the consumer's thread knows them when it
 * gets to a record: each call of a guest function opens a frame of the vCPU's
 * stack of spans, and its return closes it. What begins in a frame is not a child
 * of what was open outside: that made a call of the host, whose span is in between.
 */
#ifndef VSPAN_ASSEMBLY_FRAMES_H
#define VSPAN_ASSEMBLY_FRAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/host.h>

struct vspan_attachment;
struct ring_state;

struct frames {
	uint64_t contexts[VSPAN_CALLS_MAX + 1]; /* the host's span of each frame, 0: not told */
	uint32_t depth;
};

/*
 * What something without a span of its own belongs to, 0: nothing. *remote: it is
 * a span of the host, from the context of the frame.
 */
uint64_t frames_parent(const struct ring_state *state, bool *remote);

/*
 * What the host said of the vCPU up to `position`, of whose records all before
 * have been taken: frames open and close, spans of the host get their parents.
 */
void frames_apply(struct vspan_attachment *attachment, struct ring_state *state, uint64_t position);

#endif /* VSPAN_ASSEMBLY_FRAMES_H */
