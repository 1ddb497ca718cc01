/* SPDX-License-Identifier: MIT */
/*
 * endings.h - how spans end other than by the book, and what is told about
 * records that are missing. Used by assemble.c for each record, and by the
 * consumer's thread when a ring is idle or over.
 */
#ifndef VSPAN_ASSEMBLY_ENDINGS_H
#define VSPAN_ASSEMBLY_ENDINGS_H

#include "attachment.h"

/* The innermost open span of a ring, 0: none. */
uint64_t innermost_id(const struct ring_state *state);

/* Ends `span`, open on `state`, at `end` (ns) and emits it; it is gone afterwards. */
void span_finish(struct vspan_attachment *attachment, struct ring_state *state,
	struct open_span *span, uint64_t end, uint32_t more_flags);

/* If the end of a span that just began had been drained before it: ends it. */
void span_end_early(
	struct vspan_attachment *attachment, struct ring_state *state, struct open_span *span);

/*
 * Overwrite mode: the writer lapped the reader up to `ts`. Whatever was on the
 * stack may have ended unseen, and must not become the parent of what comes.
 */
void endings_gap(struct vspan_attachment *attachment, struct ring_state *state, uint64_t ts);

/*
 * The writer is gone and its ring is closed: tells losses nobody reported, ends
 * every open span as aborted at the last known time.
 */
void endings_close(struct vspan_attachment *attachment, struct ring_state *state);

/*
 * The writer is gone, `torn` records of it are missing, and `ts` (ns) was the last
 * thing heard of it: says so, ends every open span as aborted then.
 */
void endings_abort(
	struct vspan_attachment *attachment, struct ring_state *state, uint64_t torn, uint64_t ts);

/* No record to come on this ring is earlier than this (ns). */
uint64_t progress_ts(const struct ring_state *state);

/* Tells again of the spans told to be open, for those who begin to record now. */
void endings_tell_open_again(struct vspan_attachment *attachment, struct ring_state *state);

/* Emits the ring's watermark, if it moved, and violations not told yet. */
void endings_progress(struct vspan_attachment *attachment, struct ring_state *state);

#endif /* VSPAN_ASSEMBLY_ENDINGS_H */
