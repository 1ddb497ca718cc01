/* SPDX-License-Identifier: MIT */
/*
 * vmm.h - a micro-VM on /dev/kvm: loads a freestanding ELF, runs its vCPUs as
 * threads, and tells an observer about the exits that concern tracing. It knows
 * the region only as memory to map; the consumer is behind the observer.
 *
 * A guest is run to its end (vmm_run()), or it hosts functions: started
 * (vmm_start()), called (vmm_call()) and stopped (vmm_stop()). Stopped, it can be
 * reset, or go back to a snapshot, and be started again.
 */
#ifndef VSPAN_VMM_H
#define VSPAN_VMM_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/host.h>
#include <vspan/microvm.h>

#define VMM_CPUS_MAX 64u

enum vmm_exit {
	VMM_EXIT_FULL, /* a ring is full */
	VMM_EXIT_FLUSH,
	VMM_EXIT_HELLO,
	VMM_EXIT_HALT,     /* HLT */
	VMM_EXIT_SHUTDOWN, /* the guest asked to end, or triple-faulted */
	VMM_EXIT_TIMER,    /* the vCPU was interrupted to inject its timer */
	VMM_EXIT_CONSOLE,
	VMM_EXIT_REPORT,
	VMM_EXIT_CONTROL,   /* other ports: timer programming */
	VMM_EXIT_HOST_PAGE, /* the guest wrote a page it may only read */
	VMM_EXIT_KILLED,    /* stopped by vmm_kill(), the kill option or the deadline */
	VMM_EXIT_ERROR,     /* emulation failure, entry failure, access outside memory */
	VMM_EXIT_CALL,      /* a message of a function call */
	VMM_EXIT_REBOOT,    /* the guest asked to start again */
	VMM_EXIT_CANCELLED, /* stopped in a call, by its deadline or vmm_cancel() */
	VMM_EXIT_COUNT
};

/* A name in lower case, "full", "flush"... */
const char *vmm_exit_name(enum vmm_exit exit);

/* A function call as the observer sees it. */
struct vmm_call_note {
	const char *function; /* printable ASCII; constant until the call's end was told */
	/*
	 * Calls under way on this vCPU, this one included: 1 for the host's call of a
	 * guest function, 2 for what that calls in the host, and so on. A guest that
	 * calls before it was called begins with 1, too.
	 */
	uint32_t depth;
	/* Calls of the guest: what the caller gave in struct vmm_call; NULL: nothing. */
	const struct vspan_trace_context *context;
	/*
	 * When it has ended: 0 and the function's status, or the negative errno that
	 * vmm_call() returns.
	 */
	int outcome;
	uint32_t status;
};

/*
 * Called on the vCPU's own thread, with the vCPU stopped. Any may be NULL.
 * `gone` is the last call for a vCPU: it will not run again, unless `restart`
 * follows. Its reason is the vCPU's own (KILLED, CANCELLED; HALT: nothing can wake
 * it), else what ended the VM. A ring index is what the guest said, unchecked.
 *
 * Calls come as a bracket each, well nested: guest_call when the vCPU is about to be
 * entered for a function of the guest, guest_return when it left after that (or was
 * stopped in it); host_call when it left for a function of the host, host_return
 * when it is about to be entered again. Every bracket is closed, before `gone`.
 * `ready` says that the guest has nothing to do until the next guest_call, at its boot or
 * when it was restored; a guest_return of depth 1 says the same.
 *
 * `restart` alone is called on another thread: no vCPU runs, each is gone, and
 * the guest's memory is what it was at its boot, or at a snapshot. What it writes to its
 * rings from now on is a new life. 0, or a negative errno: it cannot be traced any
 * more, and is not started.
 */
