/* SPDX-License-Identifier: MIT */
/*
 * probe.c - can this machine run guests? The only honest answer is to run one:
 * it writes a byte to its console and halts.
 */
#include <errno.h>
#include <string.h>
#include "error.h"
#include "machine.h"

#define PROBE_DEADLINE_NS UINT64_C(5000000000)

static const uint8_t program[] = {
	0xba, VSPAN_MICROVM_PORT_CONSOLE & 0xff, VSPAN_MICROVM_PORT_CONSOLE >> 8, 0,
	0,                   /* mov edx */
	0xb8, '\n', 0, 0, 0, /* mov eax */
	0xef,                /* out dx, eax */
	0xf4,                /* hlt */
};

static int result_judge(const struct vmm_result *result, struct vspan_error *error)
{
	if (result->exits[VMM_EXIT_CONSOLE] == 1 && result->reason == VMM_EXIT_HALT)
		return 0;
	return error_set(error, ENOTSUP,
		"/dev/kvm is there but does not run guests (a test guest ended with '%s' after "
		"%llu "
		"ms): check the kernel's log for kvm messages, and that virtualisation is enabled "
		"in "
		"the firmware",
		vmm_exit_name(result->reason),
		(unsigned long long)(result->run_ns / UINT64_C(1000000)));
}

int vmm_probe(struct vspan_error *error)
{
	const struct vmm_options options = {
		.cpu_count = 1,
		.ram_size = MACHINE_LARGE_PAGE,
		.console_fd = -1,
		.deadline_ns = PROBE_DEADLINE_NS,
	};
	struct vmm_result result;
	struct vmm *vmm = NULL;
	int code = machine_create(&options, &vmm, error);

	if (code < 0)
		return code;
	memcpy(vmm->ram + MACHINE_IMAGE_START, program, sizeof(program));
	code = boot_prepare(vmm, MACHINE_IMAGE_START, error);
	if (code == 0)
		code = vmm_run(vmm, &result, error);
	if (code == 0)
		code = result_judge(&result, error);
	vmm_destroy(vmm);
	return code;
}
