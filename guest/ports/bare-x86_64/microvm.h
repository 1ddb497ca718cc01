/* SPDX-License-Identifier: MIT */
/*
 * microvm.h - what a bare-metal guest asks of its machine, as functions: its
 * console, its timer, its report, its end. Each port has a machine.c behind them:
 * the one beside this file asks the micro-VM.
 */
#ifndef VSPAN_BARE_MICROVM_H
#define VSPAN_BARE_MICROVM_H

#include <stdint.h>
#include <vspan/microvm.h>

/*
 * The guest's own entry, called on each vCPU with interrupts off. A vCPU that
 * returns from it is gone for ever; microvm_exit() ends the whole VM.
 */
void guest_main(const struct vspan_microvm_boot *boot);

/* Text on the host's console, a line at a time per vCPU. */
void microvm_console_put(char byte);
void microvm_console_write(const char *text);
void microvm_console_write_hex(uint64_t number);
void microvm_console_write_number(uint64_t number);

/* Starts an empty report; the structure must lie below 4 GiB, as all of a guest's RAM does. */
void microvm_report_start(struct vspan_microvm_report *report);

/* Adds a count under a name of printable ASCII; a long name is cut, an entry too many dropped. */
void microvm_report_add(struct vspan_microvm_report *report, const char *name, uint64_t value);

/* A 32-bit port write, as all of the micro-VM's ports take. */
static inline void microvm_out(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "d"(port) : "memory");
}

/* Hands the report to the host. */
void microvm_report(const struct vspan_microvm_report *report);

/* This vCPU's timer interrupt, every `period_us` microseconds; 0: off. */
void microvm_timer_set(uint32_t period_us);

static inline void microvm_interrupts_enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void microvm_interrupts_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

/*
 * Sleeps until the next interrupt has been handled; returns with interrupts
 * off. `sti` takes effect after the instruction that follows it, so an
 * interrupt that is already due cannot slip in before the `hlt`: call with
 * interrupts off, after checking what is waited for.
 */
static inline void microvm_halt(void)
{
	__asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

/* This vCPU stops for ever; the VM goes on without it. */
static inline _Noreturn void microvm_stop(void)
{
	for (;;)
		__asm__ volatile("cli\n\thlt" : : : "memory");
}

/* The micro-VM alone: the whole VM starts again from its image. */
_Noreturn void microvm_reboot(void);

/* Ends the whole VM with a status of 0..255. */
_Noreturn void microvm_exit(uint32_t status);

#endif /* VSPAN_BARE_MICROVM_H */