struct vmm_observer {
	void *data;
	void (*hello)(void *data, uint32_t cpu);
	void (*full)(void *data, uint32_t cpu, uint32_t ring);
	void (*flush)(void *data, uint32_t cpu, uint32_t ring);
	void (*halt)(void *data, uint32_t cpu);
	void (*gone)(void *data, uint32_t cpu, enum vmm_exit reason);
	void (*ready)(void *data, uint32_t cpu);
	void (*guest_call)(void *data, uint32_t cpu, const struct vmm_call_note *note);
	void (*guest_return)(void *data, uint32_t cpu, const struct vmm_call_note *note);
	void (*host_call)(void *data, uint32_t cpu, const struct vmm_call_note *note);
	void (*host_return)(void *data, uint32_t cpu, const struct vmm_call_note *note);
	int (*restart)(void *data, struct vspan_error *error);
};

struct vmm_options {
	const char *elf_path;
	const char *arguments; /* for the guest, joined by blanks; NULL: none */
	uint32_t cpu_count;    /* 1..VMM_CPUS_MAX */
	uint64_t ram_size;     /* bytes; a multiple of 2 MiB */
	void *region;          /* mapping shared with the guest */
	uint64_t region_size;  /* multiple of the page size */
	uint64_t host_size;    /* first bytes of it: read-only for the guest */
	const struct vmm_observer *observer;
	int console_fd;         /* where guest console bytes go; -1: dropped */
	bool kill;              /* stop `kill_cpu` dead ... */
	uint32_t kill_cpu;      /* ... (all vCPUs if >= cpu_count) ... */
	uint64_t kill_after_ns; /* ... this long after the first hello */
	uint64_t deadline_ns;   /* end the VM after this long, 0: never */
};

struct vmm_result {
	int status;                     /* the guest's exit status, or -1 if it never said one */
	enum vmm_exit reason;           /* what ended the VM */
	uint64_t exits[VMM_EXIT_COUNT]; /* all vCPUs together */
	bool timed_out;                 /* the deadline ended the VM */
	uint64_t run_ns;                /* wall time of vmm_run() */
	bool reported;
	struct vspan_microvm_report report; /* validated copy: names NUL-terminated, printable */
};

struct vmm;

/* Opens KVM, builds the VM, loads the ELF. Returns 0 or a negative errno with *error filled. */
int vmm_create(const struct vmm_options *options, struct vmm **out, struct vspan_error *error);

/*
 * guest counter = host counter + offset, as KVM reports it (KVM_VCPU_TSC_OFFSET,
 * else measured). `*error_ticks` bounds its error.
 */
int64_t vmm_counter_offset(const struct vmm *vmm, uint64_t *error_ticks);

/*
 * Runs all vCPUs until the VM ends, and again each time the guest reboots. Returns 0 if that is how
 * the guest or the options wanted it, or a negative errno with *error saying what the guest did
 * (then with reason ERROR, HOST_PAGE, or SHUTDOWN with status -1 for a triple fault). *result is
 * filled in any case. If a thread cannot be made, no vCPU runs and the observer is not called.
 */
int vmm_run(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error);

/*
 * Stops a vCPU where it stands; it does not enter the guest again in this life.
 * From any thread or signal handler, until vmm_destroy(). No such vCPU: does nothing.
 */
void vmm_kill(struct vmm *vmm, uint32_t cpu);

/* Of a VM that does not run (never started, or stopped). NULL is fine. */
void vmm_destroy(struct vmm *vmm);

/* ------------------------------------------------------------ function calls */

#define VMM_FUNCTIONS_MAX 64u
#define VMM_CPU_ANY UINT32_MAX

/* A call of a host function. What it points at is private to the host, and constant meanwhile. */
struct vmm_host_call {
	struct vmm *vmm;
	uint32_t cpu;
	const void *arguments; /* a copy, aligned for any type */
	uint32_t arguments_size;
	uint32_t depth;           /* see struct vmm_call_note */
	void *result;             /* room for the result... */
	uint32_t result_capacity; /* ...as much as the guest has for it */
	uint32_t result_size;     /* the function sets it; 0 on entry */
};

/*
 * Runs on the vCPU's thread while that is stopped, and may call vmm_call(). Returns a
 * status: VSPAN_MICROVM_CALL_OK, or one of its own from VSPAN_MICROVM_CALL_OWN on.
 */
typedef uint32_t (*vmm_host_function)(void *data, struct vmm_host_call *call);

