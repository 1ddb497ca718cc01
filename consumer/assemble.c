/* SPDX-License-Identifier: MIT */
/* assemble.c - from records to spans: parents, times, fields, endings. */
#include "assemble.h"

#include <errno.h>
#include <string.h>
#include <vspan/trace.h>
#include "control.h"
#include "sanitise.h"

/* Everything one record needs on its way. */
struct step {
	struct vspan_attachment *attachment;
	struct ring_state *state;
	const struct record *record;
	const uint64_t *words;
	uint64_t ts;    /* of the record, ns */
	uint32_t flags; /* VSPAN_TRACE_FLAG_* it starts with */
};

static void step_common(const struct step *step, struct provider_common *common)
{
	*common = (struct provider_common){
		.vm = step->attachment->vm,
		.vcpu = step->state->ring.index,
		.tsc = step->record->counter,
		.ts = step->ts,
		.flags = step->flags,
	};
}

/* Copies `count` payload words from `first` on; indexes them by the site. */
static int step_payload(
	const struct step *step, uint32_t first, const struct site *site, struct payload *payload)
{
	payload->word_count = (uint16_t)(step->record->word_count - first);
	memcpy(payload->words, step->words + first, payload->word_count * sizeof(uint64_t));
	return payload_index(payload, site);
}

static uint64_t innermost_id(const struct ring_state *state)
{
	return state->spans.innermost != NULL ? state->spans.innermost->id : 0;
}

/* Ends `span`, open on `state`, at `end` and emits it. */
static void span_finish(struct vspan_attachment *attachment, struct ring_state *state,
	struct open_span *span, uint64_t end, uint32_t more_flags)
{
	struct provider_common common = {
		.vm = attachment->vm,
		.vcpu = state->ring.index,
		.span = span->id,
		.parent = span->parent,
		.tsc = span->counter,
		.ts = span->ts,
		.duration = end > span->ts ? end - span->ts : 0,
		.status = span->status,
		.flags = span->flags | more_flags,
	};

	provider_emit_span(span->site->provider, &common, &span->payload);
	state->ring.ledger.spans++;
	if ((more_flags & VSPAN_TRACE_FLAG_ABORTED) != 0)
		state->ring.ledger.aborted++;
	common.ts = end;
	provider_emit_exit(span->site->provider, &common);
	spans_close(&state->spans, span);
}

/* An end that came before its begin, because its ring was drained first. */
static void span_end_early(
	struct vspan_attachment *attachment, struct ring_state *state, struct open_span *span)
{
	uint32_t i;

	for (i = 0; i < attachment->early_end_count; i++) {
		struct early_end *end = &attachment->early_ends[i];

		if (end->span != span->id)
			continue;
		if (end->status != VSPAN_ABI_STATUS_UNSET)
			span->status = end->status;
		span_finish(attachment, state, span, end->ts, 0);
		*end = attachment->early_ends[--attachment->early_end_count];
		return;
	}
}

static enum violation step_begin(struct step *step)
{
	const struct record *record = step->record;
	const bool detached = (record->flags & VSPAN_ABI_FLAG_EXPLICIT) != 0;
	const struct known_site *site = attachment_site(step->attachment, record->site);
	struct ring_state *state = step->state;
	struct provider_common common;
	struct open_span *span;
	uint64_t id;

