/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c - what a VMM says about its vCPUs: entered, with which trace context,
 * left, halted; what the host calls there, and is called for. Called on the vCPU's thread while it
 * is stopped, so its ring is quiet and its position exact.
 */
#include <errno.h>
#include <vspan/trace.h>
#include "attachment.h"
#include "control.h"

/* Where the ring stands: the next record comes at this position or later. */
static uint64_t ring_position(const struct vspan_attachment *attachment, uint32_t ring)
{
	return ring_reserved(&attachment->rings[ring].ring);
}

void vspan_trace_context_export(
	const struct vspan_trace_context *context, struct vspan_trace_context *out)
{
	*out = *context;
	out->vm = 0;
	if (context->vm != 0)
		out->span_id = vspan_trace_span_id(context->vm, context->span_id);
}

/* Tells the guest and the trace of a context that is another now. */
static void context_tell(struct vspan_attachment *attachment, uint32_t ring, uint64_t position)
{
	const struct vspan_trace_context *context =
		contexts_current(&attachment->rings[ring].contexts);
	struct vspan_trace_context outside;

	vspan_trace_context_export(context, &outside);
	region_set_context(attachment->region, ring, outside.trace_id, outside.span_id, position,
		outside.flags);
	control_context(attachment->vm, ring, context, position, clock_now_ns());
}

/* `changed` is what contexts_set() and its likes returned. */
static int context_changed(
	struct vspan_attachment *attachment, uint32_t ring, uint64_t position, int changed)
{
	if (changed > 0)
		context_tell(attachment, ring, position);
	return changed < 0 ? changed : 0;
}

int vspan_attachment_vcpu_enter(struct vspan_attachment *attachment, uint32_t ring,
	const struct vspan_trace_context *context)
{
	uint64_t position;
	int ret;

	if (ring >= attachment->ring_count)
		return -EINVAL;
	position = ring_position(attachment, ring);
	ret = contexts_set(&attachment->rings[ring].contexts, position, context);
	ret = context_changed(attachment, ring, position, ret);
	control_vcpu_enter(attachment->vm, ring, position, clock_now_ns());
	return ret;
}

int vspan_attachment_vcpu_resume(struct vspan_attachment *attachment, uint32_t ring)
{
	if (ring >= attachment->ring_count)
		return -EINVAL;
	control_vcpu_enter(attachment->vm, ring, ring_position(attachment, ring), clock_now_ns());
	return 0;
}

void vspan_attachment_vcpu_exit(
	struct vspan_attachment *attachment, uint32_t ring, const char *reason)
{
	if (ring < attachment->ring_count)
		control_vcpu_exit(attachment->vm, ring, reason, ring_position(attachment, ring),
			clock_now_ns());
}

void vspan_attachment_vcpu_halt(struct vspan_attachment *attachment, uint32_t ring)
{
	if (ring < attachment->ring_count)
		control_vcpu_halt(
			attachment->vm, ring, ring_position(attachment, ring), clock_now_ns());
}

int vspan_attachment_vcpu_call(struct vspan_attachment *attachment, uint32_t ring,
	const struct vspan_trace_context *context)
{
	uint64_t position;
	int ret;

	if (ring >= attachment->ring_count)
		return -EINVAL;
	position = ring_position(attachment, ring);
	ret = contexts_call(&attachment->rings[ring].contexts, position, context);
	return context_changed(attachment, ring, position, ret);
}

int vspan_attachment_vcpu_return(struct vspan_attachment *attachment, uint32_t ring)
{
	struct contexts *contexts;
	uint64_t position;
	int ret;

	if (ring >= attachment->ring_count)
		return -EINVAL;
	contexts = &attachment->rings[ring].contexts;
	position = ring_position(attachment, ring);
	ret = contexts_return(contexts, position);
	ret = context_changed(attachment, ring, position, ret);
	if (contexts_nested(contexts))
		vspan_attachment_vcpu_exit(attachment, ring, VSPAN_EXIT_CALL);
	return ret;
}

int vspan_attachment_vcpu_host_span(
	struct vspan_attachment *attachment, uint32_t ring, uint32_t vm, uint64_t span)
{
	uint32_t *waiting = attachment->host_spans_waiting;
	int ret;

	if (ring >= attachment->ring_count)
		return -EINVAL;
	if (span == 0)
		return 0;
	/* Before the consumer may have it; whoever then reads the span's end finds it. */
	__atomic_fetch_add(waiting, 1, __ATOMIC_RELAXED);
	ret = contexts_host_span(&attachment->rings[ring].contexts, ring_position(attachment, ring),
		clock_now_ns(), vm, span);
	if (ret < 0)
		__atomic_fetch_sub(waiting, 1, __ATOMIC_RELAXED);
	return ret;
}
