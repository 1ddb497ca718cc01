/* SPDX-License-Identifier: MIT */
/*
 * summary.c - what is said below the trees: totals of each VM, what is missing
 * and what was repaired, the account of its rings.
 */
#include "tree-sink.h"

#include "model/account.h"
#include "model/units.h"

#include <inttypes.h>
#include <string.h>

#define CLOCK_ERROR_TOLD 10000 /* ns */

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void summary_totals(struct text *text, const struct vm_totals *totals)
{
	text_print(text,
		"  %" PRIu64 " span%s, %" PRIu64 " root%s, %" PRIu64 " event%s, %" PRIu64
		" aborted, %" PRIu64 " record%s lost\n",
		totals->spans, plural(totals->spans), totals->roots, plural(totals->roots),
		totals->events, plural(totals->events), totals->aborted, totals->lost,
		plural(totals->lost));
	if (totals->violations)
		text_print(text,
			"  the guest broke the rules of its rings: %" PRIu64
			" report%s, see events vspan:violation\n",
			totals->violations, plural(totals->violations));
}

/* What was recorded of spans in part, because edges were or were not enabled. */
static void summary_partial(struct text *text, const struct vm_totals *totals)
{
	uint64_t ends = totals->ends + totals->ends_hidden;

	if (totals->unfinished)
		text_print(text,
			"  %" PRIu64 " span%s unfinished: still open, or the end not recorded\n",
			totals->unfinished, plural(totals->unfinished));
	if (ends)
		text_print(text,
			"  %" PRIu64 " span%s of which only the end was recorded, %" PRIu64
			" of them shown\n",
			ends, plural(ends), totals->ends);
}

/* What the analysis did with what it could not know. */
static void summary_repairs(struct text *text, const struct vm_totals *totals)
{
	if (totals->parts)
		text_print(text,
			"  %" PRIu64 " subtree%s shown apart: what they are in was open too long "
			"(parameter held)\n",
			totals->parts, plural(totals->parts));
	if (totals->early)
		text_print(text,
			"  %" PRIu64 " span%s and events placed before all around them was known: "
			"record 'vspan:*' too, or raise parameter held\n",
			totals->early, plural(totals->early));
	if (totals->notes_unplaced)
		text_print(text,
			"  %" PRIu64
			" status message%s and links of spans that were not recorded\n",
			totals->notes_unplaced, plural(totals->notes_unplaced));
}

/* Of a clock that is known well there is nothing to say. */
static void summary_clock(struct text *text, uint64_t error)
{
	char most[UNITS_TEXT];

	if (error < CLOCK_ERROR_TOLD)
		return;
	units_duration(most, error);
	text_print(text,
		"  times may be off by up to %s against the host's, see events vspan:clock\n",
		most);
}

static void summary_notices(struct text *text, const struct note *notice)
{
	for (; notice; notice = notice->next) {
		text_print(text, "  the consumer said: ");
		text_append_quoted(text, notice->text, strlen(notice->text));
		text_append(text, "\n", 1);
	}
}

/* That one consumer took over from another, and what that did to the trace. */
static void summary_restarts(struct text *text, const struct repeats *repeats)
{
	if (repeats->restarts)
		text_print(text, "  %" PRIu32 " consumer restart%s\n", repeats->restarts,
			plural(repeats->restarts));
	if (repeats->dropped)
		text_print(text, "  %" PRIu64 " repeated event%s dropped\n", repeats->dropped,
			plural(repeats->dropped));
	if (repeats->unsure)
		text_print(text, "  %" PRIu64 " event%s may be repeated: more than %d came since\n",
			repeats->unsure, plural(repeats->unsure), REPEATS_MEMORY);
}

/* The sum over rings and epochs, as one equation, and whether it holds. */
static void summary_ledger(struct text *text, const struct vm *vm)
{
	struct ledger sum;
	int64_t unexplained;

	if (vm->ledger_count == 0)
		return;
	unexplained = account_sum(vm, &sum);
	text_print(text,
		"  ledger: %" PRIu64 " attempted = %" PRIu64 " emitted + %" PRIu64
		" discarded by the guest + %" PRIu64 " by the host + %" PRIu64 " torn + %" PRIu64
		" invalid + %" PRIu64 " in the ring\n",
		sum.attempted, sum.emitted, sum.discarded_guest, sum.discarded_host, sum.torn,
		sum.invalid, sum.in_ring);
	if (unexplained)
		text_print(text,
			"  the ledger does not add up: attempted - the sum of the others is "
			"%" PRId64 "\n",
			unexplained);
}

static void summary_vm(const struct tree_sink *tree, struct text *text, const struct vm *vm)
{
	/* One VM's totals stand below its trees; of several, each is named again. */
	if (tree->heading != vm || tree->sink.forest.vm_count > 1)
		heading_text(text, vm);
	summary_totals(text, &vm->totals);
	summary_partial(text, &vm->totals);
	summary_repairs(text, &vm->totals);
	summary_clock(text, vm->clock_error);
	summary_restarts(text, &vm->repeats);
	summary_notices(text, vm->notices);
	summary_ledger(text, vm);
}

static void summary_discarded(struct text *text, const struct forest *forest)
{
	const char *remedy = "the trees may have gaps; record with larger sub-buffers";

	if (forest->discarded_unknown)
		text_print(text, "LTTng discarded an unknown number of events: %s\n", remedy);
	else if (forest->discarded)
		text_print(text, "LTTng discarded %" PRIu64 " event%s: %s\n", forest->discarded,
			plural(forest->discarded), remedy);
	if (forest->discarded_packets)
		text_print(text, "LTTng overwrote %" PRIu64 " packet%s: %s\n",
			forest->discarded_packets, plural(forest->discarded_packets), remedy);
}

void summary_text(const struct tree_sink *tree, struct text *text)
{
	const struct forest *forest = &tree->sink.forest;

	if (tree->hidden)
		text_print(text, "      ... %" PRIu64 " more span%s\n", tree->hidden,
			plural(tree->hidden));
	for (size_t i = 0; i < forest->vm_count; i++)
		summary_vm(tree, text, forest->vms[i]);
	if (forest->vm_count == 0)
		text_print(text,
			"No vspan events in this trace (%" PRIu64
			" others). To record some: lttng enable-event -u 'vspan_*,vspan:*'\n",
			forest->foreign);
	summary_notices(text, forest->notices);
	summary_discarded(text, forest);
}