	if (site == NULL || site->provider == NULL || site->site.kind != VSPAN_ABI_SITE_SPAN)
		return VIOLATION_SITE;
	if (spans_full(&state->spans))
		span_finish(step->attachment, state, state->spans.oldest, step->ts,
			VSPAN_TRACE_FLAG_EVICTED);
	id = span_id(state->ring.index, state->ring.epoch, record->position, detached);
	common.parent = detached ? step->words[0] : innermost_id(state);
	span = spans_find(&state->spans, id) == NULL ? spans_open(&state->spans, id, !detached)
						     : NULL;
	if (span == NULL)
		return VIOLATION_SPAN;
	if (step_payload(step, detached, &site->site, &span->payload) < 0) {
		spans_close(&state->spans, span);
		return VIOLATION_PAYLOAD;
	}
	span->site = site;
	span->parent = common.parent;
	span->counter = record->counter;
	span->ts = step->ts;
	span->flags = step->flags | (detached ? VSPAN_TRACE_FLAG_DETACHED : 0) |
		(span->payload.cut ? VSPAN_TRACE_FLAG_CUT : 0);
	step_common(step, &common);
	common.span = id;
	common.parent = span->parent;
	common.flags = span->flags;
	provider_emit_entry(site->provider, &common, &span->payload);
	if (step->attachment->early_end_count != 0)
		span_end_early(step->attachment, state, span);
	return VIOLATION_NONE;
}

/* The ring a span id belongs to; NULL: no such ring. */
static struct ring_state *ring_of(struct vspan_attachment *attachment, uint64_t span)
{
	uint32_t ring = span_id_ring(span);

	return ring < attachment->ring_count ? &attachment->rings[ring] : NULL;
}

static struct open_span *span_of(struct vspan_attachment *attachment, uint64_t id)
{
	struct ring_state *state = ring_of(attachment, id);

	return state != NULL ? spans_find(&state->spans, id) : NULL;
}

static enum violation step_end(struct step *step)
{
	uint64_t id = step->words[0];
	uint8_t status =
		(step->record->flags & VSPAN_ABI_FLAG_STATUS_MASK) >> VSPAN_ABI_FLAG_STATUS_SHIFT;
	struct vspan_attachment *attachment = step->attachment;
	struct ring_state *home = ring_of(attachment, id);
	struct open_span *span = span_of(attachment, id);

	if (status > VSPAN_ABI_STATUS_ERROR || home == NULL)
		return VIOLATION_SPAN;
	if (span == NULL) {
		if (home == step->state || home->dead ||
			attachment->early_end_count == EARLY_ENDS_MAX)
			return VIOLATION_SPAN;
		attachment->early_ends[attachment->early_end_count++] =
			(struct early_end){.span = id, .ts = step->ts, .status = status};
		return VIOLATION_NONE;
	}
	if (status != VSPAN_ABI_STATUS_UNSET)
		span->status = status;
	span_finish(attachment, home, span, step->ts, 0);
	return VIOLATION_NONE;
}

static enum violation step_event(struct step *step)
{
	const bool explicit_span = (step->record->flags & VSPAN_ABI_FLAG_EXPLICIT) != 0;
	const struct known_site *site = attachment_site(step->attachment, step->record->site);
	struct provider_common common;
	struct payload payload;

	if (site == NULL || site->provider == NULL || site->site.kind != VSPAN_ABI_SITE_EVENT)
		return VIOLATION_SITE;
	if (step_payload(step, explicit_span, &site->site, &payload) < 0)
		return VIOLATION_PAYLOAD;
	step_common(step, &common);
	common.span = explicit_span ? step->words[0] : innermost_id(step->state);
	common.flags |= payload.cut ? VSPAN_TRACE_FLAG_CUT : 0;
	provider_emit_event(site->provider, &common, &payload);
	step->state->ring.ledger.events++;
	return VIOLATION_NONE;
}

/* A status with its message, for an open span. */
static enum violation step_message(struct step *step, struct open_span *span, uint32_t status)
{
	uint64_t length = step->words[2] & ~VSPAN_ABI_FIELD_CUT;
	char text[SANITISE_SIZE(VSPAN_ABI_STRING_MAX)];

	if (status > VSPAN_ABI_STATUS_ERROR || length > VSPAN_ABI_STRING_MAX ||
		length > (step->record->word_count - 3u) * sizeof(uint64_t))
		return VIOLATION_PAYLOAD;
	span->status = (uint8_t)status;
	sanitise_text((const char *)(step->words + 3), length, text, sizeof(text));
	control_message(step->attachment->vm, step->state->ring.index, span->id, step->ts, text);
	return VIOLATION_NONE;
}

