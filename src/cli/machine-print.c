/* SPDX-License-Identifier: MIT */
/* machine-print.c - the summary of a run: exits, account, and what the guest counted itself. */
#include <inttypes.h>
#include <json-c/json.h>
#include "machine.h"

static void print_exits(FILE *to, const struct vmm_result *vm)
{
	const char *separator = "";
	int i;

	fputs("exits:     ", to);
	for (i = 0; i < VMM_EXIT_COUNT; i++) {
		if (vm->exits[i] == 0)
			continue;
		fprintf(to, "%s%" PRIu64 " %s", separator, vm->exits[i],
			vmm_exit_name((enum vmm_exit)i));
		separator = ", ";
	}
	fputc('\n', to);
}

static void print_report(FILE *to, const struct vmm_result *vm)
{
	uint32_t i;

	if (!vm->reported)
		return;
	fputs("guest says:", to);
	for (i = 0; i < vm->report.entry_count; i++)
		fprintf(to, "%s %s=%" PRIu64, i != 0 ? "," : "", vm->report.entries[i].name,
			vm->report.entries[i].value);
	fputc('\n', to);
}

static void print_text(FILE *to, const struct machine_result *result)
{
	const struct vspan_ledger *l = &result->ledger;
	const struct vmm_result *vm = &result->vm;
	int64_t unexplained = vspan_ledger_unexplained(l);

	fprintf(to, "vm:         ended by %s after %.3f s", vmm_exit_name(vm->reason),
		(double)vm->run_ns / 1e9);
	if (vm->status >= 0)
		fprintf(to, ", status %d", vm->status);
	fputc('\n', to);
	print_exits(to, vm);
	print_report(to, vm);
	fprintf(to, "spans:      %" PRIu64 " finished (%" PRIu64 " aborted), %" PRIu64 " events\n",
		l->spans, l->aborted, l->events);
	fprintf(to,
		"records:    %" PRIu64 " attempted = %" PRIu64 " emitted + %" PRIu64
		" discarded + %" PRIu64 " torn + %" PRIu64 " invalid + %" PRIu64 " in ring",
		l->attempted, l->emitted, l->discarded_guest + l->discarded_host, l->torn,
		l->invalid, l->in_ring);
	if (unexplained != 0)
		fprintf(to, " (DOES NOT CLOSE: %+" PRId64 ")", unexplained);
	fputc('\n', to);
	fprintf(to, "drained:    %" PRIu64 " records before any vCPU stopped for it\n",
		result->records_at_first_exit);
}

static void add(struct json_object *object, const char *name, uint64_t value)
{
	json_object_object_add(object, name, json_object_new_uint64(value));
}

static struct json_object *json_ledger(const struct vspan_ledger *l)
{
	struct json_object *object = json_object_new_object();

	add(object, "attempted", l->attempted);
	add(object, "emitted", l->emitted);
	add(object, "discarded_guest", l->discarded_guest);
	add(object, "discarded_host", l->discarded_host);
	add(object, "torn", l->torn);
	add(object, "invalid", l->invalid);
	add(object, "in_ring", l->in_ring);
	add(object, "spans", l->spans);
	add(object, "aborted", l->aborted);
	add(object, "events", l->events);
	add(object, "violations", l->violations);
	add(object, "lost_reports", l->lost_reports);
	add(object, "fulls", l->fulls);
	json_object_object_add(
		object, "unexplained", json_object_new_int64(vspan_ledger_unexplained(l)));
	return object;
}

static void print_json(FILE *to, const struct machine_result *result)
{
	struct json_object *object = json_object_new_object();
	struct json_object *exits = json_object_new_object();
	struct json_object *report = json_object_new_object();
	const struct vmm_result *vm = &result->vm;
	uint32_t i;

	for (i = 0; i < VMM_EXIT_COUNT; i++)
		add(exits, vmm_exit_name((enum vmm_exit)i), vm->exits[i]);
	for (i = 0; vm->reported && i < vm->report.entry_count; i++)
		add(report, vm->report.entries[i].name, vm->report.entries[i].value);
	json_object_object_add(object, "status", json_object_new_int(vm->status));
	json_object_object_add(
		object, "ended_by", json_object_new_string(vmm_exit_name(vm->reason)));
	add(object, "run_ns", vm->run_ns);
	json_object_object_add(object, "exits", exits);
	json_object_object_add(object, "report", report);
	json_object_object_add(object, "ledger", json_ledger(&result->ledger));
	add(object, "records_at_first_exit", result->records_at_first_exit);
	fprintf(to, "%s\n", json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY));
	json_object_put(object);
}

void machine_print(
	FILE *to, const struct machine_options *options, const struct machine_result *result)
{
	if (options->json)
		print_json(to, result);
	else
		print_text(to, result);
}
