/* SPDX-License-Identifier: MIT */
/* notes.c - see notes.h. */
#include "notes.h"

#include <inttypes.h>
#include <string.h>

/* One kind of repair or doubt: told if there was any. */
struct doubt {
	size_t offset; /* of the count in struct vm_totals */
	const char *what;
	const char *one; /* "span", "record" */
};

static const struct doubt doubts[] = {
	{offsetof(struct vm_totals, aborted),
		"aborted: never ended, counted to the last known time", "span"},
	{offsetof(struct vm_totals, end_lost),
		"whose end was lost: counted to where the loss began", "span"},
	{offsetof(struct vm_totals, evicted), "ended early by the host: too many were open",
		"span"},
	{offsetof(struct vm_totals, clamped), "moved from an impossible time", "span"},
	{offsetof(struct vm_totals, unfinished), "unfinished: still open, or the end not recorded",
		"span"},
	{offsetof(struct vm_totals, ends), "of which only the end was recorded", "span"},
	{offsetof(struct vm_totals, parents_unknown),
		"among the roots: the parent is not in the trace", "orphan"},
	{offsetof(struct vm_totals, parents_loop), "with a descendant for a parent", "span"},
	{offsetof(struct vm_totals, parts), "counted before the span around it had ended", "tree"},
	{offsetof(struct vm_totals, early),
		"before all around was known: record 'vspan:*' too, or raise parameter held",
		"placement"},
	{offsetof(struct vm_totals, lost), "lost: their spans are not in the table", "record"},
	{offsetof(struct vm_totals, losses_unknown), "of an unknown number of records",
		"more loss"},
	{offsetof(struct vm_totals, violations), "of broken rules, see events vspan:violation",
		"report"},
};

static const char *plural(const char *one, uint64_t count)
{
	if (count == 1)
		return "";
	return one[strlen(one) - 1] == 's' ? "es" : "s";
}

void vm_append(struct text *text, const struct vm *vm)
{
	text_print(text, "%" PRIu32, vm->number);
	if (!vm->attached || !vm->name)
		return;
	text_append(text, " ", 1);
	text_append_quoted(text, vm->name, strlen(vm->name));
}

static void vm_doubts(struct text *text, const struct vm *vm)
{
	for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++) {
		uint64_t count;

		memcpy(&count, (const char *)&vm->totals + doubts[i].offset, sizeof(count));
		if (count)
			text_print(text, "  %" PRIu64 " %s%s %s\n", count, doubts[i].one,
				plural(doubts[i].one, count), doubts[i].what);
	}
	if (vm->repeats.restarts)
		text_print(text, "  %" PRIu32 " consumer restart%s\n", vm->repeats.restarts,
			plural("restart", vm->repeats.restarts));
	if (vm->repeats.dropped)
		text_print(text, "  %" PRIu64 " repeated event%s dropped\n", vm->repeats.dropped,
			plural("event", vm->repeats.dropped));
	if (vm->repeats.unsure)
		text_print(text, "  %" PRIu64 " event%s may be repeated: more than %d came since\n",
			vm->repeats.unsure, plural("event", vm->repeats.unsure), REPEATS_MEMORY);
}

static void notices(struct text *text, const struct note *notice)
{
	for (; notice; notice = notice->next) {
		text_print(text, "  the consumer said: ");
		text_append_quoted(text, notice->text, strlen(notice->text));
		text_append(text, "\n", 1);
	}
}

static void vm_notes(struct text *text, const struct vm *vm)
{
	const struct vm_totals *totals = &vm->totals;

	text_append(text, "VM ", 3);
	vm_append(text, vm);
	text_print(text,
		": %" PRIu64 " span%s, %" PRIu64 " root%s, %" PRIu64 " event%s, %" PRIu64
		" record%s lost\n",
		totals->spans, plural("span", totals->spans), totals->roots,
		plural("root", totals->roots), totals->events, plural("event", totals->events),
		totals->lost, plural("record", totals->lost));
	vm_doubts(text, vm);
	notices(text, vm->notices);
}

static void discarded_notes(struct text *text, const struct forest *forest)
{
	static const char *const remedy =
		"what was in them is not in the table; record with larger sub-buffers";

	if (forest->discarded_unknown)
		text_print(text, "LTTng discarded an unknown number of events: %s\n", remedy);
	else if (forest->discarded)
		text_print(text, "LTTng discarded %" PRIu64 " event%s: %s\n", forest->discarded,
			plural("event", forest->discarded), remedy);
	if (forest->discarded_packets)
		text_print(text, "LTTng overwrote %" PRIu64 " packet%s: %s\n",
			forest->discarded_packets, plural("packet", forest->discarded_packets),
			remedy);
}

void notes_append(struct text *text, const struct forest *forest)
{
	for (size_t i = 0; i < forest->vm_count; i++)
		vm_notes(text, forest->vms[i]);
	if (forest->vm_count == 0)
		text_print(text,
			"No vspan events in this trace (%" PRIu64
			" others). To record some: lttng enable-event -u 'vspan_*,vspan:*'\n",
			forest->foreign);
	notices(text, forest->notices);
	discarded_notes(text, forest);
}
