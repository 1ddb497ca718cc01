/* SPDX-License-Identifier: MIT */
/*
 * waiters.c - vmm_call(): who is on the vCPU's thread calls at once; others
 * queue until a vCPU is idle. The list and the waiters' states are under the
 * VM's lock; a waiter lives on its caller's stack.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include "error.h"
#include "machine.h"

/* ----------------------------------------------------------- the vCPU's side */

/* The first one it may take; NULL: none. */
static struct waiter *waiter_take(struct vcpu *vcpu)
{
	struct waiter **link = &vcpu->vmm->waiters;
	struct waiter *waiter;

	for (; (waiter = *link) != NULL; link = &waiter->next) {
		if (waiter->call->cpu != vcpu->index && waiter->call->cpu != VMM_CPU_ANY)
			continue;
		*link = waiter->next;
		waiter->state = WAITER_RUNNING;
		vcpu->calling = true;
		return waiter;
	}
	return NULL;
}

/* Sleeps until there is one; NULL: the vCPU has to stop. */
static struct waiter *waiter_await(struct vcpu *vcpu)
{
	struct vmm *vmm = vcpu->vmm;
	struct waiter *waiter = NULL;
	bool settled = false;

	for (;;) {
		__atomic_fetch_and(&vcpu->stop, ~VCPU_CALLED, __ATOMIC_SEQ_CST);
		if (vcpu_over(vcpu))
			break;
		pthread_mutex_lock(&vmm->lock);
		waiter = waiter_take(vcpu);
		vcpu->ready = waiter == NULL && settled;
		pthread_cond_broadcast(&vmm->changed);
		pthread_mutex_unlock(&vmm->lock);
		if (waiter != NULL)
			break;
		/* Nobody is kept waiting for this: then it could be had in a snapshot. */
		if (settled)
			vcpu_park(vcpu);
		else
			vcpu_settle(vcpu);
		settled = true;
	}
	return waiter;
}

void waiters_serve(struct vcpu *vcpu)
{
	struct vmm *vmm = vcpu->vmm;
	struct waiter *waiter = waiter_await(vcpu);
	int outcome;

	if (waiter == NULL)
		return;
	outcome = guest_call(vcpu, waiter->call, waiter->deadline_ns);
	pthread_mutex_lock(&vmm->lock);
	vcpu->calling = false;
	/* Cancelled just after it had returned. */
	if (vcpu->idle)
		__atomic_fetch_and(&vcpu->stop, ~VCPU_STOP_CANCEL, __ATOMIC_SEQ_CST);
	waiter->outcome = outcome;
	waiter->state = WAITER_DONE;
	pthread_cond_broadcast(&vmm->changed);
	pthread_mutex_unlock(&vmm->lock);
}

/* Why a vCPU that is gone takes no calls. */
static int gone_outcome(const struct vmm *vmm)
{
	return vmm->ended && vmm->result.reason != VMM_EXIT_CANCELLED ? -ESHUTDOWN
								      : -ENOTRECOVERABLE;
}

void waiters_release(struct vcpu *vcpu)
{
	struct vmm *vmm = vcpu->vmm;
	struct waiter **link = &vmm->waiters;
	struct waiter *waiter;

	vcpu->ready = false;
	while ((waiter = *link) != NULL) {
		if (waiter->call->cpu != vcpu->index && vmm->running > 0) {
			link = &waiter->next;
			continue;
		}
		*link = waiter->next;
		waiter->outcome = gone_outcome(vmm);
		waiter->state = WAITER_DONE;
	}
}

/* --------------------------------------------------------- the caller's side */

/* The vCPU whose host function makes the call; NULL: it comes from elsewhere. */
static struct vcpu *vcpu_calling(const struct vmm *vmm, uint32_t cpu)
{
	struct vcpu *vcpu = vcpu_current();

	if (vcpu == NULL || vcpu->vmm != vmm || (cpu != vcpu->index && cpu != VMM_CPU_ANY))
		return NULL;
	/* The observer must not call. */
	assert(vcpu->frame != NULL && vcpu->frame->call == NULL);
	return vcpu;
}

/* 0, or why no vCPU will ever take it. Lock held. */
static int waiter_refused(const struct vmm *vmm, const struct vmm_call *call)
{
	if (!vmm->started)
		return -ESHUTDOWN;
	if (vmm->ended || (call->cpu != VMM_CPU_ANY && vmm->vcpus[call->cpu].gone))
		return gone_outcome(vmm);
	return 0;
}

static void waiter_queue(struct vmm *vmm, struct waiter *waiter)
{
	struct waiter **link = &vmm->waiters;
	uint32_t i;

	while (*link != NULL)
		link = &(*link)->next;
	*link = waiter;
	for (i = 0; i < vmm->vcpu_count; i++)
		if (waiter->call->cpu == i || waiter->call->cpu == VMM_CPU_ANY)
			vcpu_call(&vmm->vcpus[i]);
}

