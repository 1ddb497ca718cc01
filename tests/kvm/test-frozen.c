/* SPDX-License-Identifier: MIT */
/*
 * test-frozen.c - guests built against earlier ABI versions on this host: they run, and
 * every record they count arrives.
 *   test-frozen BLOCK-STORE-1.0.elf CALLS-1.1.elf
 */
#include <stdlib.h>
#include "calls.h"

#define SKIPPED 77

static uint64_t reported(const struct vmm_result *result, const char *name)
{
	uint32_t i;

	for (i = 0; i < result->report.entry_count; i++)
		if (strcmp(result->report.entries[i].name, name) == 0)
			return result->report.entries[i].value;
	CHECK(!"the guest reports it");
	return 0;
}

static void version_check(struct calls_vm *vm, uint16_t minor, const char *name)
{
	struct vspan_attachment_info info;

	vspan_attachment_read_info(vm->attachment, &info);
	CHECK(info.hello && info.guest_major == 1 && info.guest_minor == minor);
	CHECK(strcmp(info.guest_name, name) == 0);
	CHECK(info.sites > 0 && info.sites_invalid == 0 && info.sites_refused == 0);
}

static void test_records(const char *guest)
{
	struct calls_vm vm;

	calls_scenario = "ABI 1.0";
	if (!calls_open(&vm, guest, 2, "requests=40 ticks=3"))
		return;
	CHECK(vmm_run(vm.vmm, &vm.result, &vm.error) == 0);
	CHECK(vm.result.reason == VMM_EXIT_SHUTDOWN && vm.result.status == 0);
	version_check(&vm, 0, "block-store");
	calls_close(&vm);
	CHECK(vm.ledger.attempted == reported(&vm.result, "records") && vm.ledger.attempted > 500);
	CHECK(vm.ledger.emitted == vm.ledger.attempted);
	CHECK(vm.ledger.spans == reported(&vm.result, "spans_ended") && vm.ledger.aborted == 0);
}

/* And as often as it starts again. */
static void test_lives(const char *guest)
{
	struct calls_vm vm;

	calls_scenario = "ABI 1.0, reset";
	if (!calls_open(&vm, guest, 2, "requests=40 ticks=0"))
		return;
	CHECK(vmm_run(vm.vmm, &vm.result, &vm.error) == 0);
	CHECK(vmm_reset(vm.vmm, &vm.error) == 0);
	CHECK(vmm_await(vm.vmm, &vm.result, &vm.error) == 0);
	CHECK(vm.result.reason == VMM_EXIT_SHUTDOWN && vm.result.status == 0);
	calls_close(&vm);
	CHECK(vm.ledger.attempted == 2 * reported(&vm.result, "records"));
	CHECK(vm.ledger.emitted == vm.ledger.attempted && vm.ledger.aborted == 0);
}

static void test_calls(const char *guest)
{
	struct vmm_snapshot *snapshot;
	struct calls_vm vm;
	uint64_t first;

	calls_scenario = "calls of ABI 1.1";
	if (!calls_start(&vm, guest, 2))
		return;
	CHECK(calls_get(&vm, 1, "nest", 5) == 6);
	version_check(&vm, 1, "calls");
	snapshot = calls_snapshot(&vm);
	first = calls_get(&vm, 0, "span", 1);
	if (snapshot != NULL)
		CHECK(vmm_restore(vm.vmm, snapshot, &vm.error) == 0);
	CHECK(calls_get(&vm, 0, "span", 1) != first);
	CHECK(calls_get(&vm, 0, "deep", 0) == VSPAN_MICROVM_CALL_DEPTH);
	vmm_snapshot_destroy(snapshot);
	calls_close(&vm);
	CHECK(vm.ledger.spans == 8 && vm.ledger.aborted == 0);
}

int main(int argc, char **argv)
{
	struct vspan_error error = {0};

	if (argc != 3) {
		fprintf(stderr, "usage: test-frozen BLOCK-STORE-1.0.elf CALLS-1.1.elf\n");
		return 2;
	}
	if (vmm_probe(&error) < 0) {
		printf("skipped: %s\n", error.text);
		return SKIPPED;
	}
	test_records(argv[1]);
	test_lives(argv[1]);
	test_calls(argv[2]);
	printf("%s\n", calls_failures == 0 ? "all passed" : "FAILED");
	return calls_failures == 0 ? 0 : 1;
}
