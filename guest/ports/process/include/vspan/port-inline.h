/* SPDX-License-Identifier: MIT */
/*
 * port-inline.h - the process port's hot path: the ring is a thread's own word,
 * leased on first use (lease.c); the counter is the TSC.
 */
#ifndef VSPAN_PORT_INLINE_H
#define VSPAN_PORT_INLINE_H

#include <vspan/arch.h>
#include <vspan/port.h>

#ifdef __cplusplus
extern "C" {
#endif

/* This thread's ring + 1, 0: none leased yet. Allocated with the thread, for handlers. */
extern __thread uint32_t vspan_process_lease __attribute__((tls_model("initial-exec")));

static inline uint32_t vspan_port_ring_inline(void)
{
	uint32_t lease = vspan_process_lease;

	return __builtin_expect(lease != 0, 1) ? lease - 1 : vspan_port_ring();
}

static inline uint64_t vspan_port_counter_inline(void)
{
	return vspan_arch_counter();
}

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_PORT_INLINE_H */
