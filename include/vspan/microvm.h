/* SPDX-License-Identifier: MIT */
/*
 * microvm.h - the contract between `vspan run` and the bare-metal guest it
 * boots: the machine a guest wakes up in, and the ports it may use.
 *
 * Every vCPU starts at the ELF entry point in 64-bit mode, interrupts off, with
 *   rdi = guest-physical address of struct vspan_microvm_boot (one per vCPU)
 *   rsp = top of its own stack, 16-byte aligned
 * Memory is mapped one to one: RAM at 0, the vspan region at region_address.
 * SSE is usable. The GDT has 64-bit code at selector 8, data at 16.
 *
 * The ports VSPAN_MICROVM_PORT_BASE..+0xf are reserved for ever: numbers are
 * never reused, so old guests keep running on new hosts. All are 32-bit OUTs.
 */
#ifndef VSPAN_MICROVM_H
#define VSPAN_MICROVM_H

#include <stdint.h>
#include <vspan/abi.h>

#define VSPAN_MICROVM_MAGIC UINT64_C(0x4d56524d4e415053) /* "SPANMRVM" */

#define VSPAN_MICROVM_PORT_BASE 0x5650u
/* value: ring index. Returns after the host made room, or could not in time. */
#define VSPAN_MICROVM_PORT_FULL 0x5650u
/* value: ring index. Returns when the host has seen all that was published. */
#define VSPAN_MICROVM_PORT_FLUSH 0x5651u
/* value: 0. The hello and the call sites are published; returns when enable bytes are set. */
#define VSPAN_MICROVM_PORT_HELLO 0x5652u
/* value: exit status 0-255. The whole VM ends; does not return. */
#define VSPAN_MICROVM_PORT_EXIT 0x5653u
/* value: guest-physical address (below 4 GiB) of a struct vspan_microvm_report. */
#define VSPAN_MICROVM_PORT_REPORT 0x5654u
/* value: period of this vCPU's timer interrupt in microseconds, 0: off. */
#define VSPAN_MICROVM_PORT_TIMER 0x5655u
/* value: one byte of console output. */
#define VSPAN_MICROVM_PORT_CONSOLE 0x5656u
/* value: guest-physical address (below 4 GiB) of a struct vspan_microvm_call, see there. */
#define VSPAN_MICROVM_PORT_CALL 0x5657u
/* value: 0. All vCPUs stop, the VM starts again from its image; does not return. */
#define VSPAN_MICROVM_PORT_REBOOT 0x5658u

/* The vector of the timer interrupt. There is no interrupt controller to acknowledge. */
#define VSPAN_MICROVM_TIMER_VECTOR 0x20u

#define VSPAN_MICROVM_ARGUMENTS 256u

struct vspan_microvm_boot {
	uint64_t magic;
	uint32_t struct_size;
	uint32_t cpu;
	uint32_t cpu_count;
	uint32_t reserved0;
	uint64_t ram_size;
	uint64_t region_address;
	uint64_t region_size;
	uint64_t reserved1[2];
	char arguments[VSPAN_MICROVM_ARGUMENTS]; /* of the command line, joined by blanks */
};
VSPAN_ABI_SIZE(vspan_microvm_boot, 320);
VSPAN_ABI_OFFSET(vspan_microvm_boot, region_address, 32);
VSPAN_ABI_OFFSET(vspan_microvm_boot, arguments, 64);

/*
 * What a guest counted by itself, for comparison with what arrived. The host
 * copies and prints it; at most VSPAN_MICROVM_REPORT_ENTRIES entries.
 */
#define VSPAN_MICROVM_REPORT_ENTRIES 64u
#define VSPAN_MICROVM_REPORT_NAME 24u

struct vspan_microvm_report_entry {
	char name[VSPAN_MICROVM_REPORT_NAME];
	uint64_t value;
};
VSPAN_ABI_SIZE(vspan_microvm_report_entry, 32);

struct vspan_microvm_report {
	uint32_t struct_size;
	uint32_t entry_count;
	uint64_t reserved[3];
	struct vspan_microvm_report_entry entries[VSPAN_MICROVM_REPORT_ENTRIES];
};
VSPAN_ABI_SIZE(vspan_microvm_report, 2080);
VSPAN_ABI_OFFSET(vspan_microvm_report, entries, 32);

/*
 * FUNCTION CALLS
 *
 * Host and guest call functions of each other, by name. All that passes between
 * them is messages of this one kind, in the guest's memory: a vCPU hands one over
 * by VSPAN_MICROVM_PORT_CALL, and when that OUT returns, the host has put its
 * answer in the same place.
 *
 *   the guest hands over        the OUT returns with
 *   READY                       CALL: a function of the guest to run
 *   RETURN of what it ran       CALL: the next one; or, if it ran inside of a call of
 *                               its own: that call's RETURN, or another CALL
 *   CALL: a function of the     RETURN of it; or CALL: a function of the guest to run
 *   host to run                 first, on behalf of the host's
 *
 * So a guest that called waits for its RETURN in a loop, in which it runs what
 * it is asked to; calls nest on its own stack, as deep as the host allows
 * (VSPAN_MICROVM_CALL_DEPTH). A RETURN is always that of the innermost call. A
 * vCPU that is READY sleeps until it is called. A guest may call the host before
 * it is READY, too. Each vCPU has calls of its own.
 *
 * A message that breaks these rules ends the VM.
 */

/* vspan_microvm_call.kind */
#define VSPAN_MICROVM_CALL_READY 1u
#define VSPAN_MICROVM_CALL_CALL 2u
#define VSPAN_MICROVM_CALL_RETURN 3u

/*
 * vspan_microvm_call.status of a RETURN. Numbers from CALL_OWN on are the
 * function's own; those below say why it did not run, or what became of its result.
 */
#define VSPAN_MICROVM_CALL_OK 0u
#define VSPAN_MICROVM_CALL_UNKNOWN 1u /* there is no function of that name */
#define VSPAN_MICROVM_CALL_DEEP 2u    /* too many calls are under way */
#define VSPAN_MICROVM_CALL_LARGE 3u   /* arguments or result do not fit */
#define VSPAN_MICROVM_CALL_FAILED 4u  /* it could not be carried out */
#define VSPAN_MICROVM_CALL_OWN 16u

/* Functions of the guest that may be under way at once on one vCPU. */
#define VSPAN_MICROVM_CALL_DEPTH 16u
#define VSPAN_MICROVM_CALL_NAME 48u
#define VSPAN_MICROVM_CALL_SIZE_MAX (UINT32_C(1) << 20)

/*
 * `size` bytes at guest-physical address `data` are arguments or result; what
 * they mean is between caller and function. The host stores its own there, at
 * most `capacity`. Both lie in RAM.
 */
struct vspan_microvm_call {
	uint32_t struct_size;
	uint32_t kind;
	uint32_t status; /* of a RETURN */
	uint32_t size;
	uint32_t capacity; /* the guest's word; the host leaves it */
	uint32_t reserved0;
	uint64_t data; /* likewise */
	uint64_t reserved1[6];
	char function[VSPAN_MICROVM_CALL_NAME]; /* of a CALL: printable ASCII, NUL-terminated */
};
VSPAN_ABI_SIZE(vspan_microvm_call, 128);
VSPAN_ABI_OFFSET(vspan_microvm_call, data, 24);
VSPAN_ABI_OFFSET(vspan_microvm_call, function, 80);

#endif /* VSPAN_MICROVM_H */
