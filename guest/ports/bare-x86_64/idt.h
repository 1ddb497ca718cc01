/* SPDX-License-Identifier: MIT */
/*
 * idt.h - interrupts of a bare-metal guest: its timer, NMIs, and exceptions, which
 * end the VM with status 127 after a line on the console.
 */
#ifndef VSPAN_BARE_IDT_H
#define VSPAN_BARE_IDT_H

#define IDT_EXCEPTION_STATUS 127u

/* Called by start.S on each vCPU, before guest_main(). */
void idt_load(void);

/*
 * What the timer interrupt calls, on every vCPU, with interrupts off. Set it
 * before a timer is switched on; NULL: ticks are ignored.
 */
void idt_timer_handler_set(void (*handler)(void));

/*
 * What an NMI calls, on every vCPU; it may come at any instruction, of the timer's
 * handler, too, but not while it is handled itself. NULL, as at the start: an NMI
 * ends the VM like an exception.
 */
void idt_nmi_handler_set(void (*handler)(void));

/* In machine.c: tells the interrupt controller that the timer's handler is done. */
void idt_timer_acknowledge(void);

#endif /* VSPAN_BARE_IDT_H */
