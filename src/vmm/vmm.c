/* SPDX-License-Identifier: MIT */
/*
 * vmm.c - a micro-VM built, told to end, and destroyed. Its lives in between are
 * life.c's.
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "error.h"
#include "image.h"
#include "machine.h"

static const char *const exit_names[VMM_EXIT_COUNT] = {
	[VMM_EXIT_FULL] = "full",
	[VMM_EXIT_FLUSH] = "flush",
	[VMM_EXIT_HELLO] = "hello",
	[VMM_EXIT_HALT] = "halt",
	[VMM_EXIT_SHUTDOWN] = "shutdown",
	[VMM_EXIT_TIMER] = "timer",
	[VMM_EXIT_CONSOLE] = "console",
	[VMM_EXIT_REPORT] = "report",
	[VMM_EXIT_CONTROL] = "control",
	[VMM_EXIT_HOST_PAGE] = "host-page",
	[VMM_EXIT_KILLED] = "killed",
	[VMM_EXIT_ERROR] = "error",
	[VMM_EXIT_CALL] = "call",
	[VMM_EXIT_REBOOT] = "reboot",
	[VMM_EXIT_CANCELLED] = "cancelled",
};

const char *vmm_exit_name(enum vmm_exit exit)
{
	assert((uint32_t)exit < VMM_EXIT_COUNT);
	return exit_names[exit];
}

/* ------------------------------------------------------------------ building */

static int machine_build(struct vmm *vmm, struct vspan_error *error)
{
	int code = kvm_open(vmm, error);
	uint32_t i;

	if (code == 0)
		code = memory_create(vmm, error);
	for (i = 0; i < vmm->options.cpu_count && code == 0; i++)
		code = vcpu_open(vmm, i, error);
	if (code == 0)
		code = counter_align(vmm, error);
	if (code == 0)
		code = vcpu_signal_install(error);
	return code;
}

static void lock_create(struct vmm *vmm)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&vmm->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&vmm->changed, &attributes);
	pthread_condattr_destroy(&attributes);
}

int machine_create(const struct vmm_options *options, struct vmm **out, struct vspan_error *error)
{
	struct vmm *vmm;
	int code;

	if (options->cpu_count == 0 || options->cpu_count > VMM_CPUS_MAX)
		return error_set(error, EINVAL, "%u vCPUs asked for: ask for 1 to %u",
			options->cpu_count, VMM_CPUS_MAX);
	vmm = calloc(1, sizeof(*vmm));
	if (vmm == NULL)
		return error_set(error, ENOMEM, "out of memory for a VM");
	vmm->options = *options;
	if (options->observer != NULL)
		vmm->observer = *options->observer;
	vmm->kvm_fd = vmm->vm_fd = -1;
	vmm->result.status = -1;
	lock_create(vmm);
	vmm->vcpus = calloc(options->cpu_count, sizeof(*vmm->vcpus));
	if (vmm->vcpus == NULL)
		code = error_set(error, ENOMEM, "out of memory for %u vCPUs", options->cpu_count);
	else
		code = machine_build(vmm, error);
	if (code < 0) {
		vmm_destroy(vmm);
		return code;
	}
	*out = vmm;
	return 0;
}

int vmm_create(const struct vmm_options *options, struct vmm **out, struct vspan_error *error)
{
	struct image_loaded loaded = {0};
	struct image_room room;
	struct vmm *vmm = NULL;
	int code = machine_create(options, &vmm, error);

	if (code < 0)
		return code;
	assert(vmm != NULL);
	room.ram = vmm->ram;
	room.start = MACHINE_IMAGE_START;
	room.end = memory_image_end(vmm);
	code = image_load(options->elf_path, &room, &loaded, error);
	if (code == 0)
		code = boot_prepare(vmm, loaded.entry, error);
	if (code == 0)
		code = snapshot_boot(vmm, loaded.end, error);
	if (code < 0) {
		vmm_destroy(vmm);
		return code;
	}
	*out = vmm;
	return 0;
}

void vmm_destroy(struct vmm *vmm)
{
	uint32_t i;

	if (vmm == NULL)
		return;
	assert(!vmm->started);
	vmm_snapshot_destroy(vmm->boot);
	for (i = 0; i < vmm->vcpu_count; i++)
		vcpu_close(&vmm->vcpus[i]);
	free(vmm->vcpus);
	if (vmm->vm_fd >= 0)
		close(vmm->vm_fd);
	if (vmm->kvm_fd >= 0)
		close(vmm->kvm_fd);
	memory_destroy(vmm);
	pthread_cond_destroy(&vmm->changed);
	pthread_mutex_destroy(&vmm->lock);
	free(vmm);
}

int64_t vmm_counter_offset(const struct vmm *vmm, uint64_t *error_ticks)
{
	*error_ticks = vmm->counter_error;
	return vmm->counter_offset;
}

/* -------------------------------------------------------------------- ending */

static void vcpus_stop(struct vmm *vmm, uint32_t why)
{
	uint32_t i;

	for (i = 0; i < vmm->vcpu_count; i++)
		vcpu_stop(&vmm->vcpus[i], why);
}

void machine_end(struct vmm *vmm, enum vmm_exit reason, int status)
{
	pthread_mutex_lock(&vmm->lock);
	if (!vmm->ended) {
		vmm->ended = true;
		vmm->result.reason = reason;
		vmm->result.status = status;
	}
	pthread_mutex_unlock(&vmm->lock);
	vcpus_stop(vmm, VCPU_STOP_END);
}

void machine_fail(struct vcpu *vcpu, enum vmm_exit reason, int code, const char *format, ...)
{
	struct vmm *vmm = vcpu->vmm;
	struct kvm_regs regs = {0};
	char text[VSPAN_ERROR_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	pthread_mutex_lock(&vmm->lock);
	if (!vmm->ended)
		error_set(&vmm->error, code, "vCPU %u at 0x%llx: %s", vcpu->index,
			(unsigned long long)regs.rip, text);
	pthread_mutex_unlock(&vmm->lock);
	machine_end(vmm, reason, -1);
}

void vmm_kill(struct vmm *vmm, uint32_t cpu)
{
	if (cpu < vmm->vcpu_count)
		vcpu_stop(&vmm->vcpus[cpu], VCPU_STOP_KILL);
}