/*
 * Lets the guest call `function` by that name (printable ASCII, shorter than
 * VSPAN_MICROVM_CALL_NAME; copied). Before vmm_start(). 0; -EINVAL: no such name can
 * be; -EEXIST; -ENOSPC.
 */
int vmm_function_add(struct vmm *vmm, const char *name, vmm_host_function function, void *data);

/* A call of a guest function. */
struct vmm_call {
	uint32_t cpu; /* VMM_CPU_ANY: one that is ready */
	const char *function;
	const void *arguments;
	uint32_t arguments_size;
	void *result;
	uint32_t result_capacity;
	uint64_t timeout_ns; /* 0: none */
	const struct vspan_trace_context
		*context;     /* of the caller, for the observer; may be NULL */
	uint32_t result_size; /* filled on return 0 */
	uint32_t status;      /* likewise: VSPAN_MICROVM_CALL_* */
};

/*
 * Calls a function of the guest and waits for its end. From any thread, several
 * at once; a vCPU runs one at a time, others wait for it to be ready. Inside of a
 * host function, a call of the vCPU that called it (VMM_CPU_ANY is that one)
 * runs at once, nested; one of another vCPU waits, and two that wait for each other
 * wait for their timeouts.
 *
 * 0: the function returned, `status` tells how. Otherwise *error (may be NULL) has
 * a text:
 *   -ETIMEDOUT        no result within timeout_ns. If it had begun, the vCPU was
 *                     stopped where it stood, with all calls it is in
 *   -ECANCELED        likewise, by vmm_cancel(), vmm_kill(), or the timeout of
 *                     another call it is in
 *   -ENOTRECOVERABLE  the vCPU was stopped like that before: restore or reset the VM
 *   -ESHUTDOWN        the VM has ended, or is not started
 *   -E2BIG, -EMSGSIZE arguments or result do not fit into what the other side has
 *                     for it; the vCPU is as before
 *   -ELOOP            nested too deep
 *   -EINVAL           no such vCPU, or the function's name cannot be one
 */
int vmm_call(struct vmm *vmm, struct vmm_call *call, struct vspan_error *error);

/* Cancels all calls vCPU `cpu` is in, if any. Any thread, while the VM is not stopped. */
void vmm_cancel(struct vmm *vmm, uint32_t cpu);

/* Starts the vCPUs' threads. 0, or a negative errno with *error filled: nothing runs. */
int vmm_start(struct vmm *vmm, struct vspan_error *error);

/*
 * Stops every vCPU where it stands, if the VM has not ended by itself, and waits
 * for their threads. Calls under way return. *result (may be NULL) is that of the
 * life since vmm_start(), exits are counted on. Returns as vmm_run().
 */
int vmm_stop(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error);

/* Waits until the VM has ended by itself (a reboot is an end here); then as vmm_stop(). */
int vmm_await(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error);

/* ---------------------------------------------------------------- other lives */

struct vmm_snapshot;

/*
 * Keeps RAM and vCPUs as they are; what is in the region, and the counter, go on and are
 * no part of it. The VM is started and every vCPU is ready, no call under way or waiting;
 * else -EBUSY. The caller owns *out. May outlive the VM.
 */
int vmm_snapshot_take(struct vmm *vmm, struct vmm_snapshot **out, struct vspan_error *error);

void vmm_snapshot_destroy(struct vmm_snapshot *snapshot);

/*
 * Goes back to a snapshot of this VM, or of one built with the same image, options
 * and size of region; or to its boot. Stops the VM if it is started, whatever its
 * vCPUs do, has the observer `restart`, and starts it again. On failure the VM is
 * stopped. 0, or a negative errno with *error filled. No call may be waiting.
 */
int vmm_restore(struct vmm *vmm, const struct vmm_snapshot *snapshot, struct vspan_error *error);
int vmm_reset(struct vmm *vmm, struct vspan_error *error);

/* 0 if this machine can run guests; else a negative errno and a text with the remedy. */
int vmm_probe(struct vspan_error *error);

#endif /* VSPAN_VMM_H */
