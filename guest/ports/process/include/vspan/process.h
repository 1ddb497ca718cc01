/* SPDX-License-Identifier: MIT */
/*
 * process.h - an ordinary Linux process as a guest. Nothing here is needed but
 * vspan_attach() of guest.h: the region comes from the environment, threads get
 * their rings by themselves.
 *
 *   VSPAN_REGION=PATH          a region in a file, or
 *   VSPAN_REGION_FD=N          one behind an inherited descriptor
 *   VSPAN_FULL_TIMEOUT_MS=N    longest wait for room or for a flush (100)
 *   VSPAN_HELLO_TIMEOUT_MS=N   longest wait for the host's answer at attach (100)
 *
 * Without a region vspan_attach() returns VSPAN_ATTACH_ABSENT and every verb
 * stays a no-op. A region serves one run of one program: a second process that
 * finds it in its environment stays without.
 *
 * A thread leases a ring with its first record and gives it back when it ends;
 * it should have ended its spans by then, for the next thread on that ring would
 * continue below them. After fork() the child is detached for good: its verbs do
 * nothing. (A child made by the bare system call, past the C library, must not
 * use them.)
 *
 * The same program in a Linux inside a VM is linked with the Linux port instead
 * (pkg-config vspan-linux), and shares the VM's region with others:
 *
 *   VSPAN_PCI=0000:00:04.0     the ivshmem device to take, if several have a region
 *
 * Without any of these variables it takes the device that has a region. A region
 * serves any number of programs there, at once and one after another, until its
 * rings are taken; the ring of a process that was killed is taken over. The child
 * of a fork may call vspan_attach() again. doc/linux-guest.md tells more.
 */
#ifndef VSPAN_PROCESS_H
#define VSPAN_PROCESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Before vspan_attach(): takes this mapping of a region instead; page-aligned, it stays. */
void vspan_process_use(void *base, uint64_t size);

/* Why vspan_attach() returned VSPAN_ATTACH_ABSENT although a region was named; NULL: no reason. */
const char *vspan_process_problem(void);

/*
 * Rings this process has taken over from dead ones, each by a record beyond those of
 * its verbs. Always 0 where processes do not share a region.
 */
uint32_t vspan_process_reclaimed(void);

/* Threads so far that found every ring taken: their records are dropped, nowhere else counted. */
uint32_t vspan_process_ringless(void);

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_PROCESS_H */
