/* SPDX-License-Identifier: MIT */
/*
 * parents.c - see truth.h: in what each span, event and loss is to be shown.
 */
#include "truth.h"

#include <vspan/trace.h>

/* Of these, times or place on the stack are no proof of anything. */
#define FLAGS_VAGUE                                                                        \
	(VSPAN_TRACE_FLAG_ABORTED | VSPAN_TRACE_FLAG_END_LOST | VSPAN_TRACE_FLAG_EVICTED | \
		VSPAN_TRACE_FLAG_CLAMPED | VSPAN_TRACE_FLAG_DETACHED)

static bool span_contains(const struct truth_span *span, uint64_t start, uint64_t end)
{
	if (span->source <= TRUTH_EXIT || span->start > start)
		return false;
	return span->source == TRUTH_ENTRY || end <= span->start + span->duration;
}

/*
 * The recorded parent, if it is there. A span of another VM has to be around it.
 * One of which only the end is there is forgotten if nothing was in it until then.
 */
static size_t parent_there(
	const struct truth *truth, size_t parent, uint64_t flags, uint64_t start, uint64_t end)
{
	const struct story *story = truth->story;
	const struct story_span *span = parent ? &story->spans[parent - 1] : NULL;

	if (!span || truth->spans[parent - 1].source == TRUTH_NOTHING)
		return 0;
	if (truth->spans[parent - 1].source == TRUTH_EXIT && span->end < start &&
		!shown_find(truth->display, story->vms[span->vm].number, span->id))
		return 0;
	if ((flags & VSPAN_TRACE_FLAG_REMOTE) &&
		!span_contains(&truth->spans[parent - 1], start, end))
		return 0;
	return parent;
}

static bool span_is_ancestor(const struct truth *truth, size_t ancestor, size_t span)
{
	const struct story *story = truth->story;

	for (size_t up = story->spans[span].parent; up; up = story->spans[up - 1].parent) {
		if (up - 1 == ancestor)
			return true;
	}
	return false;
}

static bool span_proves(const struct truth_span *span)
{
	return span->source >= TRUTH_EDGES && !(span->flags & FLAGS_VAGUE);
}

/*
 * The nearest of the span's ancestors that is in the trace, index + 1. *certain
 * is false if somebody who knows only the trace may think otherwise.
 */
static size_t span_nearest(const struct truth *truth, size_t index, bool *certain)
{
	const struct story *story = truth->story;
	const struct story_span *span = &story->spans[index];
	size_t up = span->parent;

	*certain =
		!story->vms[span->vm].rings[span->ring].improper && !truth->schedule->told[index];
	/* What a consumer that died had told may be gone, and told again later than it counts. */
	if (truth->schedule->deaths && story->shape.numbers[SHAPE_OPEN_AFTER])
		*certain = false;
	if (!span_proves(&truth->spans[index])) {
		/* Told while it was open, it may have been placed before it was over. */
		*certain = !truth->schedule->told[index];
		return 0;
	}
	for (; up; up = story->spans[up - 1].parent) {
		const struct truth_span *known = &truth->spans[up - 1];

		if (story->spans[up - 1].vm != span->vm || story->spans[up - 1].ring != span->ring)
			return 0;
		if (known->source == TRUTH_NOTHING)
			continue;
		*certain &= span_proves(known) && !truth->schedule->told[up - 1];
		return up;
	}
	return 0;
}

/*
 * While a live source has nothing to give, whatever is complete is shown, and
 * what begins afterwards cannot be shown in it any more.
 */
static bool parent_may_be_gone(const struct truth *truth, const struct truth_span *child)
{
	const struct truth_span *parent = &truth->spans[child->in - 1];

	return truth->story->shape.numbers[SHAPE_AGAIN] &&
		parent->start + parent->duration < child->start;
}

static void span_place(struct truth *truth, size_t index)
{
	const struct story_span *span = &truth->story->spans[index];
	struct truth_span *known = &truth->spans[index];
	bool remote = known->flags & VSPAN_TRACE_FLAG_REMOTE;
	const struct shown_span *place;
	bool certain;

	known->in = parent_there(
		truth, span->parent, known->flags, known->start, known->start + known->duration);
	known->parent_unknown = !known->in;
	place = shown_find(truth->display, truth->story->vms[span->vm].number, span->id);
	if (known->in && place && !place->parent_id && parent_may_be_gone(truth, known)) {
		known->in = 0;
		known->parent_unknown = true;
		return;
	}
	/* While either is open all one knows is that the host's span began before. */
	if (remote && !known->in && span->parent && place && place->parent_id == known->parent_id &&
		(truth->schedule->told[span->parent - 1] || truth->schedule->told[index])) {
		known->in = span->parent;
		known->parent_unknown = false;
	}
	if (known->in || remote)
		return;
	known->in = span_nearest(truth, index, &certain);
	if (certain || !place)
		return;
	known->in = 0;
	for (size_t i = 0; place->parent_id && i < truth->story->span_count; i++) {
		if (truth->story->spans[i].id == place->parent_id &&
			truth->story->spans[i].vm == span->vm && span_is_ancestor(truth, i, index))
			known->in = i + 1;
	}
}

static void parent_name(struct truth *truth, size_t parent, uint64_t start)
{
	struct truth_span *known = &truth->spans[parent - 1];

	known->named = true;
	if (known->source == TRUTH_EXIT && start < known->start)
		known->start = start;
}

size_t truth_item_parent(const struct truth *truth, const struct item *item, bool *unknown)
{
	size_t parent = parent_there(truth, item->of, item->flags, item->ts, item->ts);

	*unknown = item->span && !parent;
	return parent;
}

void truth_find_parents(struct truth *truth)
{
	const struct story *story = truth->story;
	bool unknown;

	for (size_t i = 0; i < story->item_count; i++) {
		const struct item *item = &story->items[i];
		size_t parent;

		if ((item->type != ITEM_POINT && item->type != ITEM_LOST) || item->dropped)
			continue;
		parent = truth_item_parent(truth, item, &unknown);
		if (parent)
			parent_name(truth, parent, item->ts);
	}
	for (size_t i = 0; i < story->span_count; i++) {
		if (truth->spans[i].source > TRUTH_EXIT && truth->spans[i].parent_id)
			span_place(truth, i);
		if (truth->spans[i].in)
			parent_name(truth, truth->spans[i].in, truth->spans[i].start);
	}
}
