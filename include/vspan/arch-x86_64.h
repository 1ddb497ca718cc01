/* SPDX-License-Identifier: MIT */
/* arch-x86_64.h - the functions of arch.h for x86-64. Included by arch.h alone. */
#ifndef VSPAN_ARCH_X86_64_H
#define VSPAN_ARCH_X86_64_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A single instruction without a lock prefix: no interrupt comes in its middle. */
static inline uint64_t vspan_arch_fetch_add_local(uint64_t *word, uint64_t add)
{
	__asm__ volatile("xaddq %0, %1" : "+r"(add), "+m"(*word) : : "memory", "cc");
	return add;
}

static inline void vspan_arch_increment_local(uint64_t *word)
{
	__asm__ volatile("incq %0" : "+m"(*word) : : "memory", "cc");
}

/* An exchange is locked on x86 whatever one writes; it is for slow paths only. */
static inline uint64_t vspan_arch_exchange_local(uint64_t *word, uint64_t value)
{
	__asm__ volatile("xchgq %0, %1" : "+r"(value), "+m"(*word) : : "memory");
	return value;
}

/* The time stamp counter. Not serialising: ordering within a vCPU is by position. */
static inline uint64_t vspan_arch_counter(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* The counter is not read before earlier loads are done. For slow paths. */
static inline void vspan_arch_counter_barrier(void)
{
	__asm__ volatile("lfence" : : : "memory");
}

/* x86 keeps stores in program order; the compiler must as well. */
static inline void vspan_arch_store_store_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_ARCH_X86_64_H */
