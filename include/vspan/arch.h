/* SPDX-License-Identifier: MIT */
/*
 * arch.h - what the ring needs of the processor. Each has a header of its own, chosen
 * here and nowhere else; another one brings these functions:
 *
 *   vspan_arch_fetch_add_local()   adds to a word, returns what it was
 *   vspan_arch_increment_local()   adds 1
 *   vspan_arch_exchange_local()    stores, returns what was there
 *   vspan_arch_counter()           ticks of a counter of constant frequency, the same
 *                                  on all CPUs; never less than an earlier reading of
 *                                  this CPU
 *   vspan_arch_counter_barrier()   loads before it are done before the counter is read
 *                                  after it
 *   vspan_arch_store_store_barrier()  stores before it are seen before those after it
 *
 * "Local" operations are atomic against interrupts and signals on this CPU, not
 * against other CPUs. Only a ring's own vCPU uses them on its words, so that is all it
 * takes, and one for all CPUs would cost more than the rest of the record. Each also
 * keeps the compiler from moving memory accesses across it.
 */
#ifndef VSPAN_ARCH_H
#define VSPAN_ARCH_H

#if defined(__x86_64__)
#include <vspan/arch-x86_64.h>
#elif defined(__aarch64__)
#include <vspan/arch-aarch64.h>
#else
#error "vspan has no arch.h for this processor yet: x86-64 and aarch64 only"
#endif

#endif /* VSPAN_ARCH_H */
