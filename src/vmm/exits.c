/* SPDX-License-Identifier: MIT */
/*
 * exits.c - what a guest's exit asks for: ports, halts, and the ways a guest
 * goes wrong. Runs on the vCPU's thread. Values come from the guest: whatever
 * they are, they cost the guest itself at most. An exit that ends the VM asks for
 * a stop, which the run loop sees next.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "machine.h"

/* A guest that goes on writing pages it may only read is broken or hostile. */
#define HOST_PAGE_WRITES_MAX 10000u
#define STATUS_MASK 0xffu

typedef void (*port_function)(struct vcpu *vcpu, uint32_t value);

static void port_full(struct vcpu *vcpu, uint32_t ring)
{
	const struct vmm_observer *observer = &vcpu->vmm->observer;

	if (observer->full != NULL)
		observer->full(observer->data, vcpu->index, ring);
}

static void port_flush(struct vcpu *vcpu, uint32_t ring)
{
	const struct vmm_observer *observer = &vcpu->vmm->observer;

	if (observer->flush != NULL)
		observer->flush(observer->data, vcpu->index, ring);
}

static void port_hello(struct vcpu *vcpu, uint32_t value)
{
	const struct vmm_observer *observer = &vcpu->vmm->observer;
	struct vmm *vmm = vcpu->vmm;

	(void)value;
	if (observer->hello != NULL)
		observer->hello(observer->data, vcpu->index);
	pthread_mutex_lock(&vmm->lock);
	if (vmm->hello_ns == 0)
		vmm->hello_ns = monotonic_ns();
	pthread_cond_broadcast(&vmm->changed);
	pthread_mutex_unlock(&vmm->lock);
}

static void port_exit(struct vcpu *vcpu, uint32_t status)
{
	machine_end(vcpu->vmm, VMM_EXIT_SHUTDOWN, (int)(status & STATUS_MASK));
}

static void port_console(struct vcpu *vcpu, uint32_t value)
{
	console_put(vcpu, (uint8_t)value);
}

static void port_reboot(struct vcpu *vcpu, uint32_t value)
{
	(void)value;
	machine_end(vcpu->vmm, VMM_EXIT_REBOOT, -1);
}

static const struct port {
	port_function handle;
	enum vmm_exit exit;
} ports[] = {
	[VSPAN_MICROVM_PORT_FULL - VSPAN_MICROVM_PORT_BASE] = {port_full, VMM_EXIT_FULL},
	[VSPAN_MICROVM_PORT_FLUSH - VSPAN_MICROVM_PORT_BASE] = {port_flush, VMM_EXIT_FLUSH},
	[VSPAN_MICROVM_PORT_HELLO - VSPAN_MICROVM_PORT_BASE] = {port_hello, VMM_EXIT_HELLO},
	[VSPAN_MICROVM_PORT_EXIT - VSPAN_MICROVM_PORT_BASE] = {port_exit, VMM_EXIT_SHUTDOWN},
	[VSPAN_MICROVM_PORT_REPORT - VSPAN_MICROVM_PORT_BASE] = {report_take, VMM_EXIT_REPORT},
	[VSPAN_MICROVM_PORT_TIMER - VSPAN_MICROVM_PORT_BASE] = {timer_program, VMM_EXIT_CONTROL},
	[VSPAN_MICROVM_PORT_CONSOLE - VSPAN_MICROVM_PORT_BASE] = {port_console, VMM_EXIT_CONSOLE},
	[VSPAN_MICROVM_PORT_CALL - VSPAN_MICROVM_PORT_BASE] = {message_take, VMM_EXIT_CALL},
	[VSPAN_MICROVM_PORT_REBOOT - VSPAN_MICROVM_PORT_BASE] = {port_reboot, VMM_EXIT_REBOOT},
};

#define PORT_COUNT (sizeof(ports) / sizeof(ports[0]))

static void exit_port(struct vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;
	uint32_t number = run->io.port - VSPAN_MICROVM_PORT_BASE;
	uint32_t value;

	/* A port below the base wraps to a large number. */
	if (run->io.direction != KVM_EXIT_IO_OUT || number >= PORT_COUNT ||
		run->io.size != sizeof(value) || run->io.count != 1) {
		vcpu->exits[VMM_EXIT_ERROR]++;
		machine_fail(vcpu, VMM_EXIT_ERROR, ENOTSUP,
			"the guest used port 0x%x (%s, %u bytes), of which this version of vspan "
			"knows nothing: see <vspan/microvm.h>",
			run->io.port, run->io.direction == KVM_EXIT_IO_OUT ? "out" : "in",
			run->io.size);
		return;
	}
	assert(run->io.data_offset <= vcpu->vmm->run_size - sizeof(value));
	memcpy(&value, (const uint8_t *)run + run->io.data_offset, sizeof(value));
	vcpu->exits[ports[number].exit]++;
	ports[number].handle(vcpu, value);
}