static enum violation step_set(struct step *step)
{
	struct open_span *span = span_of(step->attachment, step->words[0]);
	uint32_t field = (uint32_t)step->words[1];

	if (span == NULL)
		return VIOLATION_SPAN;
	if (field == VSPAN_ABI_FIELD_MESSAGE)
		return step_message(step, span, (uint32_t)(step->words[1] >> 32));
	if (step->record->site != span->site->site.id || field >= span->site->site.field_count)
		return VIOLATION_SITE;
	if (payload_replace(&span->payload, &span->site->site, field, step->words + 2,
		    step->record->word_count - 2u) < 0)
		return VIOLATION_PAYLOAD;
	if (span->payload.cut)
		span->flags |= VSPAN_TRACE_FLAG_CUT;
	return VIOLATION_NONE;
}

static enum violation step_link(struct step *step)
{
	const bool foreign = (step->record->flags & VSPAN_ABI_FLAG_FOREIGN) != 0;
	static const uint64_t own[2];

	control_link(step->attachment->vm, step->state->ring.index, step->words[0], step->words[1],
		foreign ? step->words + 2 : own, step->ts);
	return VIOLATION_NONE;
}

/*
 * The writer discarded records here. The span ends among them belonged to the
 * innermost open spans: nothing was written in between.
 */
static enum violation step_lost(struct step *step)
{
	struct ring_state *state = step->state;
	struct control_lost lost = {
		.vm = step->attachment->vm,
		.vcpu = state->ring.index,
		.count = step->words[0],
		.ts_first = step->ts,
		.ts_last = clock_to_ns(&step->attachment->clock, step->words[1]),
		.reason = VSPAN_TRACE_LOST_FULL,
	};
	uint64_t ends = step->words[2];

	if (ends > lost.count || lost.count == 0)
		return VIOLATION_PAYLOAD;
	if (lost.ts_last < lost.ts_first)
		lost.ts_last = lost.ts_first;
	for (; ends > 0 && state->spans.innermost != NULL; ends--)
		span_finish(step->attachment, state, state->spans.innermost, step->ts,
			VSPAN_TRACE_FLAG_END_LOST);
	lost.span = innermost_id(state);
	control_lost(&lost);
	state->lost_told += lost.count;
	state->ring.ledger.lost_reports++;
	return VIOLATION_NONE;
}

static enum violation step_take(struct step *step)
{
	switch (step->record->kind) {
	case VSPAN_ABI_KIND_BEGIN:
		return step_begin(step);
	case VSPAN_ABI_KIND_END:
		return step_end(step);
	case VSPAN_ABI_KIND_EVENT:
		return step_event(step);
	case VSPAN_ABI_KIND_SET:
		return step_set(step);
	case VSPAN_ABI_KIND_LINK:
		return step_link(step);
	case VSPAN_ABI_KIND_LOST:
		return step_lost(step);
	case VSPAN_ABI_KIND_CONTEXT:
		control_context(step->attachment->vm, step->state->ring.index, step->words,
			step->words[2], step->ts);
		return VIOLATION_NONE;
	default: /* a clock answer: this consumer sends no pings */
		return VIOLATION_NONE;
	}
}

/* No record to come is earlier than this. */
static uint64_t progress_ts(const struct ring_state *state)
{
	return state->last_ts > state->idle_ts ? state->last_ts : state->idle_ts;
}

/*
 * The record's time: not before the one before it, not after now. Records that
 * would be are moved there and say so.
 */
static void step_time(struct step *step, uint64_t now)
{
	const struct clock *clock = &step->attachment->clock;
	uint64_t ts = clock_to_ns(clock, step->record->counter);
	uint64_t earliest = progress_ts(step->state);
	uint64_t latest = now + clock->error_ns;

	step->flags = (step->record->flags & VSPAN_ABI_FLAG_INTERRUPT) != 0
		? VSPAN_TRACE_FLAG_INTERRUPT
		: 0;
	step->ts = ts < earliest ? earliest : ts > latest ? latest : ts;
	/* Within the clock's error an earlier time is a correction of the clock, not a lie. */
	if (ts > latest || (ts < earliest && earliest - ts > 2 * clock->error_ns))
		step->flags |= VSPAN_TRACE_FLAG_CLAMPED;
	step->state->last_ts = step->ts;
}

