/* SPDX-License-Identifier: MIT */
/*
 * measures.c - see truth.h. Slow and plain: what can be seen to be right.
 */
#include "truth.h"

/* Of the span's time, what no child span covers; children come by their starts. */
static void span_measure_self(struct truth *truth, size_t index)
{
	struct truth_span *span = &truth->spans[index];
	uint64_t end = span->start + span->duration;
	uint64_t covered_until = span->start;

	span->self = span->duration;
	for (size_t i = 0; i < truth->story->span_count; i++) {
		const struct truth_span *child = &truth->spans[truth->by_start[i]];
		uint64_t from, until;

		if (child->in != index + 1 || !child->shown)
			continue;
		from = child->start > covered_until ? child->start : covered_until;
		until = child->start + child->duration;
		until = until < end ? until : end;
		if (until <= from)
			continue;
		span->self -= until - from;
		covered_until = until;
	}
}

static uint64_t overlap(const struct truth_span *span, uint64_t from, uint64_t until)
{
	uint64_t end = span->start + span->duration;

	from = from > span->start ? from : span->start;
	until = until < end ? until : end;
	return until > from ? until - from : 0;
}

static void span_measure_occupied(struct truth *truth, size_t index)
{
	const struct story *story = truth->story;
	const struct story_span *where = &story->spans[index];
	struct truth_span *span = &truth->spans[index];
	enum item_type state = ITEM_VCPU_ENTER;
	uint64_t since = 0;

	/* A ring's items of the vCPU are in order of time; the last state goes on. */
	for (size_t i = 0; i <= story->item_count; i++) {
		const struct item *item = i < story->item_count ? &story->items[i] : NULL;
		uint64_t until = item ? item->ts : UINT64_MAX;

		if (item &&
			(item->vm_index != where->vm || item->ring != where->ring ||
				item->type < ITEM_VCPU_ENTER || item->type > ITEM_VCPU_HALT))
			continue;
		if (state == ITEM_VCPU_EXIT)
			span->exited += overlap(span, since, until);
		if (state == ITEM_VCPU_HALT)
			span->halted += overlap(span, since, until);
		since = until;
		state = item ? item->type : state;
	}
}

void truth_measure(struct truth *truth)
{
	for (size_t i = 0; i < truth->story->span_count; i++) {
		if (truth->spans[i].source < TRUTH_EDGES)
			continue;
		span_measure_self(truth, i);
		span_measure_occupied(truth, i);
	}
}
