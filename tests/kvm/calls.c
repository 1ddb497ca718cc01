/* SPDX-License-Identifier: MIT */
/* calls.c - see calls.h. */
#include "calls.h"

#include <errno.h>
#include <time.h>
#include "region.h"

#define DRAIN_NS SECOND
#define SNAPSHOT_TRIES 20000 /* of a millisecond */

int calls_failures;
const char *calls_scenario = "start";

/* ------------------------------------------------------------- the observer */

static void see_hello(void *data, uint32_t cpu)
{
	struct calls_vm *vm = data;
	uint32_t i;

	(void)cpu;
	vspan_attachment_hello(vm->attachment);
	for (i = 0; i < vm->region->geometry.site_capacity; i++)
		region_enable_site(vm->region, i, true);
}

static void see_full(void *data, uint32_t cpu, uint32_t ring)
{
	struct calls_vm *vm = data;

	(void)cpu;
	vspan_attachment_drain(vm->attachment, ring, DRAIN_NS);
}

static void see_ready(void *data, uint32_t cpu)
{
	((struct calls_vm *)data)->seen[cpu].ready++;
}

static void see_gone(void *data, uint32_t cpu, enum vmm_exit reason)
{
	struct calls_vm *vm = data;

	vm->seen[cpu].gone = reason;
	if (vm->seen[cpu].depth != 0)
		vm->seen[cpu].wrong++;
	vspan_attachment_ring_dead(vm->attachment, cpu);
}

static void see_begin(struct calls_vm *vm, uint32_t cpu, const struct vmm_call_note *note)
{
	if (note->depth != ++vm->seen[cpu].depth || note->outcome != 0)
		vm->seen[cpu].wrong++;
	if (note->depth > vm->seen[cpu].deepest)
		vm->seen[cpu].deepest = note->depth;
}

static void see_end(void *data, uint32_t cpu, const struct vmm_call_note *note)
{
	struct calls_vm *vm = data;

	if (note->depth != vm->seen[cpu].depth--)
		vm->seen[cpu].wrong++;
}

static void see_guest_call(void *data, uint32_t cpu, const struct vmm_call_note *note)
{
	struct calls_vm *vm = data;

	vm->seen[cpu].guest_calls++;
	see_begin(vm, cpu, note);
	vspan_attachment_vcpu_enter(vm->attachment, cpu, note->context);
}

static void see_host_call(void *data, uint32_t cpu, const struct vmm_call_note *note)
{
	struct calls_vm *vm = data;

	vm->seen[cpu].host_calls++;
	see_begin(vm, cpu, note);
}

static int see_restart(void *data, struct vspan_error *error)
{
	struct calls_vm *vm = data;

	(void)error;
	vm->restarts++;
	vspan_attachment_restart(vm->attachment);
	return 0;
}

/* ------------------------------------------------------ functions of the host */

static uint32_t guest_again(
	struct vmm_host_call *host, const char *function, uint64_t number, uint32_t *outcome)
{
	struct vmm_call call = {
		.cpu = host->cpu,
		.function = function,
		.arguments = &number,
		.arguments_size = sizeof(number),
		.result = host->result,
		.result_capacity = host->result_capacity,
	};

	*outcome = (uint32_t)-vmm_call(host->vmm, &call, NULL);
	host->result_size = *outcome == 0 ? call.result_size : 0;
	return *outcome == 0 ? call.status : VSPAN_MICROVM_CALL_DEEP;
}

static uint32_t host_nest(void *data, struct vmm_host_call *call)
{
	uint64_t number = 0;
	uint32_t outcome;

	(void)data;
	if (call->arguments_size == sizeof(number))
		memcpy(&number, call->arguments, sizeof(number));
	return guest_again(call, "nest", number, &outcome);
}

static uint32_t host_deep(void *data, struct vmm_host_call *call)
{
	uint32_t outcome;
	uint32_t status = guest_again(call, "deep", 0, &outcome);

	(void)data;
	return outcome == ELOOP ? VSPAN_MICROVM_CALL_DEEP : status;
}

static uint32_t host_reboots(void *data, struct vmm_host_call *call)
{
	struct calls_vm *vm = data;
	const uint64_t again = vm->reboots > 0;

	if (again != 0)
		vm->reboots--;
	memcpy(call->result, &again, sizeof(again));
	call->result_size = sizeof(again);
	return VSPAN_MICROVM_CALL_OK;
}

/* --------------------------------------------------------------------- the VM */

