/* SPDX-License-Identifier: MIT */
/*
 * arch-aarch64.h - the functions of arch.h for 64-bit Arm. Included by arch.h alone.
 *
 * Local updates are a load-exclusive and a store-exclusive, of ARMv8.0. The exception
 * return from whatever came in between clears the CPU's exclusive monitor, so the
 * store fails and the update starts again: to interrupts and signals it is one
 * instruction. Other CPUs only read these words, which disturbs nothing. The atomic
 * add of ARMv8.1 would do as well, but has to be asked for when compiling, or would
 * be a call into the compiler's library that a freestanding guest may not have.
 */
#ifndef VSPAN_ARCH_AARCH64_H
#define VSPAN_ARCH_AARCH64_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline uint64_t vspan_arch_fetch_add_local(uint64_t *word, uint64_t add)
{
	uint64_t before, after;
	uint32_t failed;

	__asm__ volatile("1:	ldxr	%0, %3\n"
			 "	add	%1, %0, %4\n"
			 "	stxr	%w2, %1, %3\n"
			 "	cbnz	%w2, 1b"
			 : "=&r"(before), "=&r"(after), "=&r"(failed), "+Q"(*word)
			 : "r"(add)
			 : "memory");
	return before;
}

static inline void vspan_arch_increment_local(uint64_t *word)
{
	(void)vspan_arch_fetch_add_local(word, 1);
}

static inline uint64_t vspan_arch_exchange_local(uint64_t *word, uint64_t value)
{
	uint64_t before;
	uint32_t failed;

	__asm__ volatile("1:	ldxr	%0, %2\n"
			 "	stxr	%w1, %3, %2\n"
			 "	cbnz	%w1, 1b"
			 : "=&r"(before), "=&r"(failed), "+Q"(*word)
			 : "r"(value)
			 : "memory");
	return before;
}

/*
 * The virtual counter, which EL0 may read where the kernel lets it (Linux does). The
 * processor may read it ahead of instructions before it, a previous reading among
 * them, and an end must not be earlier than its begin: the isb makes it wait. Its
 * ticks are coarser than instructions (1 GHz from ARMv8.6 on, before often 25 to
 * 100 MHz): records that follow each other often carry the same one, and the reader
 * keeps those in the order of their positions.
 */
static inline uint64_t vspan_arch_counter(void)
{
	uint64_t ticks;

	__asm__ volatile("isb\n\tmrs	%0, cntvct_el0" : "=r"(ticks) : : "memory");
	return ticks;
}

/*
 * The counter is not read before earlier loads are done. For slow paths: the dsb waits
 * for the loads, the isb of vspan_arch_counter() keeps the reading behind the dsb.
 */
static inline void vspan_arch_counter_barrier(void)
{
	__asm__ volatile("dsb	ishld" : : : "memory");
}

/* Seen in that order by all CPUs that share memory as those of one system do. */
static inline void vspan_arch_store_store_barrier(void)
{
	__asm__ volatile("dmb	ishst" : : : "memory");
}

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_ARCH_AARCH64_H */
