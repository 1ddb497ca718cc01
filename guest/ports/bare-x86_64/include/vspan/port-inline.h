/* SPDX-License-Identifier: MIT */
/*
 * port-inline.h - the bare-metal x86-64 port's hot path: the ring index lies at
 * gs:0 of each vCPU (port.c), the counter is the TSC.
 */
#ifndef VSPAN_PORT_INLINE_H
#define VSPAN_PORT_INLINE_H

#include <vspan/arch.h>
#include <vspan/port.h>

static inline uint32_t vspan_port_ring_inline(void)
{
	uint32_t ring;

	__asm__("movl %%gs:0, %0" : "=r"(ring));
	return ring;
}

static inline uint64_t vspan_port_counter_inline(void)
{
	return vspan_arch_counter();
}

#endif /* VSPAN_PORT_INLINE_H */
