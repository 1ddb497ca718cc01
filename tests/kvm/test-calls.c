/* SPDX-License-Identifier: MIT */
/*
 * test-calls.c - function calls between host and guest: nested, from several threads, of
 * several VMs, by guests that break the rules.
 *   test-calls CALLS-GUEST.elf
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "calls.h"

#define SKIPPED 77
#define THREADS UINT64_C(4)
#define CALLS_EACH UINT64_C(25)
#define HOSTILE_KINDS 9u

static const char *guest;

static void refusals_check(struct calls_vm *vm)
{
	uint64_t number = 0;

	CHECK(calls_call(vm, 0, "no such", &number, 0) == VSPAN_MICROVM_CALL_UNKNOWN);
	CHECK(calls_call(vm, 3, "where", &number, 0) == -EINVAL);
	CHECK(calls_call(vm, 0, "", &number, 0) == -EINVAL);
	CHECK(calls_call(vm, 0, "\x1b", &number, 0) == -EINVAL);
}

static void test_functions(void)
{
	struct calls_vm vm;
	uint32_t cpu;

	calls_scenario = "functions";
	if (!calls_start(&vm, guest, 3))
		return;
	for (cpu = 0; cpu < 3; cpu++)
		CHECK(calls_get(&vm, cpu, "where", 0) == cpu);
	CHECK(calls_get(&vm, VMM_CPU_ANY, "where", 0) < 3);
	CHECK(calls_get(&vm, 0, "add", 5) == 5);
	CHECK(calls_get(&vm, 2, "add", 6) == 11);
	CHECK(calls_get(&vm, 1, "unknown", 0) == VSPAN_MICROVM_CALL_UNKNOWN);
	CHECK(calls_get(&vm, 1, "cut", 0) == VSPAN_MICROVM_CALL_LARGE);
	refusals_check(&vm);
	CHECK(calls_get(&vm, 0, "where", 0) == 0);
	calls_close(&vm);
	CHECK(vm.ledger.torn == 0 && vm.ledger.aborted == 0 && vm.ledger.spans == 1);
}

static void test_sizes(void)
{
	static uint8_t data[VSPAN_MICROVM_CALL_SIZE_MAX + 1];
	struct vmm_call call = {.function = "where", .arguments = data};
	struct calls_vm vm;

	calls_scenario = "sizes";
	if (!calls_start(&vm, guest, 1))
		return;
	call.arguments_size = 1024;
	CHECK(vmm_call(vm.vmm, &call, NULL) == -EMSGSIZE);
	call.result = data;
	call.result_capacity = 8;
	CHECK(vmm_call(vm.vmm, &call, NULL) == 0 && call.result_size == 8);
	call.arguments_size = 1025;
	CHECK(vmm_call(vm.vmm, &call, NULL) == -E2BIG);
	call.arguments_size = sizeof(data);
	CHECK(vmm_call(vm.vmm, &call, NULL) == -E2BIG);
	CHECK(calls_get(&vm, 0, "where", 0) == 0);
	calls_close(&vm);
}

static void test_nested(void)
{
	struct calls_vm vm;

	calls_scenario = "nested";
	if (!calls_start(&vm, guest, 2))
		return;
	CHECK(calls_get(&vm, 1, "nest", 5) == 6);
	CHECK(vm.seen[1].deepest == 11);
	CHECK(vm.seen[1].guest_calls == 6 && vm.seen[1].host_calls == 5);
	CHECK(calls_get(&vm, 0, "nest", 0) == 1);
	calls_close(&vm);
	CHECK(vm.ledger.spans == 7 && vm.ledger.aborted == 0 && vm.ledger.torn == 0);
	CHECK(vm.seen[0].ready == 1 && vm.seen[1].ready == 1);
}

static void test_endless(void)
{
	struct calls_vm vm;
	uint64_t number = 100;

	calls_scenario = "endless";
	if (!calls_start(&vm, guest, 1))
		return;
	CHECK(calls_get(&vm, 0, "deep", 0) == VSPAN_MICROVM_CALL_DEPTH);
	CHECK(vm.seen[0].deepest == 2 * VSPAN_MICROVM_CALL_DEPTH);
	CHECK(calls_call(&vm, 0, "nest", &number, 0) == VSPAN_MICROVM_CALL_DEEP);
	CHECK(calls_get(&vm, 0, "nest", 3) == 4);
	calls_close(&vm);
}

static void test_hostile(void)
{
	struct calls_vm vm;
	uint64_t number, kind;

	calls_scenario = "hostile";
	for (kind = 0; kind < HOSTILE_KINDS; kind++) {
		if (!calls_start(&vm, guest, 2))
			return;
		number = kind;
		CHECK(calls_call(&vm, 0, "hostile", &number, 0) == -ESHUTDOWN);
		CHECK(strstr(vm.error.text, "breaks the rules of function calls") != NULL);
		CHECK(calls_call(&vm, 1, "where", &number, 0) == -ESHUTDOWN);
		/* A guest that was hostile in one life is not in the next. */
		CHECK(kind != 0 ||
			(vmm_reset(vm.vmm, NULL) == 0 && calls_get(&vm, 1, "where", 0) == 1));
		calls_close(&vm);
		CHECK(vm.result.reason == (kind == 0 ? VMM_EXIT_KILLED : VMM_EXIT_ERROR));
	}
	calls_scenario = "return of nothing";
	if (!calls_open(&vm, guest, 1, "return"))
		return;
	CHECK(vmm_run(vm.vmm, &vm.result, &vm.error) == -EPROTO);
	CHECK(strstr(vm.error.text, "nobody made") != NULL);
	calls_close(&vm);
}

