/* SPDX-License-Identifier: MIT */
/* process.h - what the files of the process port share. */
#ifndef VSPAN_PROCESS_PORT_H
#define VSPAN_PROCESS_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/guest.h>
#include <vspan/process.h>

/*
 * The writer of threads without a ring. Never a ring's, so that a region with
 * more rings than that has some nobody leases.
 */
#define PROCESS_NO_RING (VSPAN_WRITERS_MAX - 1u)

/* In find.c: the region as mapped, NULL before vspan_attach(), without one and after a fork. */
extern const struct vspan_abi_region *process_region;

static inline const struct vspan_abi_control *process_control(void)
{
	return (const void *)((const char *)process_region + process_region->control_offset);
}

/* In find.c: sets process_region. NULL: no region. */
void *process_find(uint64_t *size);

/* In lease.c: from now on threads lease rings: once the writers are attached. */
void process_lease_start(uint32_t ring_count);

/* In lease.c: makes all writers drop what they get: in the child of a fork. */
void process_lease_stop(void);

/* In wait.c: waits until the host drained `ring`, for a reason of port.h; bounded. */
void process_wait_drained(uint32_t reason, uint32_t ring);

/* In wait.c: waits until the host has set the enable bytes; bounded. */
void process_wait_hello(void);

#endif /* VSPAN_PROCESS_PORT_H */
