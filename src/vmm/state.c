/* SPDX-License-Identifier: MIT */
/* state.c - see state.h. */
#include "state.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

/* By their numbers in the processor's manuals. */
static const uint32_t msr_numbers[STATE_MSRS] = {
	0x174,      /* SYSENTER_CS */
	0x175,      /* SYSENTER_ESP */
	0x176,      /* SYSENTER_EIP */
	0x277,      /* PAT */
	0xc0000081, /* STAR */
	0xc0000082, /* LSTAR */
	0xc0000083, /* CSTAR */
	0xc0000084, /* FMASK */
	0xc0000102, /* KERNEL_GS_BASE */
};

union msrs {
	struct kvm_msrs list;
	uint8_t room[sizeof(struct kvm_msrs) + STATE_MSRS * sizeof(struct kvm_msr_entry)];
};

static int msrs_save(const struct vcpu *vcpu, struct vcpu_state *state)
{
	union msrs msrs = {.list.nmsrs = STATE_MSRS};
	uint32_t i;

	for (i = 0; i < STATE_MSRS; i++)
		msrs.list.entries[i].index = msr_numbers[i];
	if (ioctl(vcpu->fd, KVM_GET_MSRS, &msrs) != STATE_MSRS)
		return -ENOTSUP;
	memcpy(state->msrs, msrs.list.entries, sizeof(state->msrs));
	return 0;
}

static int msrs_load(const struct vcpu *vcpu, const struct vcpu_state *state)
{
	union msrs msrs = {.list.nmsrs = STATE_MSRS};

	memcpy(msrs.list.entries, state->msrs, sizeof(state->msrs));
	return ioctl(vcpu->fd, KVM_SET_MSRS, &msrs) == STATE_MSRS ? 0 : -ENOTSUP;
}

int state_save(const struct vcpu *vcpu, struct vcpu_state *state)
{
	if (ioctl(vcpu->fd, KVM_GET_REGS, &state->regs) < 0 ||
		ioctl(vcpu->fd, KVM_GET_SREGS, &state->sregs) < 0 ||
		ioctl(vcpu->fd, KVM_GET_XSAVE, &state->xsave) < 0 ||
		ioctl(vcpu->fd, KVM_GET_XCRS, &state->xcrs) < 0 ||
		ioctl(vcpu->fd, KVM_GET_DEBUGREGS, &state->debug) < 0 ||
		ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &state->events) < 0)
		return -errno;
	return msrs_save(vcpu, state);
}

/* Events last: the other calls may drop what is pending. */
int state_load(const struct vcpu *vcpu, const struct vcpu_state *state)
{
	int code;

	if (ioctl(vcpu->fd, KVM_SET_SREGS, &state->sregs) < 0 ||
		ioctl(vcpu->fd, KVM_SET_REGS, &state->regs) < 0 ||
		ioctl(vcpu->fd, KVM_SET_XCRS, &state->xcrs) < 0 ||
		ioctl(vcpu->fd, KVM_SET_XSAVE, &state->xsave) < 0 ||
		ioctl(vcpu->fd, KVM_SET_DEBUGREGS, &state->debug) < 0)
		return -errno;
	code = msrs_load(vcpu, state);
	if (code == 0 && ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &state->events) < 0)
		code = -errno;
	return code;
}
