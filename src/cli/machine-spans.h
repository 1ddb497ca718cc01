/* SPDX-License-Identifier: MIT */
/*
 * machine-spans.h - the host's own spans around calls between it and a micro-VM's
 * guest, in a region of their own: vmm:call while a function of the guest runs,
 * vmm:serve while one of the host does. They make one tree with the guest's.
 */
#ifndef VSPAN_CLI_MACHINE_SPANS_H
#define VSPAN_CLI_MACHINE_SPANS_H

#include <vspan/host.h>
#include "vmm/vmm.h"

struct machine_spans;

/*
 * For a VM of `cpus` vCPUs, on behalf of `caller` (NULL: nobody). Once per process,
 * which becomes a guest of its own. 0, or a negative errno with *error filled.
 */
int machine_spans_open(struct machine_spans **out, struct vspan_consumer *consumer, uint32_t cpus,
	const struct vspan_trace_context *caller, struct vspan_error *error);

/* After the VM's threads have ended. NULL is fine. */
void machine_spans_close(struct machine_spans *spans);

/* As the observer is told of calls (vmm.h); `guest` is its region's attachment. */
void machine_spans_guest_call(struct machine_spans *spans, struct vspan_attachment *guest,
	uint32_t cpu, const struct vmm_call_note *note);
void machine_spans_guest_return(struct machine_spans *spans, struct vspan_attachment *guest,
	uint32_t cpu, const struct vmm_call_note *note);
void machine_spans_host_call(struct machine_spans *spans, struct vspan_attachment *guest,
	uint32_t cpu, const struct vmm_call_note *note);
void machine_spans_host_return(struct machine_spans *spans, struct vspan_attachment *guest,
	uint32_t cpu, const struct vmm_call_note *note);

#endif /* VSPAN_CLI_MACHINE_SPANS_H */
