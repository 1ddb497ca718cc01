/* SPDX-License-Identifier: MIT */
/* port-inline.h - hot path for benchmarks: a thread-local ring number, the TSC. */
#ifndef VSPAN_PORT_INLINE_H
#define VSPAN_PORT_INLINE_H

#include <vspan/arch.h>
#include <vspan/port.h>

extern __thread uint32_t thread_port_ring;

static inline uint32_t vspan_port_ring_inline(void)
{
	return thread_port_ring;
}

static inline uint64_t vspan_port_counter_inline(void)
{
	return vspan_arch_counter();
}

#endif /* VSPAN_PORT_INLINE_H */
