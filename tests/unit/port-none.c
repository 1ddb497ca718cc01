/* SPDX-License-Identifier: MIT */
/*
 * port-none.c - a port without a region, for unit tests of guest code on the
 * host: every verb of guest.h is a no-op then.
 */
#include <stddef.h>
#include <vspan/port.h>

uint32_t vspan_port_ring(void)
{
	return 0;
}

uint64_t vspan_port_counter(void)
{
	return 0;
}

void vspan_port_notify(uint32_t reason, uint32_t ring)
{
	(void)reason;
	(void)ring;
}

void *vspan_port_map(uint64_t *size)
{
	*size = 0;
	return NULL;
}
