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

#define SETTLE_GOES_MAX 16

/* The one this thread runs, for the signal handler, too; NULL in other threads. */
static __thread struct vcpu *current;

static void signal_handle(int number)
{
	(void)number;
	if (current != NULL)
		__atomic_store_n(&current->run->immediate_exit, 1, __ATOMIC_RELAXED);
}

struct vcpu *vcpu_current(void)
{
	return current;
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
	vcpu->deadline.at_ns = UINT64_MAX;
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
	return __atomic_load_n(&vcpu->stop, __ATOMIC_SEQ_CST) & VCPU_STOP_MASK;
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

void vcpu_call(struct vcpu *vcpu)
{
	__atomic_fetch_or(&vcpu->stop, VCPU_CALLED, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &vcpu->stop, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void vcpu_renew(struct vcpu *vcpu)
{
	assert(vcpu->interruptible == 0 && vcpu->frame == NULL && !vcpu->timer.created);
	vcpu->stop = 0;
	vcpu->halted = vcpu->idle = vcpu->gone = vcpu->ready = vcpu->calling = false;
	vcpu->timer = (struct timer){0};
	vcpu->console.length = 0;
}

void vcpu_sleep(const struct vcpu *vcpu, uint64_t until_ns)
{
	uint64_t wake_ns = until_ns < vcpu->deadline.at_ns ? until_ns : vcpu->deadline.at_ns;
	const struct timespec until = monotonic_timespec(wake_ns);
	uint32_t seen;

	while (monotonic_ns() < wake_ns) {
		seen = __atomic_load_n(&vcpu->stop, __ATOMIC_SEQ_CST);
		if ((seen & VCPU_STOP_MASK) != 0)
			return;
		syscall(SYS_futex, &vcpu->stop, FUTEX_WAIT_BITSET_PRIVATE, seen, &until, NULL,
			FUTEX_BITSET_MATCH_ANY);
	}
}

void vcpu_park(struct vcpu *vcpu)
{
	const uint32_t seen = __atomic_load_n(&vcpu->stop, __ATOMIC_SEQ_CST);

	if (seen == 0)
		syscall(SYS_futex, &vcpu->stop, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
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

/* A deadline that has passed becomes a request, so that everyone sees the same from then on. */
bool vcpu_over(struct vcpu *vcpu)
{
	if (deadline_passed(vcpu))
		__atomic_fetch_or(&vcpu->stop, VCPU_STOP_CANCEL, __ATOMIC_SEQ_CST);
	return vcpu->halted || vcpu_stop_requested(vcpu) != 0;
}

bool vcpu_step(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->run->immediate_exit, 0, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (vcpu_over(vcpu))
		return false;
	if (!vcpu_enter(vcpu))
		vcpu->halted = true;
	return !vcpu->halted;
}

/*
 * An exit for a port or for memory is complete only when KVM is asked to go on. What
 * spans pages takes several goes; a bound, for KVM could fail otherwise.
 */
void vcpu_settle(struct vcpu *vcpu)
{
	int goes;

	for (goes = 0; goes < SETTLE_GOES_MAX; goes++) {
		__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_RELAXED);
		if (ioctl(vcpu->fd, KVM_RUN, 0) < 0)
			break;
	}
}

static enum vmm_exit stop_reason(struct vcpu *vcpu)
{
	struct vmm *vmm = vcpu->vmm;
	const uint32_t stop = vcpu_stop_requested(vcpu);
	enum vmm_exit reason;

	if ((stop & VCPU_STOP_KILL) != 0) {
		vcpu->exits[VMM_EXIT_KILLED]++;
		return VMM_EXIT_KILLED;
	}
	if ((stop & VCPU_STOP_CANCEL) != 0) {
		vcpu->exits[VMM_EXIT_CANCELLED]++;
		return VMM_EXIT_CANCELLED;
	}
	if (stop == 0)
		return VMM_EXIT_HALT;
	pthread_mutex_lock(&vmm->lock);
	assert(vmm->ended);
	reason = vmm->result.reason;
	pthread_mutex_unlock(&vmm->lock);
	return reason;
}

static enum vmm_exit vcpu_loop(struct vcpu *vcpu)
{
	for (;;) {
		if (vcpu_over(vcpu))
			return stop_reason(vcpu);
		if (vcpu->idle)
			waiters_serve(vcpu);
		else
			vcpu_step(vcpu);
	}
}

/* The last vCPU to go ends the VM, if nothing else did. */
static void vcpu_finish(struct vcpu *vcpu, enum vmm_exit reason)
{
	struct vmm *vmm = vcpu->vmm;

	pthread_mutex_lock(&vmm->lock);
	assert(vmm->running > 0);
	vmm->running--;
	vcpu->gone = true;
	if (vmm->running == 0 && !vmm->ended) {
		vmm->ended = true;
		vmm->result.reason = reason;
	}
	waiters_release(vcpu);
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
	current = vcpu;
	if (start_wait(vcpu->vmm)) {
		__atomic_store_n(&vcpu->interruptible, 1, __ATOMIC_SEQ_CST);
		/* Of a snapshot: the timer itself is this thread's. */
		if (vcpu->timer.period_ns != 0)
			timer_program(vcpu, (uint32_t)(vcpu->timer.period_ns / 1000));
		if (vcpu->idle && observer->ready != NULL)
			observer->ready(observer->data, vcpu->index);
		reason = vcpu_loop(vcpu);
		vcpu_settle(vcpu);
		timer_destroy(vcpu);
		deadline_destroy(vcpu);
		console_flush(vcpu);
		if (observer->gone != NULL)
			observer->gone(observer->data, vcpu->index, reason);
	}
	vcpu_finish(vcpu, reason);
	return NULL;
}
