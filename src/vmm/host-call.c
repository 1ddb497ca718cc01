/* SPDX-License-Identifier: MIT */
/*
 * host-call.c - functions of the host that the guest calls by name: registered before
 * the guest runs, carried out on the vCPU's thread, where they may call the
 * guest in turn (call.c).
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "machine.h"

static const struct function *function_find(const struct vmm *vmm, const char *name)
{
	uint32_t i;

	for (i = 0; i < vmm->function_count; i++)
		if (strcmp(vmm->functions[i].name, name) == 0)
			return &vmm->functions[i];
	return NULL;
}

int vmm_function_add(struct vmm *vmm, const char *name, vmm_host_function function, void *data)
{
	struct function *added = &vmm->functions[vmm->function_count];

	assert(!vmm->started);
	if (!message_name_valid(name))
		return -EINVAL;
	if (function_find(vmm, name) != NULL)
		return -EEXIST;
	if (vmm->function_count == VMM_FUNCTIONS_MAX)
		return -ENOSPC;
	*added = (struct function){.run = function, .data = data};
	memcpy(added->name, name, strlen(name));
	vmm->function_count++;
	return 0;
}

/*
 * Runs it with private copies of arguments and result. Returns the status for the
 * guest; the result is where `call` says, in memory the caller frees.
 */
static uint32_t function_run(struct vcpu *vcpu, const struct vspan_microvm_call *message,
	struct vmm_host_call *call, void **memory)
{
	const struct function *function = function_find(vcpu->vmm, message->function);
	const uint32_t capacity = call->result_capacity;
	uint32_t status;
	uint8_t *room;

	if (function == NULL)
		return VSPAN_MICROVM_CALL_UNKNOWN;
	/* Two, so that a tool that watches the heap sees either one overrun. */
	room = malloc((size_t)message->size + 1);
	call->result = *memory = malloc((size_t)capacity + 1);
	if (room == NULL || call->result == NULL) {
		free(room);
		return VSPAN_MICROVM_CALL_FAILED;
	}
	memory_read(vcpu->vmm, message->data, room, message->size);
	call->arguments = room;
	status = function->run(function->data, call);
	free(room);
	assert(call->result_size <= capacity);
	return status;
}

/*
 * A guest whose call was cut short by a stop gets no answer: it stays where it stands.
 */
void host_call(struct vcpu *vcpu, const struct vspan_microvm_call *message)
{
	const struct vmm_observer *observer = &vcpu->vmm->observer;
	struct frame frame = {.note = {.function = message->function}};
	struct vmm_host_call call = {
		.vmm = vcpu->vmm,
		.cpu = vcpu->index,
		.arguments_size = message->size,
		.result_capacity = message->capacity < VSPAN_MICROVM_CALL_SIZE_MAX
			? message->capacity
			: VSPAN_MICROVM_CALL_SIZE_MAX,
	};
	void *memory = NULL;

	frame_push(vcpu, &frame);
	call.depth = frame.note.depth;
	if (observer->host_call != NULL)
		observer->host_call(observer->data, vcpu->index, &frame.note);
	frame.note.status = function_run(vcpu, message, &call, &memory);
	if (vcpu_over(vcpu))
		frame.note.outcome = call_outcome(vcpu, UINT64_MAX);
	if (observer->host_return != NULL)
		observer->host_return(observer->data, vcpu->index, &frame.note);
	if (frame.note.outcome == 0)
		message_answer(vcpu, VSPAN_MICROVM_CALL_RETURN, frame.note.status, NULL,
			call.result, call.result_size);
	frame_pop(vcpu);
	free(memory);
}
