/* SPDX-License-Identifier: MIT */
/*
 * vmm.h - a micro-VM on /dev/kvm: loads a freestanding ELF, runs its vCPUs as
 * threads, and tells an observer about the exits that concern tracing. It knows
 * the region only as memory to map; the consumer is behind the observer.
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
	VMM_EXIT_COUNT
};

/* A name in lower case, "full", "flush"... */
const char *vmm_exit_name(enum vmm_exit exit);

/*
 * Called on the vCPU's own thread, with the vCPU stopped. Any may be NULL.
 * `gone` is the last call for a vCPU: it will never run again. Its reason is the
 * vCPU's own (KILLED; HALT: nothing can wake it), else what ended the VM. A ring
 * index is what the guest said, unchecked.
 */
struct vmm_observer {
	void *data;
	void (*hello)(void *data, uint32_t cpu);
	void (*full)(void *data, uint32_t cpu, uint32_t ring);
	void (*flush)(void *data, uint32_t cpu, uint32_t ring);
	void (*halt)(void *data, uint32_t cpu);
	void (*gone)(void *data, uint32_t cpu, enum vmm_exit reason);
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
 * Runs all vCPUs until the VM ends; once per VM. Returns 0 if that is how the
 * guest or the options wanted it, or a negative errno with *error saying what
 * the guest did (then with reason ERROR, HOST_PAGE, or SHUTDOWN with status -1
 * for a triple fault). *result is filled in any case. If a thread cannot be
 * made, no vCPU runs and the observer is not called.
 */
int vmm_run(struct vmm *vmm, struct vmm_result *result, struct vspan_error *error);

/*
 * Stops a vCPU where it stands; it never enters the guest again. From any
 * thread or signal handler, until vmm_destroy(). No such vCPU: does nothing.
 */
void vmm_kill(struct vmm *vmm, uint32_t cpu);

void vmm_destroy(struct vmm *vmm);

/* 0 if this machine can run guests; else a negative errno and a text with the remedy. */
int vmm_probe(struct vspan_error *error);

#endif /* VSPAN_VMM_H */
