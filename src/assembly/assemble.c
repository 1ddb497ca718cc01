/* SPDX-License-Identifier: MIT */
/* assemble.c - from records to spans: parents, times, fields. How spans end is in endings.c. */
#include "assemble.h"

#include <errno.h>
#include <string.h>
#include <vspan/trace.h>
#include "control.h"
#include "emit.h"
#include "endings.h"
#include "sanitise.h"

/* Everything one record needs on its way. */
struct step {
	struct vspan_attachment *attachment;
	struct ring_state *state;
	const struct record *record;
	const uint64_t *words;
	uint64_t ts;     /* of the record, ns */
	uint64_t before; /* of the ring's record before it; 0: it is the first */
	uint32_t flags;  /* VSPAN_TRACE_FLAG_* it starts with */
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

/* What closes a span in this step. */
static uint64_t step_place(const struct step *step)
{
	return span_place(step->state->ring.index, step->record->position);
}

/*
 * The span something without a span of its own belongs to: the innermost open
 * one, else that of the context the host entered the vCPU with.
 */
static uint64_t parent_implicit(struct step *step)
{
	bool remote;
	const uint64_t parent = frames_parent(step->state, &remote);

	if (remote)
		step->flags |= VSPAN_TRACE_FLAG_REMOTE;
	return parent;
}

/* Copies `count` payload words from `first` on; indexes them by the site. */
static int step_payload(
	const struct step *step, uint32_t first, const struct site *site, struct payload *payload)
{
	payload->word_count = (uint16_t)(step->record->word_count - first);
	memcpy(payload->words, step->words + first, payload->word_count * sizeof(uint64_t));
	return payload_index(payload, site);
}

static enum violation step_begin(struct step *step)
{
	const struct record *record = step->record;
	const bool detached = (record->flags & VSPAN_ABI_FLAG_EXPLICIT) != 0;
	const struct known_site *site = attachment_site(step->attachment, record->site);
	struct ring_state *state = step->state;
	struct provider_common common;
	struct open_span *span;
	uint64_t id, parent;

	if (site == NULL || !site->valid || site->site.kind != VSPAN_ABI_SITE_SPAN)
		return VIOLATION_SITE;
	if (spans_full(&state->spans))
		span_finish(step->attachment, state, state->spans.oldest, step->ts,
			VSPAN_TRACE_FLAG_EVICTED);
	id = span_id(state->ring.index, state->ring.epoch, record->position, detached);
	parent = detached ? step->words[0] : parent_implicit(step);
	span = spans_find(&state->spans, id) == NULL
		? spans_open(&state->spans, id, !detached && !site->excluded)
		: NULL;
	if (span == NULL)
		return VIOLATION_SPAN;
	if (step_payload(step, detached, &site->site, &span->payload) < 0) {
		spans_close(&state->spans, span, step_place(step));
		return VIOLATION_PAYLOAD;
	}
	span->site = site;
	span->site_id = site->site.id;
	span->frame = state->frames.depth;
	span->parent = parent;
	span->counter = record->counter;
	span->ts = step->ts;
	span->flags = step->flags | (detached ? VSPAN_TRACE_FLAG_DETACHED : 0) |
		(span->payload.cut ? VSPAN_TRACE_FLAG_CUT : 0);
	step_common(step, &common);
	common.span = id;
	common.parent = span->parent;
	common.kind = site->site.span_kind;
	common.flags = span->flags;
	emit_entry(step->attachment, site, &common, &span->payload);
	if (step->attachment->early.count != 0)
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

/*
 * True if the span a record names was ended by a detach, or with an earlier epoch, not
 * by the guest: one restored from a snapshot ends it all the same.
 */
static bool span_let_go(const struct step *step)
{
	const struct ring_state *home = ring_of(step->attachment, step->words[0]);

	return home != NULL && (step->words[0] & VSPAN_ABI_SPAN_POSITION_MASK) <= home->let_go;
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
		if (home == step->state || home->dead || span_let_go(step) ||
			attachment->early.count == EARLY_ENDS_MAX)
			return VIOLATION_SPAN;
		attachment->early.ends[attachment->early.count++] =
			(struct early_end){.span = id, .ts = step->ts, .status = status};
		attachment->early_changed = true;
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
	uint64_t span;

	if (site == NULL || !site->valid || site->site.kind != VSPAN_ABI_SITE_EVENT)
		return VIOLATION_SITE;
	if (step_payload(step, explicit_span, &site->site, &payload) < 0)
		return VIOLATION_PAYLOAD;
	span = explicit_span ? step->words[0] : parent_implicit(step);
	step_common(step, &common);
	common.span = span;
	common.flags |= payload.cut ? VSPAN_TRACE_FLAG_CUT : 0;
	emit_event(step->attachment, site, &common, &payload);
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
	emit_message(step->attachment, span->id, step->ts, text);
	return VIOLATION_NONE;
}

static int step_replace(struct step *step, struct open_span *span, uint32_t field)
{
	struct checkpoint *checkpoint = &step->attachment->checkpoint;
	int ret;

	if (checkpoint_used(checkpoint))
		checkpoint_payload_save(checkpoint, span);
	ret = payload_replace(&span->payload, &span->site->site, field, step->words + 2,
		step->record->word_count - 2u);
	if (checkpoint_used(checkpoint))
		checkpoint_payload_done(checkpoint);
	return ret;
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
	if (step_replace(step, span, field) < 0)
		return VIOLATION_PAYLOAD;
	if (span->payload.cut)
		span->flags |= VSPAN_TRACE_FLAG_CUT;
	return VIOLATION_NONE;
}

static enum violation step_link(struct step *step)
{
	const bool foreign = (step->record->flags & VSPAN_ABI_FLAG_FOREIGN) != 0;
	static const uint64_t own[2];