static void waiter_withdraw(struct vmm *vmm, struct waiter *waiter)
{
	struct waiter **link = &vmm->waiters;

	while (*link != waiter)
		link = &(*link)->next;
	*link = waiter->next;
	waiter->outcome = -ETIMEDOUT;
	waiter->state = WAITER_DONE;
}

static int call_from_outside(struct vmm *vmm, struct vmm_call *call, uint64_t deadline_ns)
{
	const struct timespec until = monotonic_timespec(deadline_ns);
	struct waiter waiter = {.call = call, .deadline_ns = deadline_ns};

	pthread_mutex_lock(&vmm->lock);
	waiter.outcome = waiter_refused(vmm, call);
	if (waiter.outcome < 0)
		waiter.state = WAITER_DONE;
	else
		waiter_queue(vmm, &waiter);
	while (waiter.state != WAITER_DONE) {
		/* Once it runs, its vCPU sees to the deadline. */
		if (deadline_ns == UINT64_MAX || waiter.state == WAITER_RUNNING)
			pthread_cond_wait(&vmm->changed, &vmm->lock);
		else if (pthread_cond_timedwait(&vmm->changed, &vmm->lock, &until) == ETIMEDOUT &&
			waiter.state == WAITER_QUEUED)
			waiter_withdraw(vmm, &waiter);
	}
	pthread_mutex_unlock(&vmm->lock);
	return waiter.outcome;
}

/* What ended the VM; false: it did not end. */
static bool end_tell(struct vmm *vmm, struct vspan_error *text)
{
	bool ended;

	pthread_mutex_lock(&vmm->lock);
	ended = vmm->ended;
	*text = vmm->error;
	if (ended && text->code == 0)
		error_set(text, ESHUTDOWN, "the VM has ended (%s); restore or reset it",
			vmm_exit_name(vmm->result.reason));
	pthread_mutex_unlock(&vmm->lock);
	return ended;
}

/* A line for people. */
static int outcome_explain(
	struct vmm *vmm, const struct vmm_call *call, int outcome, struct vspan_error *error)
{
	static const struct {
		int outcome;
		const char *text;
	} texts[] = {
		{-ETIMEDOUT, "it did not return in time"},
		{-ECANCELED, "it was cancelled"},
		{-ENOTRECOVERABLE,
			"its vCPU was stopped in an earlier call; restore or reset the VM"},
		{-ESHUTDOWN, "the VM does not run; start, restore or reset it"},
		{-E2BIG, "its arguments are larger than what the guest has room for"},
		{-EMSGSIZE, "its result is larger than the room for it"},
		{-ELOOP, "calls are nested too deep"},
		{-EINVAL,
			"there is no such vCPU, or the function's name is too long or not "
			"printable"},
	};
	const char *text = strerror(-outcome);
	struct vspan_error ended = {0};
	size_t i;

	if (outcome == 0)
		return 0;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].outcome == outcome)
			text = texts[i].text;
	if (outcome == -ESHUTDOWN && end_tell(vmm, &ended))
		text = ended.text;
	return error_set(error, -outcome, "cannot call the guest's function '%.*s': %s",
		(int)VSPAN_MICROVM_CALL_NAME, call->function, text);
}

int vmm_call(struct vmm *vmm, struct vmm_call *call, struct vspan_error *error)
{
	const uint64_t now = monotonic_ns();
	uint64_t deadline_ns = UINT64_MAX;
	struct vcpu *self;
	int outcome;

	if (call->timeout_ns != 0 && call->timeout_ns < UINT64_MAX - now)
		deadline_ns = now + call->timeout_ns;
	if ((call->cpu >= vmm->vcpu_count && call->cpu != VMM_CPU_ANY) ||
		!message_name_valid(call->function))
		return outcome_explain(vmm, call, -EINVAL, error);
	if (call->arguments_size > VSPAN_MICROVM_CALL_SIZE_MAX)
		return outcome_explain(vmm, call, -E2BIG, error);
	self = vcpu_calling(vmm, call->cpu);
	if (self == NULL)
		outcome = call_from_outside(vmm, call, deadline_ns);
	else if (vcpu_over(self))
		outcome = call_outcome(self, UINT64_MAX);
	else
		outcome = guest_call(self, call, deadline_ns);
	return outcome_explain(vmm, call, outcome, error);
}

void vmm_cancel(struct vmm *vmm, uint32_t cpu)
{
	pthread_mutex_lock(&vmm->lock);
	if (cpu < vmm->vcpu_count && vmm->vcpus[cpu].calling)
		vcpu_stop(&vmm->vcpus[cpu], VCPU_STOP_CANCEL);
	pthread_mutex_unlock(&vmm->lock);
}
