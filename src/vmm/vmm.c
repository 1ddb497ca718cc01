/* SPDX-License-Identifier: MIT */
/*
 * vmm.c - a micro-VM's life: built, run, ended, destroyed. The thread that calls
 * vmm_run() only watches the clock and waits; each vCPU has its own (vcpu.c).
 */
#include <assert.h>
#include <errno.h>
#include <sched.h>
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
	struct image_room room;
	struct vmm *vmm = NULL;
	uint64_t entry = 0;
	int code = machine_create(options, &vmm, error);

	if (code < 0)
		return code;
	assert(vmm != NULL);
	room.ram = vmm->ram;
	room.start = MACHINE_IMAGE_START;
	room.end = memory_image_end(vmm);
	code = image_load(options->elf_path, &room, &entry, error);
	if (code == 0)
		code = boot_prepare(vmm, entry, error);
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

/* ------------------------------------------------------------------- running */

/* Called with the lock held, which keeps the threads at their start. */
static int threads_start(struct vmm *vmm, struct vspan_error *error)
{
	uint32_t i;
	int code;

	for (i = 0; i < vmm->vcpu_count; i++) {
		code = pthread_create(&vmm->vcpus[i].thread, NULL, vcpu_main, &vmm->vcpus[i]);
		if (code != 0)
			return error_set(error, code,
				"cannot start a thread for vCPU %u: %s; ask for fewer", i,
				strerror(code));
		vmm->running++;
	}
	return 0;
}

/* Joins the first `count`, once nobody can be signalling them any more. */
static void threads_join(struct vmm *vmm, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		__atomic_store_n(&vmm->vcpus[i].interruptible, 0, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&vmm->stoppers, __ATOMIC_SEQ_CST) != 0)
		sched_yield();
	for (i = 0; i < count; i++)
		pthread_join(vmm->vcpus[i].thread, NULL);
}

static void kill_option(struct vmm *vmm)
{
	if (vmm->options.kill_cpu < vmm->vcpu_count)
		vmm_kill(vmm, vmm->options.kill_cpu);
	else
		vcpus_stop(vmm, VCPU_STOP_KILL);
}

/* Sleeps, with the lock held, until a vCPU changed something or the clock reaches `until_ns`. */
static void wait_until(struct vmm *vmm, uint64_t until_ns)
{
	const struct timespec until = monotonic_timespec(until_ns);

	if (until_ns == UINT64_MAX)
		pthread_cond_wait(&vmm->changed, &vmm->lock);
	else
		pthread_cond_timedwait(&vmm->changed, &vmm->lock, &until);
}

/* start + duration, or never. */
static uint64_t moment(uint64_t start_ns, uint64_t duration_ns)
{
	return duration_ns > UINT64_MAX - start_ns ? UINT64_MAX : start_ns + duration_ns;
}

/* Waits for the end of all threads; kills and ends when the options say so. Lock held. */
static void machine_watch(struct vmm *vmm, uint64_t start_ns)
{
	const struct vmm_options *options = &vmm->options;
	uint64_t end =
		options->deadline_ns == 0 ? UINT64_MAX : moment(start_ns, options->deadline_ns);
	bool killed = !options->kill;
	uint64_t kill, now;

	while (vmm->running > 0) {
		kill = killed || vmm->hello_ns == 0 ? UINT64_MAX
						    : moment(vmm->hello_ns, options->kill_after_ns);
		now = monotonic_ns();
		if (now < kill && now < end) {
			wait_until(vmm, kill < end ? kill : end);
			continue;
		}
		if (now >= end) {
			vmm->result.timed_out = !vmm->ended;
			end = UINT64_MAX;
			pthread_mutex_unlock(&vmm->lock);
			machine_end(vmm, VMM_EXIT_KILLED, -1);
		} else {
			killed = true;
			pthread_mutex_unlock(&vmm->lock);
			kill_option(vmm);
		}
		pthread_mutex_lock(&vmm->lock);
	}
}

static void result_collect(struct vmm *vmm, uint64_t start_ns, struct vmm_result *result)
{
	uint32_t i, exit;

	for (i = 0; i < vmm->vcpu_count; i++)
		for (exit = 0; exit < VMM_EXIT_COUNT; exit++)
			vmm->result.exits[exit] += vmm->vcpus[i].exits[exit];
	vmm->result.run_ns = monotonic_ns() - start_ns;
	*result = vmm->result;
}

int vmm_run(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error)
{
	const uint64_t start_ns = monotonic_ns();
	uint32_t started;
	int code;

	pthread_mutex_lock(&vmm->lock);
	assert(!vmm->started);
	vmm->started = true;
	code = threads_start(vmm, error);
	started = vmm->running;
	if (code < 0) {
		vmm->ended = vmm->abandoned = true;
		vmm->result.reason = VMM_EXIT_ERROR;
	}
	machine_watch(vmm, start_ns);
	pthread_mutex_unlock(&vmm->lock);
	threads_join(vmm, started);
	result_collect(vmm, start_ns, result);
	if (code < 0 || vmm->error.code == 0)
		return code;
	return error_set(error, vmm->error.code, "%s", vmm->error.text);
}
