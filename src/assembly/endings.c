/* SPDX-License-Identifier: MIT */
/* endings.c - finished, early, lost and aborted: the last of every span. */
#include "endings.h"

#include <vspan/trace.h>
#include "control.h"
#include "emit.h"

#define VIOLATIONS_PERIOD_NS UINT64_C(100000000)
/* A span open for longer is told by vspan:open. */
#define OPEN_TOLD_NS UINT64_C(100000000)

uint64_t innermost_id(const struct ring_state *state)
{
	const struct open_span *innermost = spans_innermost(&state->spans);

	return innermost != NULL ? innermost->id : 0;
}

static struct provider_common span_common(const struct vspan_attachment *attachment,
	const struct ring_state *state, const struct open_span *span)
{
	return (struct provider_common){
		.vm = attachment->vm,
		.vcpu = state->ring.index,
		.span = span->id,
		.parent = span->parent,
		.tsc = span->counter,
		.ts = span->ts,
		.status = span->status,
		.kind = span->site->site.span_kind,
		.flags = span->flags,
	};
}

/*
 * A call nobody wants to hear of. What it is in took longer, so no span loses its
 * parent; one that did not end by itself is always told.
 */
static bool call_is_short(const struct vspan_attachment *attachment, const struct open_span *span,
	const struct provider_common *common)
{
	return span->site->site.function && common->duration < attachment->functions.shortest_ns &&
		(common->flags &
			(VSPAN_TRACE_FLAG_ABORTED | VSPAN_TRACE_FLAG_END_LOST |
				VSPAN_TRACE_FLAG_EVICTED)) == 0;
}

void span_finish(struct vspan_attachment *attachment, struct ring_state *state,
	struct open_span *span, uint64_t end, uint32_t more_flags)
{
	struct provider_common common = span_common(attachment, state, span);

	common.duration = end > span->ts ? end - span->ts : 0;
	common.flags |= more_flags;
	if (!call_is_short(attachment, span, &common))
		emit_span(attachment, span->site, &common, &span->payload);
	state->ring.ledger.spans++;
	if ((more_flags & VSPAN_TRACE_FLAG_ABORTED) != 0)
		state->ring.ledger.aborted++;
	common.ts = end;
	emit_exit(attachment, span->site, &common);
	/* A filter may have dropped the span: nobody is to wait for it. */
	if (span->told && !span->site->excluded)
		control_close(&common);
	spans_close(
		&state->spans, span, span_place(attachment->now.ring, attachment->now.position));
}

void span_end_early(
	struct vspan_attachment *attachment, struct ring_state *state, struct open_span *span)
{
	uint32_t i;

	for (i = 0; i < attachment->early.count; i++) {
		struct early_end *end = &attachment->early.ends[i];

		if (end->span != span->id)
			continue;
		if (end->status != VSPAN_ABI_STATUS_UNSET)
			span->status = end->status;
		span_finish(attachment, state, span, end->ts, 0);
		*end = attachment->early.ends[--attachment->early.count];
		attachment->early_changed = true;
		return;
	}
}

void endings_gap(struct vspan_attachment *attachment, struct ring_state *state, uint64_t ts)
{
	struct control_lost lost = {
		.vm = attachment->vm,
		.vcpu = state->ring.index,
		.ts_first = state->last_ts != 0 ? state->last_ts : ts,
		.ts_last = ts,
		.reason = VSPAN_TRACE_LOST_OVERWRITTEN,
	};

	if (state->gap_first == 0)
		state->gap_first = lost.ts_first;
	state->gap_last = lost.ts_last;
	while (state->spans.innermost != NULL)
		span_finish(attachment, state, state->spans.innermost, state->last_ts,
			VSPAN_TRACE_FLAG_END_LOST);
	emit_lost(attachment, &lost);
}

