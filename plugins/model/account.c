/* SPDX-License-Identifier: MIT */
/*
 * account.c - see account.h.
 */
#include "account.h"

#include <string.h>

int64_t account_sum(const struct vm *vm, struct ledger *sum)
{
	*sum = (struct ledger){0};
	for (size_t i = 0; i < vm->ledger_count; i++) {
		sum->attempted += vm->ledgers[i].attempted;
		sum->emitted += vm->ledgers[i].emitted;
		sum->discarded_guest += vm->ledgers[i].discarded_guest;
		sum->discarded_host += vm->ledgers[i].discarded_host;
		sum->torn += vm->ledgers[i].torn;
		sum->invalid += vm->ledgers[i].invalid;
		sum->in_ring += vm->ledgers[i].in_ring;
	}
	return (int64_t)(sum->attempted - sum->emitted - sum->discarded_guest -
		sum->discarded_host - sum->torn - sum->invalid - sum->in_ring);
}

struct number {
	const char *name;
	uint64_t value;
};

static void json_numbers(
	struct text *text, const char *name, const struct number *numbers, size_t count)
{
	text_print(text, ",\"%s\":{", name);
	for (size_t i = 0; i < count; i++) {
		text_print(text, "%s\"%s\":", i ? "," : "", numbers[i].name);
		text_append_unsigned(text, numbers[i].value);
	}
	text_append(text, "}", 1);
}

static void json_totals(struct text *text, const struct vm_totals *totals)
{
	const struct number numbers[] = {
		{"spans", totals->spans},
		{"events", totals->events},
		{"roots", totals->roots},
		{"lost", totals->lost},
		{"losses_unknown", totals->losses_unknown},
		{"errors", totals->errors},
		{"aborted", totals->aborted},
		{"end_lost", totals->end_lost},
		{"evicted", totals->evicted},
		{"clamped", totals->clamped},
		{"unfinished", totals->unfinished},
		{"ends", totals->ends},
		{"ends_hidden", totals->ends_hidden},
		{"parents_unknown", totals->parents_unknown},
		{"parents_loop", totals->parents_loop},
		{"parts", totals->parts},
		{"early", totals->early},
		{"violations", totals->violations},
		{"notes_unplaced", totals->notes_unplaced},
	};

	json_numbers(text, "totals", numbers, sizeof(numbers) / sizeof(numbers[0]));
}

static void json_ledger(struct text *text, const struct vm *vm)
{
	struct ledger sum;
	uint64_t unexplained = (uint64_t)account_sum(vm, &sum);
	const struct number numbers[] = {
		{"attempted", sum.attempted},
		{"emitted", sum.emitted},
		{"discarded_guest", sum.discarded_guest},
		{"discarded_host", sum.discarded_host},
		{"torn", sum.torn},
		{"invalid", sum.invalid},
		{"in_ring", sum.in_ring},
		{"unexplained", unexplained},
	};

	if (vm->ledger_count)
		json_numbers(text, "ledger", numbers, sizeof(numbers) / sizeof(numbers[0]));
}

static void json_notices(struct text *text, const struct note *notices)
{
	if (!notices)
		return;
	text_print(text, ",\"notices\":[");
	for (const struct note *note = notices; note; note = note->next) {
		text_append_json(text, note->text, strlen(note->text));
		if (note->next)
			text_append(text, ",", 1);
	}
	text_append(text, "]", 1);
}

void account_vm_json(struct text *text, const struct vm *vm)
{
	text_print(text, "{\"type\":\"vm\",\"vm\":%u", (unsigned int)vm->number);
	if (vm->attached) {
		text_print(text, ",\"name\":");
		text_append_json(text, vm->name, strlen(vm->name));
		text_print(text, ",\"vcpus\":%llu", (unsigned long long)vm->rings);
	}
	json_totals(text, &vm->totals);
	if (vm->clock_count)
		text_print(text, ",\"clock_error_ns\":%llu", (unsigned long long)vm->clock_error);
	text_print(text, ",\"restarts\":%u,\"repeated\":%llu,\"may_be_repeated\":%llu",
		(unsigned int)vm->repeats.restarts, (unsigned long long)vm->repeats.dropped,
		(unsigned long long)vm->repeats.unsure);
	json_notices(text, vm->notices);
	json_ledger(text, vm);
	text_append(text, "}", 1);
}

void account_trace_json(struct text *text, const struct forest *forest)
{
	text_print(text, "{\"type\":\"trace\",\"foreign\":%llu,\"discarded\":",
		(unsigned long long)forest->foreign);
	if (forest->discarded_unknown)
		text_print(text, "null");
	else
		text_append_unsigned(text, forest->discarded);
	text_print(
		text, ",\"discarded_packets\":%llu", (unsigned long long)forest->discarded_packets);
	json_notices(text, forest->notices);
	text_append(text, "}", 1);
}
