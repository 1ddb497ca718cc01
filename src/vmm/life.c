/* SPDX-License-Identifier: MIT */
/*
 * life.c - a micro-VM's lives: started, watched, stopped, and begun anew. Each vCPU
 * has a thread for one life (vcpu.c); the thread that calls vmm_run() only
 * watches the clock and waits.
 */
#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include "error.h"
#include "machine.h"

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
	uint32_t i;

	for (i = 0; i < vmm->vcpu_count; i++)
		if (vmm->options.kill_cpu == i || vmm->options.kill_cpu >= vmm->vcpu_count)
			vmm_kill(vmm, i);
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

/*
 * Waits for the end of all threads; kills when the options say so, ends the VM at `end`.
 * Lock held.
 */
static void machine_watch(struct vmm *vmm, uint64_t end)
{
	const struct vmm_options *options = &vmm->options;
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

/* Exits are counted over all lives. */
static void result_collect(struct vmm *vmm)
{
	uint32_t i, exit;

	memset(vmm->result.exits, 0, sizeof(vmm->result.exits));
	for (i = 0; i < vmm->vcpu_count; i++)
		for (exit = 0; exit < VMM_EXIT_COUNT; exit++)
			vmm->result.exits[exit] += vmm->vcpus[i].exits[exit];
	vmm->result.run_ns = monotonic_ns() - vmm->start_ns;
}

/* What the guest did, if that is what ended the VM. */
static int end_explain(const struct vmm *vmm, struct vspan_error *error)
{
	return vmm->error.code == 0 ? 0 : error_set(error, vmm->error.code, "%s", vmm->error.text);
}

int vmm_start(struct vmm *vmm, struct vspan_error *error)
{
	uint32_t made;
	int code;

	pthread_mutex_lock(&vmm->lock);
	assert(!vmm->started);
	vmm->started = true;
	vmm->start_ns = monotonic_ns();
	code = threads_start(vmm, error);
	made = vmm->running;
	if (code < 0) {
		vmm->ended = vmm->abandoned = true;
		vmm->result.reason = VMM_EXIT_ERROR;
	}
	pthread_mutex_unlock(&vmm->lock);
	if (code == 0)
		return 0;
	threads_join(vmm, made);
	vmm->started = false;
	return code;
}

/* Waits until the VM has ended, and its threads with it. */
static void life_await(struct vmm *vmm, uint64_t end_ns)
{
	pthread_mutex_lock(&vmm->lock);
	machine_watch(vmm, end_ns);
	pthread_mutex_unlock(&vmm->lock);
	threads_join(vmm, vmm->vcpu_count);
	pthread_mutex_lock(&vmm->lock);
	vmm->started = false;
	pthread_mutex_unlock(&vmm->lock);
	result_collect(vmm);
}

int vmm_stop(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error)
{
	if (vmm->started)
		machine_end(vmm, VMM_EXIT_KILLED, -1);
	return vmm_await(vmm, result, error);
}

int vmm_await(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error)
{
	if (vmm->started)
		life_await(vmm, UINT64_MAX);
	if (result != NULL)
		*result = vmm->result;
	return end_explain(vmm, error);
}

/* What the last life left, but for counts and the report. No thread runs. */
static void life_forget(struct vmm *vmm)
{
	uint32_t i;

	pthread_mutex_lock(&vmm->lock);
	assert(vmm->waiters == NULL);
	vmm->ended = vmm->abandoned = false;
	vmm->hello_ns = 0;
	vmm->error = (struct vspan_error){0};
	vmm->result.reason = VMM_EXIT_FULL;
	vmm->result.status = -1;
	vmm->result.timed_out = false;
	for (i = 0; i < vmm->vcpu_count; i++)
		vcpu_renew(&vmm->vcpus[i]);
	pthread_mutex_unlock(&vmm->lock);
}

/* Stopped, back at the snapshot, and its observer told. */
static int life_renew(
	struct vmm *vmm, const struct vmm_snapshot *snapshot, struct vspan_error *error)
{
	const struct vmm_observer *observer = &vmm->observer;
	int code;

	life_forget(vmm);
	code = snapshot_apply(vmm, snapshot, error);
	if (code == 0 && observer->restart != NULL)
		code = observer->restart(observer->data, error);
	return code;
}

int vmm_run(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error)
{
	const uint64_t start_ns = monotonic_ns();
	const uint64_t end_ns = vmm->options.deadline_ns == 0
		? UINT64_MAX
		: moment(start_ns, vmm->options.deadline_ns);
	int code;

	for (;;) {
		code = vmm_start(vmm, error);
		if (code == 0)
			life_await(vmm, end_ns);
		if (code < 0 || vmm->result.reason != VMM_EXIT_REBOOT)
			break;
		code = life_renew(vmm, vmm->boot, error);
		if (code < 0)
			break;
	}
	vmm->result.run_ns = monotonic_ns() - start_ns;
	*result = vmm->result;
	return code < 0 ? code : end_explain(vmm, error);
}

int vmm_restore(struct vmm *vmm, const struct vmm_snapshot *snapshot, struct vspan_error *error)
{
	int code;

	vmm_stop(vmm, NULL, NULL);
	code = life_renew(vmm, snapshot, error);
	return code < 0 ? code : vmm_start(vmm, error);
}

int vmm_reset(struct vmm *vmm, struct vspan_error *error)
{
	return vmm_restore(vmm, vmm->boot, error);
}
