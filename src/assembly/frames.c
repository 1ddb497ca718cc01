/* SPDX-License-Identifier: MIT */
/* frames.c - see frames.h. */
#include "frames.h"

#include <assert.h>
#include <vspan/trace.h>
#include "attachment.h"
#include "control.h"

uint64_t frames_parent(const struct ring_state *state, bool *remote)
{
	const struct open_span *innermost = spans_innermost(&state->spans);
	const struct frames *frames = &state->frames;
	uint32_t depth = frames->depth;

	/* A call that came without a context is below what is open around it. */
	for (;; depth--) {
		if (innermost != NULL && innermost->frame == depth)
			break;
		if (frames->contexts[depth] != 0) {
			*remote = true;
			return frames->contexts[depth];
		}
		if (depth == 0)
			break;
	}
	*remote = false;
	return innermost != NULL ? innermost->id : 0;
}

static void frame_host_span(struct vspan_attachment *attachment, struct ring_state *state,
	const struct context_entry *entry)
{
	struct control_call call = {
		.vm = attachment->vm,
		.vcpu = state->ring.index,
		.host_vm = entry->vm,
		.host_span = entry->span,
		.position = entry->position,
		.ts = entry->ts,
	};
	bool remote;

	call.span = frames_parent(state, &remote);
	call.flags = remote ? VSPAN_TRACE_FLAG_REMOTE : 0;
	control_call(&call);
	if (attachment->host_spans_waiting != NULL)
		__atomic_fetch_sub(attachment->host_spans_waiting, 1, __ATOMIC_RELAXED);
}

static void frame_change(struct vspan_attachment *attachment, struct ring_state *state,
	const struct context_entry *entry)
{
	struct frames *frames = &state->frames;

	switch (entry->change) {
	case CONTEXT_SET:
		frames->contexts[frames->depth] = entry->span;
		break;
	case CONTEXT_CALL:
		assert(frames->depth < VSPAN_CALLS_MAX);
		frames->contexts[++frames->depth] = entry->span;
		break;
	case CONTEXT_RETURN:
		assert(frames->depth > 0);
		spans_return(&state->spans, --frames->depth);
		break;
	case CONTEXT_HOST_SPAN:
		frame_host_span(attachment, state, entry);
		break;
	}
}

void frames_apply(struct vspan_attachment *attachment, struct ring_state *state, uint64_t position)
{
	struct context_entry entry;

	while (contexts_pop(&state->contexts, position, &entry))
		frame_change(attachment, state, &entry);
}