static int vm_build(struct calls_vm *vm, const char *elf, uint32_t cpus, const char *arguments)
{
	const struct vspan_region_options region = {
		.ring_count = cpus, .ring_size = VSPAN_ABI_RING_SIZE_MIN};
	const struct vmm_observer observer = {.data = vm,
		.hello = see_hello,
		.full = see_full,
		.flush = see_full,
		.gone = see_gone,
		.ready = see_ready,
		.guest_call = see_guest_call,
		.guest_return = see_end,
		.host_call = see_host_call,
		.host_return = see_end,
		.restart = see_restart};
	struct vmm_options options = {.elf_path = elf,
		.arguments = arguments,
		.cpu_count = cpus,
		.ram_size = 4 * MIB,
		.observer = &observer,
		.console_fd = -1,
		.deadline_ns = 60 * SECOND};
	struct vspan_attach_options attach = {0};
	int code = vspan_region_create(&region, &vm->region, &vm->error);

	if (code < 0)
		return code;
	options.region = vspan_region_base(vm->region);
	options.region_size = vspan_region_size(vm->region);
	options.host_size = vspan_region_host_size(vm->region);
	code = vmm_create(&options, &vm->vmm, &vm->error);
	if (code == 0)
		code = vspan_consumer_create(NULL, &vm->consumer, &vm->error);
	if (code < 0)
		return code;
	attach.counter_offset = vmm_counter_offset(vm->vmm, &attach.counter_error);
	code = vspan_consumer_attach(
		vm->consumer, vm->region, &attach, &vm->attachment, &vm->error);
	if (code == 0)
		code = vmm_function_add(vm->vmm, "nest", host_nest, NULL);
	if (code == 0)
		code = vmm_function_add(vm->vmm, "deep", host_deep, NULL);
	return code == 0 ? vmm_function_add(vm->vmm, "reboots", host_reboots, vm) : code;
}

bool calls_open(struct calls_vm *vm, const char *elf, uint32_t cpus, const char *arguments)
{
	memset(vm, 0, sizeof(*vm));
	if (vm_build(vm, elf, cpus, arguments) == 0)
		return true;
	fprintf(stderr, "%s: %s\n", calls_scenario, vm->error.text);
	CHECK(!"the VM was built");
	return false;
}

bool calls_start(struct calls_vm *vm, const char *elf, uint32_t cpus)
{
	if (!calls_open(vm, elf, cpus, NULL))
		return false;
	CHECK(vmm_start(vm->vmm, &vm->error) == 0);
	return true;
}

void calls_close(struct calls_vm *vm)
{
	uint32_t i;

	vmm_stop(vm->vmm, &vm->result, &vm->error);
	vspan_consumer_detach(vm->attachment, &vm->ledger);
	vspan_consumer_destroy(vm->consumer);
	vmm_destroy(vm->vmm);
	vspan_region_close(vm->region);
	CHECK(vspan_ledger_unexplained(&vm->ledger) == 0);
	CHECK(vm->ledger.violations == 0 && vm->ledger.invalid == 0 && vm->ledger.in_ring == 0);
	for (i = 0; i < CALLS_CPUS_MAX; i++)
		CHECK(vm->seen[i].wrong == 0 && vm->seen[i].depth == 0);
}

int calls_call(struct calls_vm *vm, uint32_t cpu, const char *function, uint64_t *number,
	uint64_t timeout_ns)
{
	const uint64_t argument = *number;
	struct vmm_call call = {
		.cpu = cpu,
		.function = function,
		.arguments = &argument,
		.arguments_size = sizeof(argument),
		.result = number,
		.result_capacity = sizeof(*number),
		.timeout_ns = timeout_ns,
	};
	struct vspan_error error = {0};
	int code = vmm_call(vm->vmm, &call, &error);

	CHECK((code == 0) == (error.code == 0));
	vm->error = error;
	return code == 0 ? (int)call.status : code;
}

uint64_t calls_get(struct calls_vm *vm, uint32_t cpu, const char *function, uint64_t number)
{
	int code = calls_call(vm, cpu, function, &number, 60 * SECOND);

	if (code != 0)
		fprintf(stderr, "%s: %s: %d %s\n", calls_scenario, function, code, vm->error.text);
	CHECK(code == 0);
	return number;
}

struct vmm_snapshot *calls_snapshot(struct calls_vm *vm)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	struct vmm_snapshot *snapshot = NULL;
	int tries, code = -EBUSY;

	for (tries = 0; tries < SNAPSHOT_TRIES && code == -EBUSY; tries++) {
		code = vmm_snapshot_take(vm->vmm, &snapshot, NULL);
		if (code == -EBUSY)
			nanosleep(&pause, NULL);
	}
	CHECK(code == 0);
	return snapshot;
}
