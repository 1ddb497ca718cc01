/* SPDX-License-Identifier: MIT */
/*
 * apic.c - see apic.h. The timer counts nanoseconds, whether QEMU or KVM emulates
 * it: the one clock of known frequency that every such machine has.
 */
#include "apic.h"

#include <vspan/arch.h>
#include "idt.h"
#include "io.h"
#include "microvm.h"

#define APIC_BASE 0xfee00000u
#define APIC_END_OF_INTERRUPT 0x0b0u
#define APIC_SPURIOUS 0x0f0u
#define APIC_COMMAND 0x300u
#define APIC_LVT_TIMER 0x320u
#define APIC_INITIAL_COUNT 0x380u
#define APIC_CURRENT_COUNT 0x390u
#define APIC_DIVIDE 0x3e0u

#define SPURIOUS_ENABLE 0x1ffu   /* vector 0xff, which never comes: nothing is masked when due */
#define COMMAND_INIT 0x000c4500u /* to all but this one; asserted */
#define COMMAND_STARTUP 0x000c4600u
#define COMMAND_NMI 0x000c4400u
#define COMMAND_PAGE_SHIFT 12
#define TIMER_PERIODIC 0x20000u
#define TIMER_MASKED 0x10000u
#define DIVIDE_BY_16 0x3u
#define TIMER_NS 16u

#define INIT_US 10000u
#define STARTUP_US 200u
#define CALIBRATION_US 10000u
#define US_PER_SECOND 1000000u

#define PIC_FIRST_MASK 0x21u
#define PIC_SECOND_MASK 0xa1u

static uint64_t counter_hz;

static void apic_write(uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(uintptr_t)(APIC_BASE + offset) = value;
}

static uint32_t apic_read(uint32_t offset)
{
	return *(volatile uint32_t *)(uintptr_t)(APIC_BASE + offset);
}

void apic_enable(void)
{
	/* The old controllers would deliver the firmware's timer in place of exceptions. */
	io_write_u8(PIC_FIRST_MASK, 0xff);
	io_write_u8(PIC_SECOND_MASK, 0xff);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE);
	apic_write(APIC_DIVIDE, DIVIDE_BY_16);
	apic_write(APIC_LVT_TIMER, TIMER_MASKED);
	apic_write(APIC_INITIAL_COUNT, 0);
}

uint64_t apic_calibrate(void)
{
	const uint32_t counts = CALIBRATION_US * 1000u / TIMER_NS;
	uint64_t start, elapsed;
	uint32_t passed;

	apic_write(APIC_INITIAL_COUNT, UINT32_MAX);
	start = vspan_arch_counter();
	do {
		passed = UINT32_MAX - apic_read(APIC_CURRENT_COUNT);
		elapsed = vspan_arch_counter() - start;
	} while (passed < counts);
	apic_write(APIC_INITIAL_COUNT, 0);
	counter_hz = elapsed * (US_PER_SECOND * 1000u / TIMER_NS) / passed;
	return counter_hz;
}

static void apic_delay(uint32_t us)
{
	const uint64_t start = vspan_arch_counter();

	while (vspan_arch_counter() - start < counter_hz / US_PER_SECOND * us)
		__asm__ volatile("pause");
}

/* As the processor manuals ask: one INIT, two STARTUPs, of which the second finds them awake. */
void apic_start_others(uint32_t address)
{
	apic_write(APIC_COMMAND, COMMAND_INIT);
	apic_delay(INIT_US);
	apic_write(APIC_COMMAND, COMMAND_STARTUP | address >> COMMAND_PAGE_SHIFT);
	apic_delay(STARTUP_US);
	apic_write(APIC_COMMAND, COMMAND_STARTUP | address >> COMMAND_PAGE_SHIFT);
}

void apic_nmi_others(void)
{
	apic_write(APIC_COMMAND, COMMAND_NMI);
}

void microvm_timer_set(uint32_t period_us)
{
	uint64_t counts = (uint64_t)period_us * 1000u / TIMER_NS;

	apic_write(APIC_LVT_TIMER, VSPAN_MICROVM_TIMER_VECTOR | TIMER_PERIODIC);
	apic_write(APIC_INITIAL_COUNT, counts > UINT32_MAX ? UINT32_MAX : (uint32_t)counts);
}

void idt_timer_acknowledge(void)
{
	apic_write(APIC_END_OF_INTERRUPT, 0);
}
