/* SPDX-License-Identifier: MIT */
/*
 * totals.c - see truth.h: the sums of each VM, and of the trace.
 */
#include "truth.h"

#include "words.h"

#include <inttypes.h>
#include <string.h>
#include <vspan/trace.h>

/* Those of struct vm_totals that are compared, in shown.c's order. */
struct totals {
	uint64_t spans, events, lost, losses_unknown, aborted, end_lost, evicted, clamped,
		unfinished, parents_unknown;
};

static void totals_add_span(struct totals *totals, const struct truth_span *span)
{
	totals->spans++;
	totals->aborted += !!(span->flags & VSPAN_TRACE_FLAG_ABORTED);
	totals->end_lost += !!(span->flags & VSPAN_TRACE_FLAG_END_LOST);
	totals->evicted += !!(span->flags & VSPAN_TRACE_FLAG_EVICTED);
	totals->clamped += !!(span->flags & VSPAN_TRACE_FLAG_CLAMPED);
	totals->unfinished += span->source == TRUTH_ENTRY;
	totals->parents_unknown += span->parent_unknown;
}

static void totals_add_item(
	struct totals *totals, const struct truth *truth, const struct item *item)
{
	bool unknown;

	if (item->type == ITEM_POINT)
		totals->events++;
	else if (item->type == ITEM_LOST && item->count)
		totals->lost += item->count;
	else if (item->type == ITEM_LOST)
		totals->losses_unknown++;
	else
		return;
	truth_item_parent(truth, item, &unknown);
	totals->parents_unknown += unknown;
}

static void vm_write(const struct truth *truth, size_t v, FILE *stream)
{
	const struct story *story = truth->story;
	const struct story_vm *vm = &story->vms[v];
	struct totals totals = {0};
	uint64_t attempted = 0;

	for (size_t i = 0; i < story->span_count; i++) {
		if (story->spans[i].vm == v && truth->spans[i].shown)
			totals_add_span(&totals, &truth->spans[i]);
	}
	for (size_t i = 0; i < story->item_count; i++) {
		if (story->items[i].vm_index == v && !story->items[i].dropped)
			totals_add_item(&totals, truth, &story->items[i]);
	}
	fprintf(stream, "vm %" PRIu64 " %s %" PRIu32, vm->number, vm->name, vm->ring_count);
	fprintf(stream,
		" spans=%" PRIu64 " events=%" PRIu64 " lost=%" PRIu64 " losses_unknown=%" PRIu64
		" aborted=%" PRIu64 " end_lost=%" PRIu64 " evicted=%" PRIu64 " clamped=%" PRIu64
		" unfinished=%" PRIu64 " parents_unknown=%" PRIu64
		" parents_loop=0 early=0 violations=0",
		totals.spans, totals.events, totals.lost, totals.losses_unknown, totals.aborted,
		totals.end_lost, totals.evicted, totals.clamped, totals.unfinished,
		totals.parents_unknown);
	for (uint32_t r = 0; r < vm->ring_count; r++)
		attempted += vm->rings[r].attempted;
	if (truth->schedule->detached[v])
		fprintf(stream, " attempted=%" PRIu64 " unexplained=0", attempted);
}

void truth_write_totals(struct truth *truth)
{
	const struct schedule *schedule = truth->schedule;
	char *line;
	size_t size;
	FILE *stream;

	for (size_t v = 0; v < truth->story->vm_count; v++) {
		stream = words_open(&line, &size);
		vm_write(truth, v, stream);
		fclose(stream);
		lines_add(&truth->lines, line);
	}
	stream = words_open(&line, &size);
	fprintf(stream, "trace foreign=%" PRIu64 " discarded=", schedule->foreign);
	if (schedule->dropped_unknown)
		fprintf(stream, "unknown");
	else
		fprintf(stream, "%" PRIu64, schedule->all_dropped);
	fclose(stream);
	lines_add(&truth->lines, line);
}