/* Returns false if nothing can ever wake the vCPU: its timer is the only interrupt there is. */
static bool exit_halt(struct vcpu *vcpu)
{
	const struct vmm_observer *observer = &vcpu->vmm->observer;

	vcpu->exits[VMM_EXIT_HALT]++;
	if (vcpu->run->if_flag == 0 || vcpu->timer.period_ns == 0)
		return false;
	if (observer->halt != NULL)
		observer->halt(observer->data, vcpu->index);
	if (!vcpu->timer.pending)
		vcpu_sleep(vcpu, vcpu->timer.next_ns);
	return true;
}

static void exit_memory(struct vcpu *vcpu)
{
	const struct vmm_options *options = &vcpu->vmm->options;
	const uint64_t address = vcpu->run->mmio.phys_addr;
	const bool write = vcpu->run->mmio.is_write != 0;

	if (!write || address < MACHINE_REGION || address - MACHINE_REGION >= options->host_size) {
		vcpu->exits[VMM_EXIT_ERROR]++;
		machine_fail(vcpu, VMM_EXIT_ERROR, EFAULT,
			"the guest %s %u bytes at 0x%llx, outside its memory",
			write ? "wrote" : "read", vcpu->run->mmio.len, (unsigned long long)address);
		return;
	}
	if (++vcpu->exits[VMM_EXIT_HOST_PAGE] <= HOST_PAGE_WRITES_MAX)
		return;
	machine_fail(vcpu, VMM_EXIT_HOST_PAGE, EPERM,
		"the guest wrote %u times to pages of the region that are the host's: it is broken "
		"or "
		"hostile",
		HOST_PAGE_WRITES_MAX);
}

/* KVM could not go on: the bytes it stumbled over, where it says. */
static void exit_internal(struct vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;
	char bytes[3 * sizeof(run->emulation_failure.insn_bytes) + 1] = "";
	uint32_t count = 0, i;

	vcpu->exits[VMM_EXIT_ERROR]++;
	if (run->internal.suberror != KVM_INTERNAL_ERROR_EMULATION) {
		machine_fail(vcpu, VMM_EXIT_ERROR, EIO, "KVM failed inside (suberror %u)",
			run->internal.suberror);
		return;
	}
	if (run->emulation_failure.ndata >= 3 &&
		(run->emulation_failure.flags &
			KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES) != 0)
		count = run->emulation_failure.insn_size;
	if (count > sizeof(run->emulation_failure.insn_bytes))
		count = sizeof(run->emulation_failure.insn_bytes);
	for (i = 0; i < count; i++)
		snprintf(bytes + (size_t)3 * i, 4, " %02x", run->emulation_failure.insn_bytes[i]);
	machine_fail(vcpu, VMM_EXIT_ERROR, EIO,
		"KVM cannot emulate the guest's instruction%s%s: build the guest for baseline "
		"x86-64 "
		"with -mgeneral-regs-only",
		count > 0 ? " at the start of" : "", bytes);
}

static void exit_shutdown(struct vcpu *vcpu)
{
	vcpu->exits[VMM_EXIT_SHUTDOWN]++;
	machine_fail(vcpu, VMM_EXIT_SHUTDOWN, EFAULT,
		"the guest faulted where it could not handle it (triple fault)");
}

static void exit_unknown(struct vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;

	vcpu->exits[VMM_EXIT_ERROR]++;
	if (run->exit_reason == KVM_EXIT_FAIL_ENTRY)
		machine_fail(vcpu, VMM_EXIT_ERROR, EIO,
			"the processor refuses to enter the guest (hardware reason 0x%llx)",
			(unsigned long long)run->fail_entry.hardware_entry_failure_reason);
	else
		machine_fail(vcpu, VMM_EXIT_ERROR, EIO,
			"KVM stopped the guest for a reason unknown to vspan (%u)",
			run->exit_reason);
}

bool exit_handle(struct vcpu *vcpu)
{
	switch (vcpu->run->exit_reason) {
	case KVM_EXIT_IO:
		exit_port(vcpu);
		return true;
	case KVM_EXIT_HLT:
		return exit_halt(vcpu);
	case KVM_EXIT_MMIO:
		exit_memory(vcpu);
		return true;
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		vcpu->exits[VMM_EXIT_TIMER]++;
		return true;
	case KVM_EXIT_INTR:
		return true;
	case KVM_EXIT_INTERNAL_ERROR:
		exit_internal(vcpu);
		return true;
	case KVM_EXIT_SHUTDOWN:
		exit_shutdown(vcpu);
		return true;
	default:
		exit_unknown(vcpu);
		return true;
	}
}
