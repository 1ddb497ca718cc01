/* SPDX-License-Identifier: MIT */
/* thread-port.c - see thread-port.h. */
#include "thread-port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "region.h"

struct thread_port thread_port;
__thread uint32_t thread_port_ring;

uint32_t vspan_port_ring(void)
{
	return thread_port_ring;
}

uint64_t vspan_port_counter(void)
{
	if (thread_port.stamped != NULL)
		thread_port.stamped();
	if (thread_port.count != NULL)
		return thread_port.count();
	return thread_port.counter != 0 ? thread_port.counter++ : vspan_arch_counter();
}

void vspan_port_notify(uint32_t reason, uint32_t ring)
{
	if (thread_port.notify != NULL)
		thread_port.notify(reason, ring);
}

void *vspan_port_map(uint64_t *size)
{
	*size = thread_port.size;
	return thread_port.base;
}

void thread_port_attach(struct vspan_region *region)
{
	uint32_t i;

	memset(vspan_writers, 0, sizeof(vspan_writers));
	thread_port.base = vspan_region_base(region);
	thread_port.size = vspan_region_size(region);
	if (vspan_attach("test") != VSPAN_ATTACH_OK) {
		fputs("thread port: the guest library refused the region\n", stderr);
		abort();
	}
	for (i = 0; i < region->geometry.site_capacity; i++)
		region_enable_site(region, i, true);
}
