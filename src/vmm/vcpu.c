/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c - one vCPU: its file descriptor, its thread, its run loop, and how
 * other threads stop it.
 *
 * A stop must not be lost between the loop's check and KVM_RUN. So: `stop` is
 * set first and the thread signalled second; the signal's handler, which runs
 * on the vCPU's thread, sets immediate_exit; the loop clears immediate_exit
 * first and checks `stop` second. The same goes for the timer, whose "flag" is
 * the clock.
 */
#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "error.h"
#include "machine.h"

/* Of the vCPU this thread runs, for the signal handler; NULL in other threads. */
static __thread struct kvm_run *current_run;

static void signal_handle(int number)
{
	(void)number;
	if (current_run != NULL)
		__atomic_store_n(&current_run->immediate_exit, 1, __ATOMIC_RELAXED);
}

/*
 * KVM_RUN returns EINTR with SA_RESTART too; with it, the observer's system
 * calls on the same thread are not disturbed by timer ticks.
 */
int vcpu_signal_install(struct vspan_error *error)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = signal_handle;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	if (sigaction(VCPU_SIGNAL, &action, NULL) < 0)
		return error_set(
			error, errno, "cannot use signal %d: %s", VCPU_SIGNAL, strerror(errno));
	return 0;
}

int vcpu_open(struct vmm *vmm, uint32_t index, struct vspan_error *error)
{
	struct vcpu *vcpu = &vmm->vcpus[index];
	void *run;
	int code;

	vcpu->vmm = vmm;
	vcpu->index = index;
	vcpu->fd = ioctl(vmm->vm_fd, KVM_CREATE_VCPU, (unsigned long)index);
	if (vcpu->fd < 0)
		return error_set(error, errno, "KVM cannot create vCPU %u: %s; ask for fewer",
			index, strerror(errno));
	run = mmap(NULL, vmm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (run == MAP_FAILED) {
		code = error_set(error, errno, "cannot map the state of vCPU %u: %s", index,
			strerror(errno));
		close(vcpu->fd);
		return code;
	}
	vcpu->run = run;
	vmm->vcpu_count = index + 1;
	return 0;
}

void vcpu_close(struct vcpu *vcpu)
{
	assert(vcpu->interruptible == 0);
	munmap(vcpu->run, vcpu->vmm->run_size);
	close(vcpu->fd);
}

uint32_t vcpu_stop_requested(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->stop, __ATOMIC_SEQ_CST);
}

/*
 * `stoppers` keeps the thread from being joined between the look at
 * `interruptible` and the signal; `stop` before `interruptible` here, and the
 * reverse in vcpu_main(), so that at least one side sees the other.
 */
void vcpu_stop(struct vcpu *vcpu, uint32_t why)
{
	int saved = errno;

	__atomic_fetch_add(&vcpu->vmm->stoppers, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&vcpu->stop, why, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &vcpu->stop, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	if (__atomic_load_n(&vcpu->interruptible, __ATOMIC_SEQ_CST) != 0)
		pthread_kill(vcpu->thread, VCPU_SIGNAL);
	__atomic_fetch_sub(&vcpu->vmm->stoppers, 1, __ATOMIC_SEQ_CST);
	errno = saved;
}

void vcpu_sleep(const struct vcpu *vcpu, uint64_t until_ns)
{
	const struct timespec until = monotonic_timespec(until_ns);

	while (vcpu_stop_requested(vcpu) == 0 && monotonic_ns() < until_ns)
		syscall(SYS_futex, &vcpu->stop, FUTEX_WAIT_BITSET_PRIVATE, 0, &until, NULL,
			FUTEX_BITSET_MATCH_ANY);
}

/*
 * Signals are the business of the threads that asked for a VM: here only ours
 * is let in, and what the thread itself may cause.
 */
static void signals_block(void)
{
	const int kept[] = {VCPU_SIGNAL, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	sigset_t set;
	size_t i;

	sigfillset(&set);
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		sigdelset(&set, kept[i]);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
}

/* Runs the guest until its next exit. Returns false if it halted for ever. */
static bool vcpu_enter(struct vcpu *vcpu)
{
	int code = timer_deliver(vcpu);

	if (code == 0 && ioctl(vcpu->fd, KVM_RUN, 0) < 0)
		code = -errno;
	if (code == 0)
		return exit_handle(vcpu);
	if (code == -EINTR || code == -EAGAIN) {
		if (timer_due(vcpu))
			vcpu->exits[VMM_EXIT_TIMER]++;
		return true;
	}
	vcpu->exits[VMM_EXIT_ERROR]++;
	machine_fail(vcpu, VMM_EXIT_ERROR, -code, "KVM cannot run the guest: %s", strerror(-code));
	return true;
}

static enum vmm_exit stop_reason(struct vcpu *vcpu)
{
	struct vmm *vmm = vcpu->vmm;
	enum vmm_exit reason;

	if ((vcpu_stop_requested(vcpu) & VCPU_STOP_KILL) != 0) {
		vcpu->exits[VMM_EXIT_KILLED]++;
		return VMM_EXIT_KILLED;
	}
	pthread_mutex_lock(&vmm->lock);
	assert(vmm->ended);
	reason = vmm->result.reason;
	pthread_mutex_unlock(&vmm->lock);
	return reason;
}

static enum vmm_exit vcpu_loop(struct vcpu *vcpu)
{
	for (;;) {
		__atomic_store_n(&vcpu->run->immediate_exit, 0, __ATOMIC_RELAXED);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		if (vcpu_stop_requested(vcpu) != 0)
			return stop_reason(vcpu);
		if (!vcpu_enter(vcpu))
			return VMM_EXIT_HALT;
	}
}

/* The last vCPU to go ends the VM, if nothing else did. */
static void vcpu_finish(struct vcpu *vcpu, enum vmm_exit reason)
{
	struct vmm *vmm = vcpu->vmm;

	pthread_mutex_lock(&vmm->lock);
	assert(vmm->running > 0);
	vmm->running--;
	if (vmm->running == 0 && !vmm->ended) {
		vmm->ended = true;
		vmm->result.reason = reason;
	}
	pthread_cond_broadcast(&vmm->changed);
	pthread_mutex_unlock(&vmm->lock);
}

/* Waits until vmm_run() has made every thread. Returns false if it could not. */
static bool start_wait(struct vmm *vmm)
{
	bool abandoned;

	pthread_mutex_lock(&vmm->lock);
	abandoned = vmm->abandoned;
	pthread_mutex_unlock(&vmm->lock);
	return !abandoned;
}

void *vcpu_main(void *data)
{
	struct vcpu *vcpu = data;
	const struct vmm_observer *observer = &vcpu->vmm->observer;
	enum vmm_exit reason = VMM_EXIT_ERROR;

	signals_block();
	current_run = vcpu->run;
	if (start_wait(vcpu->vmm)) {
		__atomic_store_n(&vcpu->interruptible, 1, __ATOMIC_SEQ_CST);
		reason = vcpu_loop(vcpu);
		timer_destroy(vcpu);
		console_flush(vcpu);
		if (observer->gone != NULL)
			observer->gone(observer->data, vcpu->index, reason);
	}
	vcpu_finish(vcpu, reason);
	return NULL;
}
