/* SPDX-License-Identifier: MIT */
/* none.c - vmm.h for processors on which the micro-VM does not run: it says so. */
#include "vmm.h"

#include <errno.h>
#include <stddef.h>
#include "error.h"

const char *vmm_exit_name(enum vmm_exit exit)
{
	(void)exit;
	return "none";
}

int vmm_probe(struct vspan_error *error)
{
	return error_set(error, ENOTSUP,
		"the micro-VM runs on x86-64 only: here, trace processes (vspan attach)");
}

int vmm_create(const struct vmm_options *options, struct vmm **out, struct vspan_error *error)
{
	(void)options;
	*out = NULL;
	return vmm_probe(error);
}

int64_t vmm_counter_offset(const struct vmm *vmm, uint64_t *error_ticks)
{
	(void)vmm;
	*error_ticks = 0;
	return 0;
}

int vmm_run(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error)
{
	(void)vmm;
	*result = (struct vmm_result){.status = -1, .reason = VMM_EXIT_ERROR};
	return vmm_probe(error);
}

void vmm_kill(struct vmm *vmm, uint32_t cpu)
{
	(void)vmm, (void)cpu;
}

void vmm_destroy(struct vmm *vmm)
{
	(void)vmm;
}

int vmm_function_add(struct vmm *vmm, const char *name, vmm_host_function function, void *data)
{
	(void)vmm, (void)name, (void)function, (void)data;
	return -ENOTSUP;
}

int vmm_call(struct vmm *vmm, struct vmm_call *call, struct vspan_error *error)
{
	(void)vmm, (void)call;
	return vmm_probe(error);
}

int vmm_start(struct vmm *vmm, struct vspan_error *error)
{
	(void)vmm;
	return vmm_probe(error);
}

int vmm_stop(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error)
{
	return vmm_run(vmm, result, error);
}

int vmm_snapshot_take(struct vmm *vmm, struct vmm_snapshot **out, struct vspan_error *error)
{
	(void)vmm;
	*out = NULL;
	return vmm_probe(error);
}

void vmm_snapshot_destroy(struct vmm_snapshot *snapshot)
{
	(void)snapshot;
}

int vmm_restore(struct vmm *vmm, const struct vmm_snapshot *snapshot, struct vspan_error *error)
{
	(void)vmm, (void)snapshot;
	return vmm_probe(error);
}
