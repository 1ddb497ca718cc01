/* SPDX-License-Identifier: MIT */
/*
 * boot.c - the state in which a guest's vCPUs wake up (<vspan/microvm.h>): 64-bit
 * mode, a descriptor table, a boot structure and a stack each.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include "error.h"
#include "machine.h"

#define SELECTOR_CODE 8u
#define SELECTOR_DATA 16u
#define DESCRIPTOR_CODE UINT64_C(0x00af9b000000ffff)
#define DESCRIPTOR_DATA UINT64_C(0x00cf93000000ffff)
#define SEGMENT_EXECUTE_READ_ACCESSED 11u
#define SEGMENT_READ_WRITE_ACCESSED 3u

#define CR0_PE (UINT64_C(1) << 0)
#define CR0_MP (UINT64_C(1) << 1)
#define CR0_ET (UINT64_C(1) << 4)
#define CR0_PG (UINT64_C(1) << 31)
#define CR4_PAE (UINT64_C(1) << 5)
#define CR4_OSFXSR (UINT64_C(1) << 9)
#define CR4_OSXMMEXCPT (UINT64_C(1) << 10)
#define EFER_LME (UINT64_C(1) << 8)
#define EFER_LMA (UINT64_C(1) << 10)
#define RFLAGS_FIXED UINT64_C(0x2) /* always set; interrupts off */

#define CPUID_ENTRIES_MAX 256u

static void gdt_write(struct vmm *vmm)
{
	uint64_t *gdt = (void *)(vmm->ram + MACHINE_GDT);

	gdt[0] = 0;
	gdt[SELECTOR_CODE / 8] = DESCRIPTOR_CODE;
	gdt[SELECTOR_DATA / 8] = DESCRIPTOR_DATA;
}

static uint64_t boot_write(struct vmm *vmm, uint32_t cpu)
{
	const struct vmm_options *options = &vmm->options;
	struct vspan_microvm_boot boot = {
		.magic = VSPAN_MICROVM_MAGIC,
		.struct_size = sizeof(boot),
		.cpu = cpu,
		.cpu_count = options->cpu_count,
		.ram_size = options->ram_size,
		.region_address = options->region_size == 0 ? 0 : MACHINE_REGION,
		.region_size = options->region_size,
	};
	uint64_t address = MACHINE_BOOTS + cpu * sizeof(boot);

	if (options->arguments != NULL)
		memcpy(boot.arguments, options->arguments, strlen(options->arguments));
	memcpy(vmm->ram + address, &boot, sizeof(boot));
	return address;
}

/* What the processor and KVM can do, so that a guest's CPUID tells the truth. */
static int cpuid_get(const struct vmm *vmm, struct kvm_cpuid2 **out, struct vspan_error *error)
{
	struct kvm_cpuid2 *cpuid;
	int code;

	cpuid = calloc(1, sizeof(*cpuid) + CPUID_ENTRIES_MAX * sizeof(cpuid->entries[0]));
	if (cpuid == NULL)
		return error_set(error, ENOMEM, "out of memory for the guest's CPUID");
	cpuid->nent = CPUID_ENTRIES_MAX;
	if (ioctl(vmm->kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid) < 0) {
		code = error_set(error, errno, "KVM does not say its CPUID: %s", strerror(errno));
		free(cpuid);
		return code;
	}
	*out = cpuid;
	return 0;
}

static int sregs_set(const struct vcpu *vcpu)
{
	const struct kvm_segment code = {.limit = 0xffffffff,
		.selector = SELECTOR_CODE,
		.present = 1,
		.type = SEGMENT_EXECUTE_READ_ACCESSED,
		.s = 1,
		.l = 1,
		.g = 1};
	const struct kvm_segment data = {.limit = 0xffffffff,
		.selector = SELECTOR_DATA,
		.present = 1,
		.type = SEGMENT_READ_WRITE_ACCESSED,
		.s = 1,
		.db = 1,
		.g = 1};
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) < 0)
		return -errno;
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.gdt.base = MACHINE_GDT;
	sregs.gdt.limit = 3 * sizeof(uint64_t) - 1;
	/* No table yet: a fault before the guest loads its own shuts the vCPU down. */
	sregs.idt.base = 0;
	sregs.idt.limit = 0;
	sregs.cr3 = MACHINE_PAGE_TABLES;
	sregs.cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	sregs.cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_PG;
	sregs.efer = EFER_LME | EFER_LMA;
	return ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) < 0 ? -errno : 0;
}

static int regs_set(const struct vcpu *vcpu, uint64_t entry, uint64_t boot)
{
	const struct kvm_regs regs = {
		.rip = entry,
		.rdi = boot,
		.rsp = vcpu->vmm->options.ram_size - vcpu->index * MACHINE_STACK_SIZE,
		.rflags = RFLAGS_FIXED,
	};

	assert(regs.rsp % 16 == 0);
	return ioctl(vcpu->fd, KVM_SET_REGS, &regs) < 0 ? -errno : 0;
}

int boot_prepare(struct vmm *vmm, uint64_t entry, struct vspan_error *error)
{
	struct kvm_cpuid2 *cpuid = NULL;
	int code = 0;
	uint32_t i;

	if (vmm->options.arguments != NULL &&
		strlen(vmm->options.arguments) >= VSPAN_MICROVM_ARGUMENTS)
		return error_set(error, E2BIG,
			"the guest's arguments are longer than %u bytes: shorten them",
			VSPAN_MICROVM_ARGUMENTS - 1);
	code = cpuid_get(vmm, &cpuid, error);
	if (code < 0)
		return code;
	gdt_write(vmm);
	for (i = 0; i < vmm->vcpu_count && code == 0; i++) {
		const struct vcpu *vcpu = &vmm->vcpus[i];

		code = ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid) < 0 ? -errno : 0;
		if (code == 0)
			code = sregs_set(vcpu);
		if (code == 0)
			code = regs_set(vcpu, entry, boot_write(vmm, i));
	}
	free(cpuid);
	if (code < 0)
		return error_set(error, -code, "KVM refuses the boot state of vCPU %u: %s", i - 1,
			strerror(-code));
	return 0;
}
