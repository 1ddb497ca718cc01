/* SPDX-License-Identifier: MIT */
/*
 * machine.h - what the files of the micro-VM share: the VM, its vCPUs, and one
 * group of functions per file. Nobody outside this folder includes it (vmm.h).
 *
 * Threads: a vCPU's fields are its own thread's, but for `stop` and
 * `interruptible` (any thread), `thread` (constant once interruptible), and
 * those under the VM's lock, which say so, like those of struct vmm; the rest is
 * constant once built. While no vCPU thread runs, all of it is that of who starts
 * the next life.
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
#define MACHINE_STACK_SIZE (UINT64_C(64) << 10)
#define MACHINE_LARGE_PAGE (UINT64_C(2) << 20)

/* vcpu.stop */
#define VCPU_STOP_KILL 1u /* this vCPU alone */
#define VCPU_STOP_END 2u  /* the VM ended */
#define VCPU_STOP_CANCEL 4u
#define VCPU_STOP_MASK 7u
#define VCPU_CALLED 8u /* no stop: a call may be waiting for this vCPU */

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

/* A moment at which the vCPU leaves the guest, whatever that does. */
struct deadline {
	bool created;
	timer_t id;
	uint64_t at_ns; /* CLOCK_MONOTONIC, UINT64_MAX: none */
};

/* Where the guest waits for an answer to its last message: checked, in RAM. */
struct answer {
	uint64_t message;
	uint64_t data;
	uint32_t capacity;
};

/* A call under way on a vCPU. */
struct frame {
	struct frame *outer;
	struct vmm_call *call; /* of a guest function; NULL: one of the host's */
	struct vmm_call_note note;
	bool returned;
	int outcome;
};

/* vmm_call() of a thread that is not the vCPU's: waits in the VM's list for its turn. */
struct waiter {
	struct waiter *next;
	struct vmm_call *call;
	uint64_t deadline_ns;
	enum { WAITER_QUEUED, WAITER_RUNNING, WAITER_DONE } state;
	int outcome;
};

struct function {
	char name[VSPAN_MICROVM_CALL_NAME];
	vmm_host_function run;
	void *data;
};

struct vcpu {
	struct vmm *vmm;
	uint32_t index;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	uint32_t interruptible; /* thread runs and may be signalled */
	uint32_t stop;          /* VCPU_* bits; also what a halted or idle vCPU sleeps on */
	bool halted;            /* for ever */
	bool idle;              /* the guest waits for a call... */
	struct answer answer;   /* ...or a return, here */
	struct frame *frame;    /* innermost call, NULL: none */
	uint32_t guest_calls;   /* frames that are calls of guest functions */
	struct deadline deadline;
	bool ready;   /* sleeps, idle, consistent; under the VM's lock */
	bool calling; /* carries out a waiter's call; under the VM's lock */
	bool gone;    /* its thread ends or has ended; under the VM's lock */
	uint64_t exits[VMM_EXIT_COUNT];
	struct timer timer;
	struct console console;
};

struct vmm {
	struct vmm_options options; /* the path and arguments are only used while building */
	struct function functions[VMM_FUNCTIONS_MAX];
	uint32_t function_count;
	struct vmm_snapshot *boot; /* what a reset goes back to; NULL: no program was loaded */
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
	bool started;           /* vCPU threads are there, until they are joined */
	uint64_t start_ns;      /* of this life */
	bool abandoned;         /* a thread could not be made: no vCPU may run */
	bool ended;             /* reason and status are decided */
	uint32_t running;       /* vCPU threads that have not finished */
	uint64_t hello_ns;      /* of the first hello, 0: none yet */
	struct waiter *waiters; /* first come, first served */
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
/* True if all of it lies in guest RAM. */
bool memory_inside(const struct vmm *vmm, uint64_t address, uint64_t size);
/* Copies into guest RAM, which memory_inside() has said it is. */
void memory_write(const struct vmm *vmm, uint64_t address, const void *from, uint64_t size);
/* Whatever RAM held is gone: it is a private copy of the file, of RAM's size, from now on. */
int memory_replace(struct vmm *vmm, int fd);

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
/* One stay in the guest and what its exit asks for. False: the vCPU must not go on. */
bool vcpu_step(struct vcpu *vcpu);
/* True if it must not: told to stop, out of time, halted for ever. */
bool vcpu_over(struct vcpu *vcpu);
/* Has KVM finish what the last exit began, without entering the guest. */
void vcpu_settle(struct vcpu *vcpu);
/* Sleeps until a stop or a call is announced. */
void vcpu_park(struct vcpu *vcpu);
/* Announces a call; any thread, while the VM is started. */
void vcpu_call(struct vcpu *vcpu);
/* The one whose thread this is, NULL: none. */
struct vcpu *vcpu_current(void);
/* As it was before its first life, but for its registers. Its thread does not run. */
void vcpu_renew(struct vcpu *vcpu);
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

/* deadline.c: on the vCPU's thread. */
int deadline_set(struct vcpu *vcpu, uint64_t at_ns);
bool deadline_passed(const struct vcpu *vcpu);
void deadline_destroy(struct vcpu *vcpu);

/* message.c: what the guest says by VSPAN_MICROVM_PORT_CALL, and the answers. */
void message_take(struct vcpu *vcpu, uint32_t address);
/* Where vcpu->answer says; its capacity has been looked at. */
void message_answer(struct vcpu *vcpu, uint32_t kind, uint32_t status, const char *function,
	const void *data, uint32_t size);
bool message_name_valid(const char *name);

/* host-call.c: a function of the host, called by the guest with that message. */
void host_call(struct vcpu *vcpu, const struct vspan_microvm_call *message);

/* call.c: a function of the guest, on the vCPU's thread. The outcome is vmm_call()'s. */
int guest_call(struct vcpu *vcpu, struct vmm_call *call, uint64_t deadline_ns);
/* What a frame cut short by whatever stopped the vCPU ends with. */
int call_outcome(struct vcpu *vcpu, uint64_t deadline_ns);
/* The vCPU entered a call or left it: one more or less under way. */
void frame_push(struct vcpu *vcpu, struct frame *frame);
void frame_pop(struct vcpu *vcpu);

/* waiters.c: calls of other threads. Waits for one and carries it out; an idle vCPU's life. */
void waiters_serve(struct vcpu *vcpu);
/* The vCPU is gone: nobody waits for it any longer. Under the VM's lock. */
void waiters_release(struct vcpu *vcpu);

/* snapshot.c: as vmm_snapshot_take(), of RAM up to `ram_end` only; no vCPU has run yet. */
int snapshot_boot(struct vmm *vmm, uint64_t ram_end, struct vspan_error *error);
/* RAM and vCPUs become what they were. No vCPU thread runs. */
int snapshot_apply(struct vmm *vmm, const struct vmm_snapshot *snapshot, struct vspan_error *error);

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
