/* SPDX-License-Identifier: MIT */
/* machine-spans.c - see machine-spans.h. */
#include "machine-spans.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <vspan/guest.h>
#include <vspan/process.h>
#include "error.h"

VSPAN_SPAN(vmm, call, VSPAN_LEVEL_INFO | VSPAN_KIND_CLIENT, (str, function));
VSPAN_SPAN(vmm, serve, VSPAN_LEVEL_INFO | VSPAN_KIND_SERVER, (str, function));

/* Brackets that may be open on a vCPU: calls of the guest's, and the host's in between. */
#define OPEN_MAX (2 * VSPAN_MICROVM_CALL_DEPTH + 2)
#define RING_SIZE (UINT32_C(256) << 10)

struct calls_open {
	vspan_t spans[OPEN_MAX];
	uint32_t count;
	struct vspan_trace_context context; /* of the innermost call of the guest */
};

struct machine_spans {
	struct vspan_region *region;
	struct vspan_attachment *attachment;
	uint32_t vm;
	bool called; /* on behalf of somebody */
	struct vspan_trace_context caller;
	struct calls_open cpus[];
};

static int spans_attach(struct machine_spans *spans, struct vspan_consumer *consumer, uint32_t cpus,
	struct vspan_error *error)
{
	const struct vspan_region_options options = {/* The threads of a life that ends may still
							hold theirs when the next one begins. */
		.name = "host",
		.ring_count = 2 * cpus + 1,
		.ring_size = RING_SIZE};
	struct vspan_attachment_info info;
	uint32_t ring;
	int ret = vspan_region_create(&options, &spans->region, error);

	if (ret == 0)
		ret = vspan_consumer_attach(
			consumer, spans->region, NULL, &spans->attachment, error);
	if (ret < 0)
		return ret;
	vspan_attachment_read_info(spans->attachment, &info);
	spans->vm = info.vm;
	for (ring = 0; spans->called && ring < options.ring_count; ring++)
		(void)vspan_attachment_vcpu_enter(spans->attachment, ring, &spans->caller);
	vspan_process_use(vspan_region_base(spans->region), vspan_region_size(spans->region));
	if (vspan_attach("vspan") != VSPAN_ATTACH_OK)
		return error_set(error, EPROTO, "the host's own spans: %s",
			vspan_process_problem() != NULL ? vspan_process_problem() : "no region");
	/* Nothing of the first call is to be missed, however slow the session daemon is. */
	vspan_attachment_hello(spans->attachment);
	return 0;
}

int machine_spans_open(struct machine_spans **out, struct vspan_consumer *consumer, uint32_t cpus,
	const struct vspan_trace_context *caller, struct vspan_error *error)
{
	struct machine_spans *spans = calloc(1, sizeof(*spans) + cpus * sizeof(spans->cpus[0]));

	*out = spans;
	if (spans == NULL)
		return error_set(error, ENOMEM, "out of memory");
	if (caller != NULL) {
		spans->called = true;
		spans->caller = *caller;
	}
	return spans_attach(spans, consumer, cpus, error);
}

void machine_spans_close(struct machine_spans *spans)
{
	if (spans == NULL)
		return;
	if (spans->attachment != NULL)
		vspan_consumer_detach(spans->attachment, NULL);
	/* Mapped as long as this process may write to it. */
	free(spans);
}

static vspan_t open_push(struct calls_open *open, vspan_t span)
{
	assert(open->count < OPEN_MAX);
	return open->spans[open->count++] = span;
}

static void open_pop(struct calls_open *open, bool failed)
{
	assert(open->count > 0);
	vspan_end_status(open->spans[--open->count], failed ? VSPAN_STATUS_ERROR : VSPAN_STATUS_OK);
}

/* A trace of its own for each outermost call on behalf of nobody: named after its span. */
static void context_begin(const struct machine_spans *spans, struct calls_open *open, vspan_t span)
{
	if (open->count > 1)
		return;
	open->context = spans->caller;
	if (spans->called)
		return;
	open->context.trace_id[0] = UINT64_C(1) << 63 | spans->vm;
	open->context.trace_id[1] = span;
	open->context.flags = 1;
}

void machine_spans_guest_call(struct machine_spans *spans, struct vspan_attachment *guest,
	uint32_t cpu, const struct vmm_call_note *note)
{
	struct calls_open *open = &spans->cpus[cpu];
	vspan_t span = open_push(open, vspan_begin(vmm, call, note->function));

	context_begin(spans, open, span);
	/* Not recorded: then the guest's spans are the caller's. */
	if (span != 0) {
		open->context.span_id = span;
		open->context.vm = spans->vm;
	}
	(void)vspan_attachment_vcpu_call(
		guest, cpu, span != 0 || spans->called ? &open->context : NULL);
	(void)vspan_attachment_vcpu_resume(guest, cpu);
}

void machine_spans_guest_return(struct machine_spans *spans, struct vspan_attachment *guest,
	uint32_t cpu, const struct vmm_call_note *note)
{
	vspan_attachment_vcpu_exit(guest, cpu, "return");
	(void)vspan_attachment_vcpu_return(guest, cpu);
	open_pop(&spans->cpus[cpu], note->outcome != 0 || note->status != VSPAN_MICROVM_CALL_OK);
}

void machine_spans_host_call(struct machine_spans *spans, struct vspan_attachment *guest,
	uint32_t cpu, const struct vmm_call_note *note)
{
	vspan_t span;

	vspan_attachment_vcpu_exit(guest, cpu, VSPAN_EXIT_CALL);
	span = open_push(&spans->cpus[cpu], vspan_begin(vmm, serve, note->function));
	(void)vspan_attachment_vcpu_host_span(guest, cpu, spans->vm, span);
}

void machine_spans_host_return(struct machine_spans *spans, struct vspan_attachment *guest,
	uint32_t cpu, const struct vmm_call_note *note)
{
	open_pop(&spans->cpus[cpu], note->outcome != 0 || note->status != VSPAN_MICROVM_CALL_OK);
	if (note->outcome == 0)
		(void)vspan_attachment_vcpu_resume(guest, cpu);
}
