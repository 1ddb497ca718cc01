/* SPDX-License-Identifier: MIT */
/*
 * apic.h - the local interrupt controller of each processor: it starts the others
 * and sends them NMIs, and its timer says how fast the time stamp counter runs.
 */
#ifndef VSPAN_QEMU_APIC_H
#define VSPAN_QEMU_APIC_H

#include <stdint.h>

/* On each processor, before it takes interrupts. */
void apic_enable(void);

/*
 * Measures the time stamp counter for 10 ms; on the first processor, before it
 * starts others. Returns ticks per second.
 */
uint64_t apic_calibrate(void);

/* Sends all other processors to `address`, a page below 1 MiB, in 16-bit mode. */
void apic_start_others(uint32_t address);

/* Sends all other processors an NMI. One store: handlers may do it, too. */
void apic_nmi_others(void);

#endif /* VSPAN_QEMU_APIC_H */
