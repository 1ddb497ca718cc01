/* SPDX-License-Identifier: MIT */
/*
 * vcpu.c - what a VMM says about its vCPUs: entered, with which trace context,
 * left, halted. Called on the vCPU's thread while it is stopped, so its ring is
 * quiet and its position exact.
 */
#include <errno.h>
#include <string.h>
#include "attachment.h"
#include "control.h"

/* Where the ring stands: the next record comes at this position or later. */
static uint64_t ring_position(const struct vspan_attachment *attachment, uint32_t ring)
{
	return ring_reserved(&attachment->rings[ring].ring);
}

static int context_enter(struct vspan_attachment *attachment, uint32_t ring, uint64_t position,
	const struct vspan_trace_context *context)
{
	struct context_entry entry = {.position = position};
	int ret;

	if (context != NULL) {
		memcpy(entry.trace_id, context->trace_id, sizeof(entry.trace_id));
		entry.span = context->span_id;
	}
	ret = contexts_push(&attachment->rings[ring].contexts, &entry);
	if (ret <= 0)
		return ret;
	region_set_context(attachment->region, ring, entry.trace_id, entry.span, position,
		context != NULL ? context->flags : 0);
	control_context(attachment->vm, ring, entry.trace_id, entry.span, position, clock_now_ns());
	return 0;
}

int vspan_attachment_vcpu_enter(struct vspan_attachment *attachment, uint32_t ring,
	const struct vspan_trace_context *context)
{
	uint64_t position;
	int ret;

	if (ring >= attachment->ring_count)
		return -EINVAL;
	position = ring_position(attachment, ring);
	ret = context_enter(attachment, ring, position, context);
	control_vcpu_enter(attachment->vm, ring, position, clock_now_ns());
	return ret;
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
