/* SPDX-License-Identifier: MIT */
/* machine.c - builds, runs and drains one micro-VM. */
#include "machine.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "cli.h"
#include "clock.h"
#include "error.h"
#include "machine-spans.h"

/* How long a vCPU waits for its ring to be drained before it goes on without. */
#define DRAIN_TIMEOUT_NS UINT64_C(1000000000)

struct machine {
	const struct machine_options *options;
	struct machine_result *result;
	struct vspan_region *region;
	struct vspan_consumer *consumer;
	struct vspan_attachment *attachment;
	struct vmm *vmm;
	struct machine_spans *spans; /* NULL: the host has none of its own */
};

/* Remembers what had been drained when a vCPU first stopped for it, or for good. */
static void machine_note_exit(struct machine *machine)
{
	struct vspan_consumer_stats stats;
	uint64_t none = 0;

	if (!__atomic_compare_exchange_n(&machine->result->first_exit_ns, &none, clock_now_ns(),
		    false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	vspan_consumer_read_stats(machine->consumer, &stats);
	machine->result->records_at_first_exit = stats.records;
}

static const struct vspan_trace_context *machine_context(const struct machine *machine)
{
	return machine->options->has_context ? &machine->options->context : NULL;
}

/* A vCPU begins a life in the guest; its ring has its number. */
static void machine_enter(struct machine *machine, uint32_t cpu)
{
	/* The context is the same all along, so it is never one too many. */
	(void)vspan_attachment_vcpu_enter(machine->attachment, cpu, machine_context(machine));
}

/* It goes on there, on behalf of whomever it was before. */
static void machine_resume(struct machine *machine, uint32_t cpu)
{
	(void)vspan_attachment_vcpu_resume(machine->attachment, cpu);
}

static void machine_hello(void *data, uint32_t cpu)
{
	struct machine *machine = data;

	vspan_attachment_vcpu_exit(machine->attachment, cpu, vmm_exit_name(VMM_EXIT_HELLO));
	vspan_attachment_hello(machine->attachment);
	machine_resume(machine, cpu);
}

static void machine_drain(struct machine *machine, uint32_t cpu, uint32_t ring, enum vmm_exit why)
{
	machine_note_exit(machine);
	vspan_attachment_vcpu_exit(machine->attachment, cpu, vmm_exit_name(why));
	vspan_attachment_drain(machine->attachment, ring, DRAIN_TIMEOUT_NS);
	machine_resume(machine, cpu);
}

static void machine_full(void *data, uint32_t cpu, uint32_t ring)
{
	machine_drain(data, cpu, ring, VMM_EXIT_FULL);
}

static void machine_flush(void *data, uint32_t cpu, uint32_t ring)
{
	machine_drain(data, cpu, ring, VMM_EXIT_FLUSH);
}

static void machine_halt(void *data, uint32_t cpu)
{
	struct machine *machine = data;

	machine_note_exit(machine);
	vspan_attachment_vcpu_halt(machine->attachment, cpu);
	if (machine->options->drain_on_exit)
		vspan_attachment_drain(machine->attachment, cpu, DRAIN_TIMEOUT_NS);
}

static void machine_gone(void *data, uint32_t cpu, enum vmm_exit reason)
{
	struct machine *machine = data;

	machine_note_exit(machine);
	vspan_attachment_vcpu_exit(machine->attachment, cpu, vmm_exit_name(reason));
	vspan_attachment_ring_dead(machine->attachment, cpu);
}

/* A call is on behalf of whoever made it; without one, of who runs the VM. */
static void machine_guest_call(void *data, uint32_t cpu, const struct vmm_call_note *note)
{
	struct machine *machine = data;

	if (machine->spans != NULL) {
		machine_spans_guest_call(machine->spans, machine->attachment, cpu, note);
		return;
	}
	(void)vspan_attachment_vcpu_call(machine->attachment, cpu,
		note->context != NULL ? note->context : machine_context(machine));
	machine_resume(machine, cpu);
}

static void machine_guest_return(void *data, uint32_t cpu, const struct vmm_call_note *note)
{
	struct machine *machine = data;

	if (machine->spans != NULL) {
		machine_spans_guest_return(machine->spans, machine->attachment, cpu, note);
		return;
	}
	vspan_attachment_vcpu_exit(machine->attachment, cpu, "return");
	(void)vspan_attachment_vcpu_return(machine->attachment, cpu);
}

static void machine_host_call(void *data, uint32_t cpu, const struct vmm_call_note *note)
{
	struct machine *machine = data;

	if (machine->spans != NULL)
		machine_spans_host_call(machine->spans, machine->attachment, cpu, note);
	else
		vspan_attachment_vcpu_exit(machine->attachment, cpu, VSPAN_EXIT_CALL);
}

static void machine_host_return(void *data, uint32_t cpu, const struct vmm_call_note *note)
{
	struct machine *machine = data;

	if (machine->spans != NULL)
		machine_spans_host_return(machine->spans, machine->attachment, cpu, note);
	else if (note->outcome == 0)
		machine_resume(machine, cpu);
}

static int machine_restart(void *data, struct vspan_error *error)
{
	struct machine *machine = data;
	uint32_t cpu;

	(void)error;
	vspan_attachment_restart(machine->attachment);
	for (cpu = 0; cpu < machine->options->cpus; cpu++)
		machine_enter(machine, cpu);
	return 0;
}

static int machine_attach(struct machine *machine, struct vspan_error *error)
{
	const struct vspan_consumer_options consumer = {
		.poll_ns = machine->options->poll,
		.drain_on_exit_only = machine->options->drain_on_exit,
	};
	struct vspan_attach_options attach;
	uint32_t cpu;
	int ret;

	attach = (struct vspan_attach_options){0};
	attach.counter_offset = vmm_counter_offset(machine->vmm, &attach.counter_error);
	ret = vspan_consumer_create(&consumer, &machine->consumer, error);
	if (ret < 0)
		return ret;
	ret = vspan_consumer_attach(
		machine->consumer, machine->region, &attach, &machine->attachment, error);
	for (cpu = 0; ret == 0 && cpu < machine->options->cpus; cpu++)
		machine_enter(machine, cpu);
	if (ret == 0 && machine->options->host_spans)
		ret = machine_spans_open(&machine->spans, machine->consumer,
			(uint32_t)machine->options->cpus, machine_context(machine), error);
	return ret;
}

static int machine_build(struct machine *machine, struct vspan_error *error)
{
	const struct machine_options *options = machine->options;
	const struct vmm_observer observer = {
		.data = machine,
		.hello = machine_hello,
		.full = machine_full,
		.flush = machine_flush,
		.halt = machine_halt,
		.gone = machine_gone,
		.ready = machine_halt,
		.guest_call = machine_guest_call,
		.guest_return = machine_guest_return,
		.host_call = machine_host_call,
		.host_return = machine_host_return,
		.restart = machine_restart,
	};
	const struct vspan_region_options region = {
		.name = options->name,
		.ring_count = (uint32_t)options->cpus,
		.ring_size = (uint32_t)options->ring_size,
		.mode = options->mode,
	};
	struct vmm_options vm = {
		.elf_path = options->guest,
		.arguments = options->arguments,
		.cpu_count = (uint32_t)options->cpus,
		.ram_size = options->memory,
		.observer = &observer,
		.console_fd = options->quiet ? -1 : STDERR_FILENO,
		.kill = options->kill,
		.kill_cpu = (uint32_t)options->kill_cpu,
		.kill_after_ns = options->kill_after,
		.deadline_ns = options->timeout,
	};
	int ret = vspan_region_create(&region, &machine->region, error);

	if (ret < 0)
		return ret;
	vm.region = vspan_region_base(machine->region);
	vm.region_size = vspan_region_size(machine->region);
	vm.host_size = vspan_region_host_size(machine->region);
	ret = vmm_create(&vm, &machine->vmm, error);
	return ret < 0 ? ret : machine_attach(machine, error);
}

static void machine_free(struct machine *machine)
{
	if (machine->attachment != NULL)
		vspan_consumer_detach(machine->attachment, &machine->result->ledger);
	machine_spans_close(machine->spans);
	if (machine->consumer != NULL)
		vspan_consumer_read_stats(machine->consumer, &machine->result->consumer);
	vspan_consumer_destroy(machine->consumer);
	vmm_destroy(machine->vmm);
	vspan_region_close(machine->region);
	free(machine);
}

int machine_open(const struct machine_options *options, struct machine_result *result,
	struct machine **out, struct vspan_error *error)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	int ret;

	*result = (struct machine_result){.vm.status = -1};
	if (machine == NULL)
		return error_set(error, ENOMEM, "out of memory for a VM");
	machine->options = options;
	machine->result = result;
	ret = machine_build(machine, error);
	if (ret == 0)
		*out = machine;
	else
		machine_free(machine);
	return ret;
}

struct vmm *machine_vmm(const struct machine *machine)
{
	return machine->vmm;
}

int machine_close(struct machine *machine, struct vspan_error *error)
{
	int ret = vmm_stop(machine->vmm, &machine->result->vm, error);

	machine_free(machine);
	return ret;
}

int machine_run(const struct machine_options *options, struct machine_result *result,
	struct vspan_error *error)
{
	struct machine *machine = NULL;
	int ret = machine_open(options, result, &machine, error);

	if (ret < 0 || machine == NULL)
		return ret;
	assert(machine != NULL);
	ret = vmm_run(machine->vmm, &result->vm, error);
	machine_free(machine);
	return ret;
}

int machine_exit_code(const struct machine_options *options, const struct machine_result *result)
{
	if (result->vm.status >= 0)
		return result->vm.status;
	return options->kill && result->vm.reason == VMM_EXIT_KILLED ? EXIT_OK : EXIT_FAILED;
}
