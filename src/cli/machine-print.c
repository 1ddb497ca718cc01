/* SPDX-License-Identifier: MIT */
/* machine-print.c - the summary of a run: exits, account, and what the guest counted itself. */
#include <inttypes.h>
#include <json-c/json.h>
#include "ledger-print.h"
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
	const struct vmm_result *vm = &result->vm;

	fprintf(to, "vm:         ended by %s after %.3f s", vmm_exit_name(vm->reason),
		(double)vm->run_ns / 1e9);
	if (vm->status >= 0)
		fprintf(to, ", status %d", vm->status);
	fputc('\n', to);
	print_exits(to, vm);
	print_report(to, vm);
	ledger_print(to, &result->ledger);
	fprintf(to, "drained:    %" PRIu64 " records before any vCPU stopped for it\n",
		result->records_at_first_exit);
}

static void print_json(FILE *to, const struct machine_result *result)
{
	struct json_object *object = json_object_new_object();
	struct json_object *exits = json_object_new_object();
	struct json_object *report = json_object_new_object();
	const struct vmm_result *vm = &result->vm;
	uint32_t i;

	for (i = 0; i < VMM_EXIT_COUNT; i++)
		json_add_count(exits, vmm_exit_name((enum vmm_exit)i), vm->exits[i]);
	for (i = 0; vm->reported && i < vm->report.entry_count; i++)
		json_add_count(report, vm->report.entries[i].name, vm->report.entries[i].value);
	json_object_object_add(object, "status", json_object_new_int(vm->status));
	json_object_object_add(
		object, "ended_by", json_object_new_string(vmm_exit_name(vm->reason)));
	json_add_count(object, "run_ns", vm->run_ns);
	json_object_object_add(object, "exits", exits);
	json_object_object_add(object, "report", report);
	json_object_object_add(object, "ledger", ledger_json(&result->ledger));
	json_add_count(object, "records_at_first_exit", result->records_at_first_exit);
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