	emit_link(step->attachment, step->words[0], step->words[1], foreign ? step->words + 2 : own,
		step->ts);
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
	emit_lost(step->attachment, &lost);
	state->lost_told += lost.count;
	state->ring.ledger.lost_reports++;
	return VIOLATION_NONE;
}

/*
 * Another writer goes on with the ring of one that died: nobody is left to end
 * what is open. ring.c has settled the account; word 0 is what was torn.
 */
static enum violation step_reclaim(struct step *step)
{
	endings_abort(step->attachment, step->state, step->words[0],
		step->before != 0 ? step->before : step->ts);
	step->state->let_go = step->record->position;
	return VIOLATION_NONE;
}

static enum violation step_context(struct step *step)
{
	const struct vspan_trace_context context = {
		.trace_id = {step->words[0], step->words[1]}, .span_id = step->words[2]};

	control_context(step->attachment->vm, step->state->ring.index, &context,
		step->record->position, step->ts);
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
		return step_context(step);
	case VSPAN_ABI_KIND_RECLAIM:
		return step_reclaim(step);
	default: /* a clock answer: this consumer sends no pings */
		return VIOLATION_NONE;
	}
}

/*
 * The record's time: not before the one before it, not after now. Records that
 * would be are moved there, and say so unless that only corrects the clock: this
 * one's error, or the error of the one that timed the record before.
 */
static void step_time(struct step *step, uint64_t now)
{
	const struct clock *clock = &step->attachment->clock;
	struct ring_state *state = step->state;
	uint64_t ts = clock_to_ns(clock, step->record->counter);
	uint64_t earliest = progress_ts(state);

	step->flags = (step->record->flags & VSPAN_ABI_FLAG_INTERRUPT) != 0
		? VSPAN_TRACE_FLAG_INTERRUPT
		: 0;
	step->ts = ts > now ? now : ts;
	step->ts = step->ts < earliest ? earliest : step->ts;
	if ((ts > now && ts - now > clock->error_ns) ||
		(ts < earliest && earliest - ts > clock->error_ns + state->last_error))
		step->flags |= VSPAN_TRACE_FLAG_CLAMPED;
	step->before = state->last_ts;
	state->last_ts = step->ts;
	state->last_error = clock->error_ns;
}

/* Broken rules cost the record; but a begin may be gone through no fault of the guest's. */
static void step_refused(const struct step *step, enum violation violation)
{
	struct ring_state *state = step->state;

	if (violation == VIOLATION_SPAN &&
		(state->ring.mode == VSPAN_ABI_MODE_OVERWRITE || span_let_go(step)))
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
		attachment_at(attachment, state, step.record->position);
		if (contexts_due(&state->contexts, step.record->position))
			frames_apply(attachment, state, step.record->position);
		if (i == 0 && batch->gap)
			endings_gap(attachment, state,
				clock_to_ns(&attachment->clock, step.record->counter));
		step_time(&step, now);
		violation = step_take(&step);
		if (violation != VIOLATION_NONE)
			step_refused(&step, violation);
		else
			state->ring.ledger.emitted++;
	}
}
