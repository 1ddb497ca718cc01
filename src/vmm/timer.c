/* SPDX-License-Identifier: MIT */
/*
 * timer.c - a vCPU's periodic timer: a POSIX timer signals the vCPU's own thread
 * so that KVM_RUN returns, and the next entry injects the interrupt. All of it
 * runs on that thread.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "machine.h"

/* So that no guest can make its host do nothing but take signals. */
#define PERIOD_MIN_NS UINT64_C(20000)

static int timer_create_once(struct vcpu *vcpu)
{
	struct sigevent event;

	if (vcpu->timer.created)
		return 0;
	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = VCPU_SIGNAL;
	event._sigev_un._tid = gettid();
	if (timer_create(CLOCK_MONOTONIC, &event, &vcpu->timer.id) < 0)
		return -errno;
	vcpu->timer.created = true;
	return 0;
}

/* One signal per tick, armed anew after each delivery: ticks missed meanwhile become one. */
static void timer_arm(struct vcpu *vcpu, uint64_t at_ns)
{
	const struct itimerspec time = {.it_value = monotonic_timespec(at_ns)};

	assert(vcpu->timer.created);
	timer_settime(vcpu->timer.id, TIMER_ABSTIME, &time, NULL);
}

void timer_program(struct vcpu *vcpu, uint32_t period_us)
{
	struct timer *timer = &vcpu->timer;
	int code = timer_create_once(vcpu);

	if (code < 0) {
		machine_fail(vcpu, VMM_EXIT_ERROR, -code,
			"cannot create a host timer: %s; raise the limit of pending signals "
			"(ulimit -i)",
			strerror(-code));
		return;
	}
	timer->pending = false;
	timer->period_ns = (uint64_t)period_us * 1000;
	if (timer->period_ns != 0 && timer->period_ns < PERIOD_MIN_NS)
		timer->period_ns = PERIOD_MIN_NS;
	timer->next_ns = timer->period_ns == 0 ? 0 : monotonic_ns() + timer->period_ns;
	timer_arm(vcpu, timer->next_ns);
}

bool timer_due(const struct vcpu *vcpu)
{
	const struct timer *timer = &vcpu->timer;

	return timer->period_ns != 0 && (timer->pending || monotonic_ns() >= timer->next_ns);
}

static void timer_advance(struct vcpu *vcpu)
{
	struct timer *timer = &vcpu->timer;
	uint64_t now = monotonic_ns();

	assert(timer->period_ns != 0);
	timer->pending = false;
	timer->next_ns += timer->period_ns;
	if (timer->next_ns <= now)
		timer->next_ns +=
			((now - timer->next_ns) / timer->period_ns + 1) * timer->period_ns;
	timer_arm(vcpu, timer->next_ns);
}

int timer_deliver(struct vcpu *vcpu)
{
	struct kvm_interrupt interrupt = {.irq = VSPAN_MICROVM_TIMER_VECTOR};
	struct kvm_run *run = vcpu->run;

	if (!vcpu->timer.pending && timer_due(vcpu))
		vcpu->timer.pending = true;
	if (vcpu->timer.pending && run->ready_for_interrupt_injection && run->if_flag) {
		if (ioctl(vcpu->fd, KVM_INTERRUPT, &interrupt) < 0)
			return -errno;
		timer_advance(vcpu);
	}
	run->request_interrupt_window = vcpu->timer.pending;
	return 0;
}

void timer_destroy(struct vcpu *vcpu)
{
	if (vcpu->timer.created)
		timer_delete(vcpu->timer.id);
	vcpu->timer.created = false;
}
