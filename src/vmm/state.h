/* SPDX-License-Identifier: MIT */
/*
 * state.h - all of a vCPU that KVM keeps, but for its counter, which goes on.
 * Nobody but snapshot.c has one.
 */
#ifndef VSPAN_VMM_STATE_H
#define VSPAN_VMM_STATE_H

#include <linux/kvm.h>
#include "machine.h"

/* Registers of the processor's that guests may set, besides those in struct kvm_sregs. */
#define STATE_MSRS 9u

struct vcpu_state {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_xsave xsave;
	struct kvm_xcrs xcrs;
	struct kvm_debugregs debug;
	struct kvm_vcpu_events events;
	struct kvm_msr_entry msrs[STATE_MSRS];
};

/*
 * Of a vCPU that is settled (vcpu_settle()) and whose thread sleeps or has ended.
 * 0 or a negative errno.
 */
int state_save(const struct vcpu *vcpu, struct vcpu_state *state);
int state_load(const struct vcpu *vcpu, const struct vcpu_state *state);

#endif /* VSPAN_VMM_STATE_H */
