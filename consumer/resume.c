/* SPDX-License-Identifier: MIT */
/* resume.c - saves what a consumer knows, and finds it again. */
#include "resume.h"

#include <inttypes.h>
#include <string.h>
#include <syslog.h>
#include "control.h"
#include "emit.h"
#include "journal.h"
#include "notice.h"

static void words_save(
	const struct ring_state *state, uint64_t cursor, struct ring_checkpoint *words)
{
	const struct ring *ring = &state->ring;

	words->epoch = ring->epoch;
	words->torn_least = ring->torn_least;
	words->cursor = cursor;
	words->published = ring->published;
	words->hole_slots = ring->hole_slots;
	words->taken = ring->taken;
	memcpy(words->violations, ring->violations, sizeof(words->violations));
	words->ledger = ring->ledger;
	words->past = state->past;
	words->last_ts = state->last_ts;
	words->watermark = state->watermark;
	words->lost_told = state->lost_told;
	words->violations_told = state->violations_told;
	words->gap_first = state->gap_first;
	words->gap_last = state->gap_last;
	words->let_go = state->let_go;
}

/* Times of another boot of this machine would hold everything back. */
static uint64_t time_plausible(uint64_t ns, uint64_t now)
{
	return ns <= now ? ns : 0;
}

static void words_restore(struct ring_state *state, const struct ring_checkpoint *words)
{
	const uint64_t now = clock_now_ns();
	struct ring *ring = &state->ring;

	ring->torn_least = words->torn_least;
	ring_go_to(ring, words->cursor);
	ring->published = words->published;
	ring->hole_slots = words->hole_slots;
	ring->taken = words->taken;
	memcpy(ring->violations, words->violations, sizeof(ring->violations));
	ring->ledger = words->ledger;
	state->past = words->past;
	state->last_ts = time_plausible(words->last_ts, now);
	state->watermark = time_plausible(words->watermark, now);
	state->lost_told = words->lost_told;
	state->violations_told = words->violations_told;
	state->gap_first = time_plausible(words->gap_first, now);
	state->gap_last = time_plausible(words->gap_last, now);
	state->let_go = words->let_go;
}

static void ring_resume(struct vspan_attachment *attachment, struct ring_state *state)
{
	const uint32_t index = state->ring.index;
	const struct ring_checkpoint *words = checkpoint_ring(&attachment->checkpoint, index);

	state->repeat_until = checkpoint_pending(&attachment->checkpoint, index, state->ring.epoch);
	/* A new epoch has nothing to do with what an older one left. */
	if (words != NULL && words->epoch == state->ring.epoch)
		words_restore(state, words);
}

/* What one ring's spans are judged by: every ring's cursor. */
struct restore {
	const struct vspan_attachment *attachment;
	const struct ring_state *state;
};

static bool span_was_open(void *data, struct open_span *span)
{
	const struct restore *restore = data;
	const struct vspan_attachment *attachment = restore->attachment;
	const struct ring *ring = &restore->state->ring;
	uint64_t position = (span->id & VSPAN_ABI_SPAN_POSITION_MASK) - 1;
	uint32_t closer = span_id_ring(span->closed);

	if (span->id !=
			span_id(ring->index, ring->epoch, position,
				(span->id & VSPAN_ABI_SPAN_DETACHED) != 0) ||
		position >= ring->cursor)
		return false;
	if (span->closed != 0 &&
		(closer >= attachment->ring_count ||
			(span->closed & VSPAN_ABI_SPAN_POSITION_MASK) - 1 <
				attachment->rings[closer].ring.cursor))
		return false;
	span->site = attachment_site(attachment, span->site_id);
	return span->site != NULL && span->site->valid &&
		payload_index(&span->payload, &span->site->site) == 0;
}

/* A payload whose change was cut short goes back to what it was: the change comes again. */
static void payload_resume(struct vspan_attachment *attachment)
{
	const struct checkpoint_undo *undo = checkpoint_undo(&attachment->checkpoint);
	const uint32_t count = attachment->ring_count * SPANS_STORED;
	uint32_t i;

	if (undo == NULL)
		return;
	for (i = 0; i < count; i++)
		if (attachment->checkpoint.spans[i].id == undo->span)
			attachment->checkpoint.spans[i].payload = undo->payload;
	checkpoint_payload_done(&attachment->checkpoint);
}

void resume_attachment(struct vspan_attachment *attachment)
{
	struct checkpoint *checkpoint = &attachment->checkpoint;
	const struct early_ends *early = checkpoint_early_ends(checkpoint);
	struct restore restore = {.attachment = attachment};
	uint32_t i;

	for (i = 0; i < attachment->ring_count; i++)
		ring_resume(attachment, &attachment->rings[i]);
	if (early != NULL && early->count <= EARLY_ENDS_MAX)
		attachment->early = *early;
	payload_resume(attachment);
	for (i = 0; i < attachment->ring_count; i++) {
		restore.state = &attachment->rings[i];
		spans_restore(&attachment->rings[i].spans,
			&checkpoint->spans[(size_t)i * SPANS_STORED], span_was_open, &restore);
	}
	attachment->resumed = checkpoint->found;
}

void resume_announce(struct vspan_attachment *attachment)
{
	const uint64_t now = clock_now_ns();
	uint64_t repeated;
	uint32_t i;

	if (!attachment->resumed)
		return;
	for (i = 0; i < attachment->ring_count; i++)
		control_resume(attachment->vm, i, attachment->rings[i].ring.cursor, now);
	repeated = emit_replay(attachment);
	notice(attachment, LOG_INFO,
		"goes on where an earlier consumer stopped; %" PRIu64
		" events of its journal emitted again",
		repeated);
}

void resume_begin(struct vspan_attachment *attachment, struct ring_state *state, uint64_t next)
{
	if (checkpoint_used(&attachment->checkpoint) && next > state->repeat_until)
		checkpoint_begin(
			&attachment->checkpoint, state->ring.index, state->ring.epoch, next);
}

void resume_commit(struct vspan_attachment *attachment, struct ring_state *state, uint64_t cursor)
{
	struct ring_checkpoint words;
	uint32_t i;

	if (!checkpoint_used(&attachment->checkpoint))
		return;
	words_save(state, cursor, &words);
	checkpoint_commit(&attachment->checkpoint, state->ring.index, &words,
		attachment->early_changed ? &attachment->early : NULL);
	attachment->early_changed = false;
	/* A batch may close spans of other rings. */
	for (i = 0; i < attachment->ring_count; i++)
		if (attachment->rings[i].spans.limbo != NULL)
			spans_commit(&attachment->rings[i].spans);
}

void resume_done(struct vspan_attachment *attachment)
{
	uint32_t i;

	if (!checkpoint_used(&attachment->checkpoint))
		return;
	for (i = 0; i < attachment->ring_count; i++)
		checkpoint_begin(&attachment->checkpoint, i, attachment->rings[i].ring.epoch,
			attachment->rings[i].ring.cursor);
	journal_clear(attachment->checkpoint.journal);
}

void resume_settle(struct vspan_attachment *attachment)
{
	uint32_t i;

	for (i = 0; i < attachment->ring_count; i++)
		resume_commit(attachment, &attachment->rings[i], attachment->rings[i].ring.cursor);
	resume_done(attachment);
}
