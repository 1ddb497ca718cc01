/* SPDX-License-Identifier: MIT */
/*
 * truth.c - see truth.h: what the trace has of each span.
 */
#include "truth.h"

#include <stdlib.h>
#include <vspan/trace.h>

static bool item_there(const struct story *story, size_t index)
{
	return index && !story->items[index - 1].dropped;
}

static enum truth_source span_source(const struct truth *truth, size_t index)
{
	const struct story *story = truth->story;
	const struct story_span *span = &story->spans[index];
	bool entry = item_there(story, span->entry) || truth->schedule->told[index];
	bool exit = item_there(story, span->exit);

	if (item_there(story, span->finished))
		return TRUTH_FINISHED;
	if (entry)
		return exit || truth->schedule->closed[index] ? TRUTH_EDGES : TRUTH_ENTRY;
	return exit ? TRUTH_EXIT : TRUTH_NOTHING;
}

static void span_make(struct truth *truth, size_t index)
{
	const struct story_span *span = &truth->story->spans[index];
	struct truth_span *known = &truth->spans[index];

	*known = (struct truth_span){
		.source = span_source(truth, index),
		.value = span->value,
		.start = span->start,
		.flags = span->flags,
		.status = span->status,
		.kind = sites[span->site].kind,
		.parent_id = span->parent_id,
		.fields = true,
	};
	if (known->source != TRUTH_FINISHED) {
		known->value = span->entry_value;
		known->fields = item_there(truth->story, span->entry);
	}
	if (known->source >= TRUTH_EDGES) {
		known->duration = span->end > span->start ? span->end - span->start : 0;
	} else if (known->source == TRUTH_ENTRY) {
		known->flags = span->begin_flags;
		known->status = 0;
	} else {
		known->start = span->end;
		known->kind = 0;
		known->parent_id = 0;
	}
}

static const struct truth *sorted_truth;

static int start_compare(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const struct truth_span *s = &sorted_truth->spans[x], *t = &sorted_truth->spans[y];

	if (s->start != t->start)
		return s->start < t->start ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void truth_sort(struct truth *truth)
{
	for (size_t i = 0; i < truth->story->span_count; i++)
		truth->by_start[i] = i;
	sorted_truth = truth;
	qsort(truth->by_start, truth->story->span_count, sizeof(size_t), start_compare);
}

void truth_make(struct truth *truth, const struct story *story, const struct schedule *schedule,
	const struct shown *shown)
{
	size_t count = story->span_count;

	*truth = (struct truth){
		.story = story,
		.schedule = schedule,
		.display = shown,
		.spans = calloc(count ? count : 1, sizeof(*truth->spans)),
		.by_start = calloc(count ? count : 1, sizeof(size_t)),
	};
	if (!truth->spans || !truth->by_start)
		abort();
	for (size_t i = 0; i < count; i++)
		span_make(truth, i);
	truth_find_parents(truth);
	for (size_t i = 0; i < count; i++) {
		struct truth_span *span = &truth->spans[i];

		span->shown =
			span->source > TRUTH_EXIT || (span->source == TRUTH_EXIT && span->named);
		truth->shown += span->shown;
	}
	truth_sort(truth);
	truth_measure(truth);
	truth_write(truth);
}

void truth_clear(struct truth *truth)
{
	lines_clear(&truth->lines);
	free(truth->spans);
	free(truth->by_start);
	*truth = (struct truth){.story = NULL};
}
