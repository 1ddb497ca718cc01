/* SPDX-License-Identifier: MIT */
/*
 * tell.h - what one record does: the guest writes it, and a consumer, known
 * only by what doc/trace.md says of it, tells items of it. Used by story.c,
 * which decides what happens.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_TELL_H
#define VSPAN_TESTS_SOURCE_FOREST_TELL_H

#include "story.h"

/* How a span begins. */
struct beginning {
	bool detached;
	uint64_t parent_id; /* if detached */
	size_t parent;      /* if detached: index + 1 */
	uint64_t flags;
	bool kept;
};

/* The innermost span of the stack, index + 1; 0: none. */
size_t ring_innermost(const struct story *story, const struct story_ring *ring);

void tell_begin(struct story *story, struct story_ring *ring, const struct beginning *beginning);
/* `ring` writes the end of a span of any ring. */
void tell_end(struct story *story, struct story_ring *ring, size_t span);
/* A point event of the innermost span, or of `of` (index + 1) if `explicitly`. */
void tell_point(
	struct story *story, struct story_ring *ring, bool explicitly, size_t of, uint64_t flags);
/* `count` records, `ends` of them ends of the innermost spans, found the ring full. */
void tell_loss(struct story *story, struct story_ring *ring, uint64_t count, uint64_t ends);
/* Nobody knows how many were overwritten until the ring is closed. */
void tell_gap(struct story *story, struct story_ring *ring, uint64_t count);
/* The ring's life ends; if `again`, another one begins. */
void tell_close(struct story *story, struct story_ring *ring, bool again, bool torn);
void tell_message(struct story *story, struct story_ring *ring, size_t span);
void tell_link(struct story *story, struct story_ring *ring, size_t span, uint64_t linked);
void tell_context(struct story *story, struct story_ring *ring, size_t of, uint64_t id);
void tell_vcpu(struct story *story, struct story_ring *ring, enum item_type type);

#endif /* VSPAN_TESTS_SOURCE_FOREST_TELL_H */
