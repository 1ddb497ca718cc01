/* SPDX-License-Identifier: MIT */
/*
 * arch.h - what the ring needs of the processor, for x86-64. Another
 * architecture brings a file of this name and these functions.
 *
 * "Local" operations are single instructions without a lock prefix: atomic
 * against interrupts and signals on this CPU, not against other CPUs. Only a
 * ring's own vCPU uses them on its words, so that is all it takes, and a locked
 * one would cost more than the rest of the record.
 */
#ifndef VSPAN_ARCH_H
#define VSPAN_ARCH_H

#include <stdint.h>

#if !defined(__x86_64__)
#error "vspan has no arch.h for this processor yet: x86-64 only"
#endif

#ifdef __cplusplus
extern "C" {
#endif

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

/* The time stamp counter, in ticks. Not serialising: ordering within a vCPU is by position. */
static inline uint64_t vspan_arch_counter(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* x86 keeps stores in program order; the compiler must as well. */
static inline void vspan_arch_store_store_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_ARCH_H */
