/* SPDX-License-Identifier: MIT */
/* show-text.c - profiles for people; see show.h. */
#include "show.h"

#include "model/text.h"
#include "model/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Under the head, as wide as any number. */
#define INDENT 36

static const char *const heads[SHOW_ORDERS] = {
	"Live at the end, by bytes:", "Allocated, by bytes:", "Allocated, by count:"};

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* Something that makes the numbers inexact, if it is not 0. */
static void doubt(struct text *text, uint64_t count, const char *one, const char *what)
{
	if (count)
		text_print(text, "  %" PRIu64 " %s%s %s\n", count, one, plural(count), what);
}

static void put_doubts(struct text *text, const struct profile *profile)
{
	const struct profile_totals *totals = &profile->totals;
	const struct vm_totals *vm = &profile->vm->totals;

	doubt(text, vm->lost, "record", "lost: allocations and frees among them are not counted");
	doubt(text, vm->losses_unknown, "more loss", "of an unknown number of records");
	doubt(text, totals->unmatched, "free",
		"of what is not known to be allocated: before the trace began, or lost");
	doubt(text, totals->replaced, "allocation",
		"where another one was still known: its free is missing");
	doubt(text, totals->untracked, "allocation",
		"too many at a time, and not among the live ones: raise parameter live");
	doubt(text, totals->late, "event", "counted late: too many were in spans still open");
	doubt(text, totals->malformed, "event", "without address or size");
	doubt(text, totals->modules, "file", "too many to name what is in them");
}

static void put_totals(struct text *text, const struct profile *profile)
{
	const struct profile_totals *totals = &profile->totals;
	const struct vm *vm = profile->vm;
	char time[UNITS_TEXT];

	text_print(text, "VM %" PRIu32, vm->number);
	if (vm->attached && vm->name) {
		text_append(text, " ", 1);
		text_append_quoted(text, vm->name, strlen(vm->name));
	}
	text_print(text, ": %" PRIu64 " allocation%s of %" PRIu64 " bytes, %" PRIu64 " free%s\n",
		totals->allocations, plural(totals->allocations), totals->bytes, totals->frees,
		plural(totals->frees));
	text_print(text, "  at the end %" PRIu64 " bytes are live, in %" PRIu64 " allocation%s\n",
		totals->live_bytes, totals->live, plural(totals->live));
	if (totals->peak_bytes == 0)
		return;
	units_time_of_day(time, totals->peak_time);
	text_print(
		text, "  at most %" PRIu64 " bytes were, first at %s\n", totals->peak_bytes, time);
}

static void put_stack(struct text *text, const struct heap_sink *heap,
	const struct profile *profile, uint32_t stack)
{
	size_t count;
	const uint64_t *frames = ranking_frames(profile, stack, &count);

	if (count == 0)
		text_print(text, "%s\n", stack == PROFILE_OTHER ? "[other]" : "[no stack]");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			text_append_spaces(text, INDENT);
		names_append(&heap->names, text, profile, frames[i]);
		text_append(text, "\n", 1);
	}
}

static int put_ranking(struct text *text, const struct heap_sink *heap,
	const struct profile *profile, enum show_order order)
{
	struct ranking ranking;
	int status = ranking_make(&ranking, profile, order, heap->top);

	if (status == 0 && ranking.count > 0) {
		text_print(text, "\n%s\n%18s  %12s  %s\n", heads[order], "Bytes", "Count", "Stack");
		for (size_t i = 0; i < ranking.shown; i++) {
			const struct use *use = ranking_use(profile, ranking.stacks[i]);

			text_print(text, "%18" PRIu64 "  %12" PRIu64 "  ",
				order == SHOW_LIVE ? use->live_bytes : use->bytes,
				order == SHOW_LIVE ? use->live : use->count);
			text_append_spaces(text, INDENT - 34);
			put_stack(text, heap, profile, ranking.stacks[i]);
		}
		if (ranking.count > ranking.shown)
			text_print(text, "... %zu more\n", ranking.count - ranking.shown);
	}
	free(ranking.stacks);
	return status;
}

static void put_trace(struct text *text, const struct forest *forest)
{
	if (!text->length)
		text_print(text,
			"No heap events in this trace: doc/analysis.md says how to record some\n");
	if (forest->discarded_unknown)
		text_print(text, "LTTng discarded an unknown number of events\n");
	else if (forest->discarded)
		text_print(text, "LTTng discarded %" PRIu64 " event%s\n", forest->discarded,
			plural(forest->discarded));
	if (forest->discarded_packets)
		text_print(text, "LTTng overwrote %" PRIu64 " packet%s\n",
			forest->discarded_packets, plural(forest->discarded_packets));
}

int show_text(struct heap_sink *heap)
{
	struct text text = {0};
	int status = 0;

	for (size_t i = 0; i < heap->sink.forest.vm_count && status == 0; i++) {
		const struct profile *profile = heap->sink.forest.vms[i]->user;

		if (!profile)
			continue;
		if (text.length)
			text_append(&text, "\n", 1);
		put_totals(&text, profile);
		put_doubts(&text, profile);
		for (unsigned int order = 0; order < SHOW_ORDERS && status == 0; order++)
			status = put_ranking(&text, heap, profile, order);
	}
	put_trace(&text, &heap->sink.forest);
	if (status == 0 && text.failed)
		status = -ENOMEM;
	if (status == 0)
		fwrite(text.data ? text.data : "", 1, text.length, heap->sink.stream);
	text_clear(&text);
	return status;
}
