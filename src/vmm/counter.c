/* SPDX-License-Identifier: MIT */
/*
 * counter.c - how far the guest's time stamp counter is from the host's. All
 * vCPUs get the same offset, so that one number converts every record.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <vspan/arch.h>
#include "error.h"
#include "machine.h"

#define MSR_TSC 0x10u
#define MEASUREMENTS 16

static int offset_get(const struct vcpu *vcpu, int64_t *offset)
{
	struct kvm_device_attr attribute = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)offset,
	};

	return ioctl(vcpu->fd, KVM_GET_DEVICE_ATTR, &attribute) < 0 ? -errno : 0;
}

static int offset_set(const struct vcpu *vcpu, int64_t offset)
{
	struct kvm_device_attr attribute = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)&offset,
	};

	return ioctl(vcpu->fd, KVM_SET_DEVICE_ATTR, &attribute) < 0 ? -errno : 0;
}

/* Kernels before 5.16 do not tell: read the guest's counter between two of ours. */
static int offset_measure(const struct vcpu *vcpu, int64_t *offset, uint64_t *bound)
{
	union {
		struct kvm_msrs list;
		uint8_t room[sizeof(struct kvm_msrs) + sizeof(struct kvm_msr_entry)];
	} msrs;
	uint64_t before, after;
	int i;

	*bound = UINT64_MAX;
	for (i = 0; i < MEASUREMENTS; i++) {
		memset(&msrs, 0, sizeof(msrs));
		msrs.list.nmsrs = 1;
		msrs.list.entries[0].index = MSR_TSC;
		before = vspan_arch_counter();
		if (ioctl(vcpu->fd, KVM_GET_MSRS, &msrs) != 1)
			return -ENOTSUP;
		after = vspan_arch_counter();
		if ((after - before + 1) / 2 >= *bound)
			continue;
		*bound = (after - before + 1) / 2;
		*offset = (int64_t)(msrs.list.entries[0].data - (before + (after - before) / 2));
	}
	return 0;
}

/* The offset of vCPU 0 for all. */
static int offsets_unify(struct vmm *vmm)
{
	int64_t offset;
	uint32_t i;
	int code = 0;

	for (i = 1; i < vmm->vcpu_count && code == 0; i++) {
		code = offset_get(&vmm->vcpus[i], &offset);
		if (code == 0 && offset != vmm->counter_offset)
			code = offset_set(&vmm->vcpus[i], vmm->counter_offset);
	}
	return code;
}

/* The bound covers vCPUs whose own offset turns out to differ. */
static int offsets_measure(struct vmm *vmm)
{
	int64_t offset;
	uint64_t bound, distance;
	uint32_t i;
	int code = offset_measure(&vmm->vcpus[0], &vmm->counter_offset, &vmm->counter_error);

	for (i = 1; i < vmm->vcpu_count && code == 0; i++) {
		code = offset_measure(&vmm->vcpus[i], &offset, &bound);
		if (code < 0)
			break;
		distance = (uint64_t)(offset > vmm->counter_offset ? offset - vmm->counter_offset
								   : vmm->counter_offset - offset);
		if (distance + bound > vmm->counter_error)
			vmm->counter_error = distance + bound;
	}
	return code;
}

int counter_align(struct vmm *vmm, struct vspan_error *error)
{
	int code = offset_get(&vmm->vcpus[0], &vmm->counter_offset);

	vmm->counter_error = 0;
	if (code == 0)
		code = offsets_unify(vmm);
	if (code < 0)
		code = offsets_measure(vmm);
	if (code < 0)
		return error_set(error, -code,
			"KVM does not tell the guest's time stamp counter: use Linux 5.16 or "
			"later");
	return 0;
}
