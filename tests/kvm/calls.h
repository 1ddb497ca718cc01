/* SPDX-License-Identifier: MIT */
/*
 * calls.h - what the tests of function calls share: a VM of calls-guest.c, its rings
 * drained by a consumer, every call site on though no session records.
 */
#ifndef VSPAN_TESTS_KVM_CALLS_H
#define VSPAN_TESTS_KVM_CALLS_H

#include <stdio.h>
#include <string.h>
#include "vmm/vmm.h"

#define SECOND UINT64_C(1000000000)
#define MIB (UINT64_C(1) << 20)

extern int calls_failures;
extern const char *calls_scenario;

#define CHECK(condition)                                                               \
	do {                                                                           \
		if (!(condition)) {                                                    \
			fprintf(stderr, "%s:%d: %s: not so: %s\n", __FILE__, __LINE__, \
				calls_scenario, #condition);                           \
			__atomic_add_fetch(&calls_failures, 1, __ATOMIC_RELAXED);      \
		}                                                                      \
	} while (0)

#define CALLS_CPUS_MAX 4u

struct calls_vm {
	struct vmm *vmm;
	struct vspan_region *region;
	struct vspan_consumer *consumer;
	struct vspan_attachment *attachment;
	struct vspan_error error;
	struct vmm_result result;
	struct vspan_ledger ledger; /* once closed */
	uint32_t reboots;           /* to come */
	uint32_t restarts;
	/* What the observer was told, each vCPU's own. */
	struct {
		uint32_t depth;
		uint32_t deepest;
		uint32_t guest_calls, host_calls;
		uint32_t wrong; /* brackets that do not match */
		uint32_t ready;
		enum vmm_exit gone;
	} seen[CALLS_CPUS_MAX];
};

/* A VM of `elf`, not started. False: it could not be built, which counts as a failure. */
bool calls_open(struct calls_vm *vm, const char *elf, uint32_t cpus, const char *arguments);

/* The same, started. */
bool calls_start(struct calls_vm *vm, const char *elf, uint32_t cpus);

/* Stops it, accounts, frees; every account has to close. */
void calls_close(struct calls_vm *vm);

/* vmm_call() with a number; the result is *number. `timeout_ns` as there. */
int calls_call(struct calls_vm *vm, uint32_t cpu, const char *function, uint64_t *number,
	uint64_t timeout_ns);

/* The same, which has to succeed. */
uint64_t calls_get(struct calls_vm *vm, uint32_t cpu, const char *function, uint64_t number);

/* Takes a snapshot, once every vCPU is ready. */
struct vmm_snapshot *calls_snapshot(struct calls_vm *vm);

#endif /* VSPAN_TESTS_KVM_CALLS_H */
