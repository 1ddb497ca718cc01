/* SPDX-License-Identifier: MIT */
/* port-inline.h - hot-path forms of the port's functions, for ports without faster ones. */
#ifndef VSPAN_PORT_INLINE_H
#define VSPAN_PORT_INLINE_H

#include <vspan/port.h>

static inline uint32_t vspan_port_ring_inline(void)
{
	return vspan_port_ring();
}

static inline uint64_t vspan_port_counter_inline(void)
{
	return vspan_port_counter();
}

#endif /* VSPAN_PORT_INLINE_H */