/* Records that are missing from the end of what a writer left. */
static void lost_at_end(struct vspan_attachment *attachment, struct ring_state *state,
	uint64_t count, uint32_t reason, uint64_t ts)
{
	struct control_lost lost = {
		.vm = attachment->vm,
		.vcpu = state->ring.index,
		.span = innermost_id(state),
		.count = count,
		.ts_first = ts,
		.ts_last = ts,
		.reason = reason,
	};

	/* What was open at a gap ended there; what is open now came after it. */
	if (reason == VSPAN_TRACE_LOST_OVERWRITTEN) {
		lost.span = 0;
		lost.ts_first = state->gap_first;
		lost.ts_last = state->gap_last;
	}
	if (count != 0)
		emit_lost(attachment, &lost);
}

void endings_abort(
	struct vspan_attachment *attachment, struct ring_state *state, uint64_t torn, uint64_t ts)
{
	lost_at_end(attachment, state, torn, VSPAN_TRACE_LOST_TORN, ts);
	while (state->spans.newest != NULL)
		span_finish(attachment, state, state->spans.newest, ts, VSPAN_TRACE_FLAG_ABORTED);
}

void endings_close(struct vspan_attachment *attachment, struct ring_state *state)
{
	const struct ring *ring = &state->ring;
	const bool overwrite = ring->mode == VSPAN_ABI_MODE_OVERWRITE;

	attachment_at(attachment, state, ring->cursor);
	/* Discards after the last record that was written: nobody was left to report them. */
	if (ring->ledger.discarded_guest > state->lost_told)
		lost_at_end(attachment, state, ring->ledger.discarded_guest - state->lost_told,
			overwrite ? VSPAN_TRACE_LOST_OVERWRITTEN : VSPAN_TRACE_LOST_FULL,
			state->last_ts);
	endings_abort(attachment, state, ring->torn_news, state->last_ts);
}

/* Running totals of broken rules; a guest that breaks them without end is told of ten times a
 * second. */
static void endings_violations(struct vspan_attachment *attachment, struct ring_state *state)
{
	const struct ring *ring = &state->ring;
	uint64_t now;
	int i;

	if (ring->ledger.violations == state->violations_told)
		return;
	now = clock_now_ns();
	if (now - state->violations_when < VIOLATIONS_PERIOD_NS && !ring->closed)
		return;
	state->violations_told = ring->ledger.violations;
	state->violations_when = now;
	for (i = VIOLATION_NONE + 1; i < VIOLATION_COUNT; i++)
		if (ring->violations[i] != 0)
			control_violation(attachment->vm, ring->index,
				violation_name((enum violation)i), ring->violations[i],
				ring->cursor);
}

static void span_tell(
	struct vspan_attachment *attachment, struct ring_state *state, struct open_span *span)
{
	const struct provider_common common = span_common(attachment, state, span);

	if (!span->site->excluded)
		emit_open(span->site, &common, &span->payload);
	span->told = true;
}

void endings_tell_open_again(struct vspan_attachment *attachment, struct ring_state *state)
{
	struct open_span *span;

	for (span = state->spans.oldest; span != state->spans.untold; span = span->newer)
		span_tell(attachment, state, span);
}

/*
 * A span that stays open would hold the watermark, and with it whoever puts the
 * trace in order. It is told instead, and the watermark goes on without it.
 */
static void endings_tell_open(
	struct vspan_attachment *attachment, struct ring_state *state, uint64_t ts)
{
	struct span_table *spans = &state->spans;

	while (spans->untold != NULL && ts > spans->untold->ts &&
		ts - spans->untold->ts >= OPEN_TOLD_NS) {
		span_tell(attachment, state, spans->untold);
		spans->untold = spans->untold->newer;
	}
}

void endings_progress(struct vspan_attachment *attachment, struct ring_state *state)
{
	struct ring *ring = &state->ring;
	uint64_t ts = progress_ts(state);

	endings_tell_open(attachment, state, ts);
	if (state->spans.untold != NULL)
		ts = state->spans.untold->ts;
	if (ts > state->watermark) {
		control_watermark(attachment->vm, ring->index, ts, ring->cursor);
		state->watermark = ts;
	}
	endings_violations(attachment, state);
}

uint64_t progress_ts(const struct ring_state *state)
{
	return state->last_ts > state->idle_ts ? state->last_ts : state->idle_ts;
}
