/* SPDX-License-Identifier: MIT */
/*
 * call.c - functions of the guest, called by the host: a frame per call, innermost
 * last, the vCPU running until the innermost one has returned. All on the vCPU's
 * thread; calls of other threads come through waiters.c.
 */
#include <assert.h>
#include <errno.h>
#include "machine.h"

void frame_push(struct vcpu *vcpu, struct frame *frame)
{
	frame->outer = vcpu->frame;
	frame->note.depth = frame->outer != NULL ? frame->outer->note.depth + 1 : 1;
	vcpu->frame = frame;
	if (frame->call != NULL)
		vcpu->guest_calls++;
}

void frame_pop(struct vcpu *vcpu)
{
	struct frame *frame = vcpu->frame;

	assert(frame != NULL);
	if (frame->call != NULL)
		vcpu->guest_calls--;
	vcpu->frame = frame->outer;
}

int call_outcome(struct vcpu *vcpu, uint64_t deadline_ns)
{
	if ((vcpu_stop_requested(vcpu) & VCPU_STOP_END) != 0)
		return -ESHUTDOWN;
	return deadline_ns != UINT64_MAX && monotonic_ns() >= deadline_ns ? -ETIMEDOUT : -ECANCELED;
}

/* The guest runs, with calls of its own, until it has returned from this one. */
static int frame_run(struct vcpu *vcpu, struct frame *frame, uint64_t deadline_ns)
{
	const struct vmm_observer *observer = &vcpu->vmm->observer;

	if (observer->guest_call != NULL)
		observer->guest_call(observer->data, vcpu->index, &frame->note);
	while (!frame->returned && vcpu_step(vcpu))
		;
	/* A guest that breaks the rules of RETURN ended the VM. */
	frame->note.outcome = frame->returned ? frame->outcome : call_outcome(vcpu, deadline_ns);
	frame->note.status = frame->call->status;
	if (observer->guest_return != NULL)
		observer->guest_return(observer->data, vcpu->index, &frame->note);
	return frame->note.outcome;
}

int guest_call(struct vcpu *vcpu, struct vmm_call *call, uint64_t deadline_ns)
{
	const uint64_t outer_ns = vcpu->deadline.at_ns;
	struct frame frame = {
		.call = call,
		.note = {.function = call->function, .context = call->context},
	};
	int code;

	if (vcpu->guest_calls == VSPAN_MICROVM_CALL_DEPTH)
		return -ELOOP;
	if (call->arguments_size > vcpu->answer.capacity)
		return -E2BIG;
	/* A deadline that passed before anything was begun stops nothing. */
	if (deadline_ns != UINT64_MAX && monotonic_ns() >= deadline_ns)
		return -ETIMEDOUT;
	code = deadline_set(vcpu, deadline_ns < outer_ns ? deadline_ns : outer_ns);
	if (code < 0)
		return code;
	message_answer(vcpu, VSPAN_MICROVM_CALL_CALL, VSPAN_MICROVM_CALL_OK, call->function,
		call->arguments, call->arguments_size);
	vcpu->idle = false;
	call->status = call->result_size = 0;
	frame_push(vcpu, &frame);
	code = frame_run(vcpu, &frame, deadline_ns);
	frame_pop(vcpu);
	/* What cut a call short stays in force for those around it. */
	if (frame.returned)
		deadline_set(vcpu, outer_ns);
	return code;
}
