/* SPDX-License-Identifier: MIT */
/*
 * deadline.c - a call's deadline: a POSIX timer signals the vCPU's own thread so that
 * KVM_RUN returns; whether it has passed, the clock says (vcpu_over()). All of
 * it runs on that thread.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "machine.h"

static int deadline_create_once(struct vcpu *vcpu)
{
	struct sigevent event;

	if (vcpu->deadline.created)
		return 0;
	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = VCPU_SIGNAL;
	event._sigev_un._tid = gettid();
	if (timer_create(CLOCK_MONOTONIC, &event, &vcpu->deadline.id) < 0)
		return -errno;
	vcpu->deadline.created = true;
	return 0;
}

int deadline_set(struct vcpu *vcpu, uint64_t at_ns)
{
	struct itimerspec time = {0};
	int code;

	if (at_ns == vcpu->deadline.at_ns)
		return 0;
	code = deadline_create_once(vcpu);
	if (code < 0)
		return code;
	vcpu->deadline.at_ns = at_ns;
	/* A time of 0 disarms. */
	if (at_ns != UINT64_MAX)
		time.it_value = monotonic_timespec(at_ns);
	timer_settime(vcpu->deadline.id, TIMER_ABSTIME, &time, NULL);
	return 0;
}

bool deadline_passed(const struct vcpu *vcpu)
{
	return vcpu->deadline.at_ns != UINT64_MAX && monotonic_ns() >= vcpu->deadline.at_ns;
}

void deadline_destroy(struct vcpu *vcpu)
{
	if (vcpu->deadline.created)
		timer_delete(vcpu->deadline.id);
	vcpu->deadline.created = false;
	vcpu->deadline.at_ns = UINT64_MAX;
}