/* ------------------------------------------------------------------ at once */

static void *thread_add(void *data)
{
	struct calls_vm *vm = data;
	uint64_t number;
	uint32_t i;

	for (i = 0; i < CALLS_EACH; i++) {
		number = 1;
		CHECK(calls_call(vm, i % 3 == 0 ? VMM_CPU_ANY : i % 2, "add", &number, 0) == 0);
		number = 2;
		CHECK(calls_call(vm, VMM_CPU_ANY, "nest", &number, 0) == 0 && number == 3);
	}
	return NULL;
}

static void test_threads(void)
{
	pthread_t threads[THREADS];
	struct calls_vm vm;
	uint32_t i;

	calls_scenario = "threads";
	if (!calls_start(&vm, guest, 2))
		return;
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, thread_add, &vm) == 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(calls_get(&vm, 0, "add", 0) == THREADS * CALLS_EACH);
	calls_close(&vm);
	CHECK(vm.ledger.spans == 3 * THREADS * CALLS_EACH);
}

static void *thread_vm(void *data)
{
	struct calls_vm *vm = data;

	if (!calls_start(vm, guest, 2))
		return NULL;
	thread_add(vm);
	CHECK(calls_get(vm, 1, "add", 0) == CALLS_EACH);
	calls_close(vm);
	return NULL;
}

static void test_vms(void)
{
	static struct calls_vm vms[THREADS];
	pthread_t threads[THREADS];
	uint32_t i;

	calls_scenario = "several VMs";
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, thread_vm, &vms[i]) == 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* ------------------------------------------------------------------ stopped */

static void end_by_exit(struct calls_vm *vm)
{
	uint64_t number = 3;

	CHECK(calls_call(vm, 0, "exit", &number, 0) == -ESHUTDOWN);
	CHECK(strstr(vm->error.text, "shutdown") != NULL);
	CHECK(calls_call(vm, VMM_CPU_ANY, "where", &number, 0) == -ESHUTDOWN);
	CHECK(vmm_stop(vm->vmm, &vm->result, NULL) == 0 && vm->result.status == 3);
	CHECK(calls_call(vm, 0, "where", &number, 0) == -ESHUTDOWN);
}

/* A function of the guest that is not there to be called again. */
static void test_ends(void)
{
	struct calls_vm vm;
	uint64_t number = 3;

	calls_scenario = "ends";
	if (!calls_start(&vm, guest, 2))
		return;
	CHECK(calls_call(&vm, 1, "idle", &number, 0) == -ECANCELED);
	CHECK(calls_call(&vm, 1, "where", &number, 0) == -ENOTRECOVERABLE);
	CHECK(vm.seen[1].gone == VMM_EXIT_HALT);
	CHECK(calls_get(&vm, 0, "where", 0) == 0);
	end_by_exit(&vm);
	calls_close(&vm);
	CHECK(vm.ledger.aborted == 1);
}

static void *thread_cancel(void *data)
{
	const struct timespec pause = {.tv_nsec = 50000000};

	nanosleep(&pause, NULL);
	vmm_cancel(((struct calls_vm *)data)->vmm, 0);
	return NULL;
}

/* By another thread; where nothing is under way, nothing happens. */
static void cancel_by_thread(struct calls_vm *vm)
{
	pthread_t thread;
	uint64_t number = 0;

	CHECK(calls_get(vm, 0, "where", 0) == 0);
	vmm_cancel(vm->vmm, 0);
	vmm_cancel(vm->vmm, 7);
	CHECK(calls_get(vm, 0, "where", 0) == 0);
	CHECK(pthread_create(&thread, NULL, thread_cancel, vm) == 0);
	CHECK(calls_call(vm, 0, "forever", &number, 0) == -ECANCELED);
	pthread_join(thread, NULL);
	CHECK(calls_call(vm, 0, "where", &number, 0) == -ENOTRECOVERABLE);
}

static void test_cancel(void)
{
	struct calls_vm vm;
	uint64_t number = 0;

	calls_scenario = "cancel";
	if (!calls_start(&vm, guest, 2))
		return;
	cancel_by_thread(&vm);
	CHECK(calls_call(&vm, 1, "forever", &number, SECOND / 20) == -ETIMEDOUT);
	CHECK(calls_call(&vm, VMM_CPU_ANY, "where", &number, 0) == -ENOTRECOVERABLE);
	CHECK(vm.seen[0].gone == VMM_EXIT_CANCELLED && vm.seen[1].gone == VMM_EXIT_CANCELLED);
	CHECK(vmm_reset(vm.vmm, &vm.error) == 0);
	CHECK(calls_get(&vm, 1, "where", 0) == 1);
	calls_close(&vm);
	CHECK(vm.ledger.spans > 2 && vm.ledger.torn <= 4);
}

int main(int argc, char **argv)
{
	struct vspan_error error = {0};

	if (argc != 2) {
		fprintf(stderr, "usage: test-calls CALLS-GUEST.elf\n");
		return 2;
	}
	if (vmm_probe(&error) < 0) {
		printf("skipped: %s\n", error.text);
		return SKIPPED;
	}
	guest = argv[1];
	test_functions();
	test_sizes();
	test_nested();
	test_endless();
	test_hostile();
	test_threads();
	test_vms();
	test_ends();
	test_cancel();
	printf("%s\n", calls_failures == 0 ? "all passed" : "FAILED");
	return calls_failures == 0 ? 0 : 1;
}
