/* SPDX-License-Identifier: MIT */
/*
 * idt.c - the interrupt descriptor table, and what the entry points of
 * interrupts.S call. One table serves all vCPUs.
 */
#include <stddef.h>
#include <stdint.h>
#include <vspan/microvm.h>
#include "idt.h"
#include "microvm.h"

#define IDT_EXCEPTIONS 32u
#define IDT_VECTORS (VSPAN_MICROVM_TIMER_VECTOR + 1)
#define IDT_ENTRY_SIZE 16u /* of each entry point in interrupts.S */
#define IDT_CODE_SELECTOR 8u
#define IDT_INTERRUPT_GATE 0x8e00u /* present, ring 0; interrupts off on entry */
#define EXCEPTION_NMI 2u
#define EXCEPTION_PAGE_FAULT 14u

struct idt_gate {
	uint16_t offset_low;
	uint16_t selector;
	uint16_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

struct idt_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

struct idt_exception_frame {
	uint64_t vector;
	uint64_t error;
	uint64_t rip;
};

/* In interrupts.S. */
extern const char idt_exception_entries[];
void idt_timer_entry(void);
void idt_nmi_entry(void);

/* Called from interrupts.S. */
void idt_timer(void);
void idt_nmi(const uint64_t *rip);
_Noreturn void idt_exception(const struct idt_exception_frame *frame);

static struct idt_gate idt[IDT_VECTORS] __attribute__((aligned(16)));
static void (*timer_handler)(void);
static void (*nmi_handler)(void);

static void gate_set(uint32_t vector, uintptr_t entry)
{
	struct idt_gate *gate = &idt[vector];

	gate->offset_low = (uint16_t)entry;
	gate->selector = IDT_CODE_SELECTOR;
	gate->type = IDT_INTERRUPT_GATE;
	gate->offset_middle = (uint16_t)(entry >> 16);
	gate->offset_high = (uint32_t)((uint64_t)entry >> 32);
}

/* Every vCPU fills the table: with the same words, so none has to wait for another. */
void idt_load(void)
{
	const struct idt_pointer pointer = {sizeof(idt) - 1, (uintptr_t)idt};
	uint32_t vector;

	for (vector = 0; vector < IDT_EXCEPTIONS; vector++)
		gate_set(vector,
			(uintptr_t)idt_exception_entries + (uintptr_t)vector * IDT_ENTRY_SIZE);
	gate_set(EXCEPTION_NMI, (uintptr_t)idt_nmi_entry);
	gate_set(VSPAN_MICROVM_TIMER_VECTOR, (uintptr_t)idt_timer_entry);
	__asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
}

void idt_timer_handler_set(void (*handler)(void))
{
	__atomic_store_n(&timer_handler, handler, __ATOMIC_RELEASE);
}

void idt_timer(void)
{
	void (*handler)(void) = __atomic_load_n(&timer_handler, __ATOMIC_ACQUIRE);

	if (handler != NULL)
		handler();
	idt_timer_acknowledge();
}

void idt_nmi_handler_set(void (*handler)(void))
{
	__atomic_store_n(&nmi_handler, handler, __ATOMIC_RELEASE);
}

void idt_nmi(const uint64_t *rip)
{
	void (*handler)(void) = __atomic_load_n(&nmi_handler, __ATOMIC_ACQUIRE);
	const struct idt_exception_frame frame = {.vector = EXCEPTION_NMI, .rip = *rip};

	if (handler == NULL)
		idt_exception(&frame);
	handler();
}

_Noreturn void idt_exception(const struct idt_exception_frame *frame)
{
	uint64_t address = 0;

	if (frame->vector == EXCEPTION_PAGE_FAULT)
		__asm__ volatile("movq %%cr2, %0" : "=r"(address));
	microvm_console_write("exception 0x");
	microvm_console_write_hex(frame->vector);
	microvm_console_write(", error code 0x");
	microvm_console_write_hex(frame->error);
	microvm_console_write(", at 0x");
	microvm_console_write_hex(frame->rip);
	microvm_console_write(", address 0x");
	microvm_console_write_hex(address);
	microvm_console_write("\n");
	microvm_exit(IDT_EXCEPTION_STATUS);
}