/*
 * Overwrite mode: the writer lapped the reader. Whatever was on the stack may
 * have ended unseen, and must not become the parent of what comes.
 */
static void assemble_gap(struct vspan_attachment *attachment, struct ring_state *state, uint64_t ts)
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
	control_lost(&lost);
}

/* Broken rules cost the record; but in overwrite mode the begin may just be gone. */
static void step_refused(struct ring_state *state, enum violation violation)
{
	if (violation == VIOLATION_SPAN && state->ring.mode == VSPAN_ABI_MODE_OVERWRITE)
		state->ring.ledger.discarded_host++;
	else
		ring_violation(&state->ring, violation, 1);
}

void assemble_batch(struct vspan_attachment *attachment, struct ring_state *state,
	const struct batch *batch, uint64_t now)
{
	struct step step = {.attachment = attachment, .state = state};
	enum violation violation;
	uint32_t i;

	for (i = 0; i < batch->record_count; i++) {
		step.record = &batch->records[i];
		step.words = &batch->words[step.record->first_word];
		if (i == 0 && batch->gap)
			assemble_gap(attachment, state,
				clock_to_ns(&attachment->clock, step.record->counter));
		step_time(&step, now);
		violation = step_take(&step);
		if (violation != VIOLATION_NONE)
			step_refused(state, violation);
		else
			state->ring.ledger.emitted++;
	}
}

static void lost_at_end(struct vspan_attachment *attachment, struct ring_state *state,
	uint64_t count, uint32_t reason)
{
	struct control_lost lost = {
		.vm = attachment->vm,
		.vcpu = state->ring.index,
		.span = innermost_id(state),
		.count = count,
		.ts_first = state->last_ts,
		.ts_last = state->last_ts,
		.reason = reason,
	};

	if (reason == VSPAN_TRACE_LOST_OVERWRITTEN) {
		lost.ts_first = state->gap_first;
		lost.ts_last = state->gap_last;
	}
	if (count != 0)
		control_lost(&lost);
}

void assemble_end(struct vspan_attachment *attachment, struct ring_state *state)
{
	const struct ring *ring = &state->ring;
	const bool overwrite = ring->mode == VSPAN_ABI_MODE_OVERWRITE;

	/* Discards after the last record that was written: nobody was left to report them. */
	if (ring->ledger.discarded_guest > state->lost_told)
		lost_at_end(attachment, state, ring->ledger.discarded_guest - state->lost_told,
			overwrite ? VSPAN_TRACE_LOST_OVERWRITTEN : VSPAN_TRACE_LOST_FULL);
	lost_at_end(attachment, state, ring->ledger.torn, VSPAN_TRACE_LOST_TORN);
	while (state->spans.newest != NULL)
		span_finish(attachment, state, state->spans.newest, state->last_ts,
			VSPAN_TRACE_FLAG_ABORTED);
}

void assemble_progress(struct vspan_attachment *attachment, struct ring_state *state)
{
	struct ring *ring = &state->ring;
	uint64_t ts = progress_ts(state);

	if (state->spans.oldest != NULL)
		ts = state->spans.oldest->ts;
	if (ts > state->watermark) {
		control_watermark(attachment->vm, ring->index, ts, ring->cursor);
		state->watermark = ts;
	}
	if (ring->ledger.violations == state->violations_told)
		return;
	state->violations_told = ring->ledger.violations;
	for (int i = VIOLATION_NONE + 1; i < VIOLATION_COUNT; i++)
		if (ring->violations[i] != 0)
			control_violation(attachment->vm, ring->index,
				violation_name((enum violation)i), ring->violations[i],
				ring->cursor);
}
