/* SPDX-License-Identifier: MIT */
/*
 * message.c - function calls as the guest sees them (<vspan/microvm.h>): its message is
 * copied once, every rule checked on the copy, and answered in its place. Runs
 * on the vCPU's thread. A guest that breaks a rule ends its VM.
 */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "machine.h"

bool message_name_valid(const char *name)
{
	size_t length = strnlen(name, VSPAN_MICROVM_CALL_NAME);
	size_t i;

	if (length == 0 || length == VSPAN_MICROVM_CALL_NAME)
		return false;
	for (i = 0; i < length; i++)
		if (name[i] < 0x20 || name[i] > 0x7e)
			return false;
	return true;
}

/* Returns NULL, or the rule that the message breaks, whatever its kind. */
static const char *rule_broken(const struct vcpu *vcpu, const struct vspan_microvm_call *message)
{
	if (message->struct_size < sizeof(*message))
		return "its size is less than that of struct vspan_microvm_call";
	if (message->size > VSPAN_MICROVM_CALL_SIZE_MAX)
		return "it has more data than a call may have";
	if (!memory_inside(vcpu->vmm, message->data, message->size) ||
		!memory_inside(vcpu->vmm, message->data, message->capacity))
		return "its data does not lie in RAM";
	return NULL;
}

/* What the guest's function gave goes to its caller. */
static const char *take_return(struct vcpu *vcpu, const struct vspan_microvm_call *message)
{
	struct frame *frame = vcpu->frame;

	if (frame == NULL || frame->call == NULL)
		return "it returns from a call that nobody made";
	frame->returned = true;
	frame->outcome = message->size > frame->call->result_capacity ? -EMSGSIZE : 0;
	frame->call->status = message->status;
	frame->call->result_size = frame->outcome == 0 ? message->size : 0;
	if (frame->call->result_size > 0)
		memory_read(
			vcpu->vmm, message->data, frame->call->result, frame->call->result_size);
	vcpu->idle = frame->outer == NULL;
	return NULL;
}

static const char *take_call(struct vcpu *vcpu, const struct vspan_microvm_call *message)
{
	/* While the host carries out a call, the guest runs only in one of its own functions. */
	assert(vcpu->frame == NULL || vcpu->frame->call != NULL);
	if (!message_name_valid(message->function))
		return "it calls a function whose name is not NUL-terminated printable ASCII";
	host_call(vcpu, message);
	return NULL;
}

static const char *take_ready(struct vcpu *vcpu)
{
	const struct vmm_observer *observer = &vcpu->vmm->observer;

	if (vcpu->frame != NULL)
		return "it is ready while it is in a call";
	vcpu->idle = true;
	if (observer->ready != NULL)
		observer->ready(observer->data, vcpu->index);
	return NULL;
}

void message_take(struct vcpu *vcpu, uint32_t address)
{
	struct vspan_microvm_call message;
	const char *rule = "it does not lie in RAM";

	if (memory_read(vcpu->vmm, address, &message, sizeof(message)))
		rule = rule_broken(vcpu, &message);
	if (rule == NULL) {
		vcpu->answer = (struct answer){address, message.data, message.capacity};
		switch (message.kind) {
		case VSPAN_MICROVM_CALL_READY:
			rule = take_ready(vcpu);
			break;
		case VSPAN_MICROVM_CALL_CALL:
			rule = take_call(vcpu, &message);
			break;
		case VSPAN_MICROVM_CALL_RETURN:
			rule = take_return(vcpu, &message);
			break;
		default:
			rule = "its kind is none that this version of vspan knows";
			break;
		}
	}
	if (rule != NULL)
		machine_fail(vcpu, VMM_EXIT_ERROR, EPROTO,
			"the guest's message at 0x%x breaks the rules of function calls: %s",
			address, rule);
}

void message_answer(struct vcpu *vcpu, uint32_t kind, uint32_t status, const char *function,
	const void *data, uint32_t size)
{
	const struct answer *answer = &vcpu->answer;
	struct vspan_microvm_call message = {
		.struct_size = sizeof(message),
		.kind = kind,
		.status = status,
		.size = size,
		.capacity = answer->capacity,
		.data = answer->data,
	};

	assert(size <= answer->capacity);
	if (function != NULL)
		memcpy(message.function, function, strlen(function));
	if (size > 0)
		memory_write(vcpu->vmm, answer->data, data, size);
	memory_write(vcpu->vmm, answer->message, &message, sizeof(message));
}
