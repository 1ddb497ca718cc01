/* SPDX-License-Identifier: MIT */
/*
 * guest.h - a guest under qemu-system-x86_64 as a child process, with a region in a
 * file, as test-qemu.c needs them.
 */
#ifndef VSPAN_TESTS_QEMU_GUEST_H
#define VSPAN_TESTS_QEMU_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <vspan/host.h>

struct guest {
	bool process;       /* no QEMU: a process of this machine, which the test starts itself */
	const char *elf;    /* or a Linux kernel */
	const char *initrd; /* of a Linux, else NULL */
	const char *memory_mb; /* NULL: 64 */
	const char *machine;   /* QEMU's -machine */
	const char *arguments; /* of the guest */
	struct vspan_region_options options;
	char path[64]; /* of the region */
	struct vspan_region *region;
	pid_t pid;
	int console;      /* reading end of its serial port */
	char text[16384]; /* what came from there */
};

/* True if there is a QEMU to start; prints why not. */
bool guest_possible(void);

/* Creates the region, every call site enabled. False: printed why. */
bool guest_create(struct guest *guest);

/* Starts QEMU. False: printed why. */
bool guest_start(struct guest *guest);

/*
 * Collects the console until QEMU ends, kills it after `seconds`. Returns the exit
 * status of the guest, or -1 if QEMU ended otherwise (printed how).
 */
int guest_wait(struct guest *guest, int seconds);

/* SIGKILL, at whatever instruction QEMU is. */
void guest_kill(struct guest *guest);

/* A count of the guest's own report; UINT64_MAX if it said none of that name. */
uint64_t guest_reported(const struct guest *guest, const char *name);

/* Closes the region and removes its file. */
void guest_destroy(struct guest *guest);

#endif /* VSPAN_TESTS_QEMU_GUEST_H */
