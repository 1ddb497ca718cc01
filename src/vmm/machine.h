/* SPDX-License-Identifier: MIT */
/*
 * machine.h - what the files of the micro-VM share: the VM, its vCPUs, and one
 * group of functions per file. Nobody outside this folder includes it (vmm.h).
 *
 * Threads: a vCPU's fields are its own thread's, but for `stop` and
 * `interruptible` (any thread) and `thread` (constant once interruptible). The
 * words of struct vmm under `lock` say so; the rest is constant once built.
 */
#ifndef VSPAN_VMM_MACHINE_H
#define VSPAN_VMM_MACHINE_H

#include <linux/kvm.h>
#include <pthread.h>
#include <time.h>
#include "vmm.h"

/*
 * The guest's memory. RAM ends below 3 GiB, the region starts at 4 GiB: between
 * them KVM keeps pages of its own (task state, local APIC).
 */
#define MACHINE_GDT UINT64_C(0x1000)
#define MACHINE_PAGE_TABLES UINT64_C(0x2000)
#define MACHINE_BOOTS UINT64_C(0x40000)
#define MACHINE_IMAGE_START UINT64_C(0x100000)
#define MACHINE_RAM_MAX (UINT64_C(3) << 30)
#define MACHINE_REGION UINT64_C(0x100000000)
#define MACHINE_REGION_MAX (UINT64_C(32) << 30)
#define MACHINE_STACK_SIZE (UINT64_C(32) << 10)
#define MACHINE_LARGE_PAGE (UINT64_C(2) << 20)

/* vcpu.stop */
#define VCPU_STOP_KILL 1u /* this vCPU alone */
#define VCPU_STOP_END 2u  /* the VM ended */

#define CONSOLE_LINE 160u

struct console {
	uint32_t length;
	char line[CONSOLE_LINE];
};

struct timer {
	bool created;
	timer_t id;         /* signals the vCPU's thread at the next tick */
	uint64_t period_ns; /* 0: off */
	uint64_t next_ns;   /* CLOCK_MONOTONIC of the next tick */
	bool pending;       /* a tick waits until the guest can be interrupted */
};

struct vcpu {
	struct vmm *vmm;
	uint32_t index;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	uint32_t interruptible; /* thread runs and may be signalled */
	uint32_t stop;          /* VCPU_STOP_* bits; also what a halted vCPU sleeps on */
	uint64_t exits[VMM_EXIT_COUNT];
	struct timer timer;
	struct console console;
};

struct vmm {
	struct vmm_options options; /* the path and arguments are only used while building */
	struct vmm_observer observer;
	int kvm_fd;
	int vm_fd;
	size_t run_size; /* of each vCPU's struct kvm_run mapping */
	uint8_t *ram;
	struct vcpu *vcpus;
	uint32_t vcpu_count; /* with an open fd */
	int64_t counter_offset;
	uint64_t counter_error;
	uint32_t stoppers; /* vcpu_stop() calls under way */

	pthread_mutex_t lock;
	pthread_cond_t changed; /* of the words below */
	bool started;           /* vmm_run() was called */
	bool abandoned;         /* a thread could not be made: no vCPU may run */
	bool ended;             /* reason and status are decided */
	uint32_t running;       /* vCPU threads that have not finished */
	uint64_t hello_ns;      /* of the first hello, 0: none yet */
	struct vmm_result result;
	struct vspan_error error; /* why the VM ended, where that takes a text */
};

/* vmm.c: a VM without a program (probe.c supplies its own), and its end. */
int machine_create(const struct vmm_options *options, struct vmm **out, struct vspan_error *error);
/* The first end counts: decides reason and status, then stops every vCPU. */
void machine_end(struct vmm *vmm, enum vmm_exit reason, int status);
/* Ends the VM for what a vCPU did, with a text "vCPU 0 at 0x1000: ...". */
void machine_fail(struct vcpu *vcpu, enum vmm_exit reason, int code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* kvm.c */
int kvm_open(struct vmm *vmm, struct vspan_error *error);

/* memory.c */
int memory_create(struct vmm *vmm, struct vspan_error *error);
void memory_destroy(struct vmm *vmm);
/* Where the image may lie: up to the stacks. */
uint64_t memory_image_end(const struct vmm *vmm);
/* Copies from guest RAM, once. Returns false if any of it lies outside. */
bool memory_read(const struct vmm *vmm, uint64_t address, void *to, uint64_t size);

/* boot.c: writes tables and boot structures, sets every vCPU's registers. */
int boot_prepare(struct vmm *vmm, uint64_t entry, struct vspan_error *error);

/* counter.c: one counter offset for all vCPUs. */
int counter_align(struct vmm *vmm, struct vspan_error *error);

/* vcpu.c */
int vcpu_open(struct vmm *vmm, uint32_t index, struct vspan_error *error);
void vcpu_close(struct vcpu *vcpu);
int vcpu_signal_install(struct vspan_error *error);
/* Any thread, also a signal handler. `why` is a VCPU_STOP_* bit. */
void vcpu_stop(struct vcpu *vcpu, uint32_t why);
uint32_t vcpu_stop_requested(const struct vcpu *vcpu);
/* Sleeps until a stop is requested or CLOCK_MONOTONIC reaches `until_ns`. */
void vcpu_sleep(const struct vcpu *vcpu, uint64_t until_ns);
/* The thread's function; `data` is the vCPU. */
void *vcpu_main(void *data);

/* The signal that makes KVM_RUN return. SIGRTMIN..+2 are LTTng-UST's. */
#define VCPU_SIGNAL (SIGRTMIN + 6)

/* exits.c: does what the guest's last exit asks for. Returns false if it halted for ever. */
bool exit_handle(struct vcpu *vcpu);

/* timer.c */
void timer_program(struct vcpu *vcpu, uint32_t period_us);
bool timer_due(const struct vcpu *vcpu);
/* Before each entry: injects a tick that is due, or asks KVM to say when it can be. */
int timer_deliver(struct vcpu *vcpu);
void timer_destroy(struct vcpu *vcpu);

/* console.c */
void console_put(struct vcpu *vcpu, uint8_t byte);
void console_flush(struct vcpu *vcpu);

/* report.c: takes the report at a guest's address; a malformed one ends the VM. */
void report_take(struct vcpu *vcpu, uint32_t address);

/* CLOCK_MONOTONIC. */
static inline uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static inline struct timespec monotonic_timespec(uint64_t ns)
{
	struct timespec time;

	time.tv_sec = (time_t)(ns / UINT64_C(1000000000));
	time.tv_nsec = (long)(ns % UINT64_C(1000000000));
	return time;
}

#endif /* VSPAN_VMM_MACHINE_H */
