/* SPDX-License-Identifier: MIT */
/*
 * port.c - the four functions of port.h for an ordinary process. The region is
 * found in find.c, rings are leased in lease.c, and since there is no doorbell,
 * turning to the host means waiting for it a while: wait.c.
 */
#include <errno.h>
#include "process.h"

uint64_t vspan_port_counter(void)
{
	return vspan_arch_counter();
}

void *vspan_port_map(uint64_t *size)
{
	return process_find(size);
}

/* The hello is the last step of an attach: the writers are there to be leased. */
void vspan_port_notify(uint32_t reason, uint32_t ring)
{
	int before = errno;

	if (process_region == NULL)
		return;
	if (reason == VSPAN_NOTIFY_HELLO) {
		process_lease_start(process_region->ring_count);
		process_wait_hello();
	} else {
		process_wait_drained(reason, ring);
	}
	errno = before;
}
