/* SPDX-License-Identifier: MIT */
/*
 * hello-guest.c - the guest of test-vmm.c: does one thing a micro-VM must cope
 * with, chosen by its argument. It writes no spans.
 */
#include <vspan/arch.h>
#include "idt.h"
#include "microvm.h"

#define TICKS 3u
#define TICK_PERIOD_US 10000u            /* long: the vCPU is to halt before the tick is due */
#define MASKED_TICKS UINT64_C(150000000) /* of the counter: at 5 GHz three timer periods */
#define CPUS_MAX 64u
#define HELLO_STATUS 7u
#define PATTERN UINT64_C(0x5aa5f00f12345678)
#define UNMAPPED UINT64_C(0x500000000000)
#define MSR_GS_BASE 0xc0000101u

struct scenario {
	const char *name;
	void (*run)(const struct vspan_microvm_boot *boot);
};

/* A line each, so that vCPUs do not count on each other's. */
static struct {
	volatile uint32_t ticks;
} __attribute__((aligned(128))) cpus[CPUS_MAX];

static uint32_t finished;
static struct vspan_microvm_report report;
/* Not const: a constant divisor would let the compiler see the fault coming. */
static volatile uint32_t zero;

/* The guest has no other use for the register, so it simply holds the vCPU's number. */
static void cpu_name(uint32_t cpu)
{
	__asm__ volatile("wrmsr" : : "c"(MSR_GS_BASE), "a"(cpu), "d"(0));
}

static uint32_t cpu_self(void)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_GS_BASE));
	return low;
}

static void tick(void)
{
	cpus[cpu_self() % CPUS_MAX].ticks++;
}

static void ticks_await(uint32_t cpu, uint32_t count)
{
	microvm_timer_set(TICK_PERIOD_US);
	while (cpus[cpu].ticks < count)
		microvm_halt();
	microvm_timer_set(0);
}

static void hello_report(const struct vspan_microvm_boot *boot)
{
	uint64_t ticks = 0;
	uint32_t i;

	for (i = 0; i < boot->cpu_count; i++)
		ticks += cpus[i].ticks;
	microvm_report_start(&report);
	microvm_report_add(&report, "cpus", boot->cpu_count);
	microvm_report_add(&report, "ticks", ticks);
	microvm_report_add(&report, "counter", vspan_arch_counter());
	microvm_report_add(&report, "a name too long for an entry of a report", 1);
	microvm_report(&report);
}

/* Console, timer, notifications, report, status: the last vCPU to finish ends the VM. */
static void run_hello(const struct vspan_microvm_boot *boot)
{
	microvm_console_write("hello from cpu ");
	microvm_console_write_number(boot->cpu);
	microvm_console_write("\n");
	if (boot->cpu == 0)
		microvm_out(VSPAN_MICROVM_PORT_HELLO, 0);
	microvm_out(VSPAN_MICROVM_PORT_FULL, boot->cpu);
	microvm_out(VSPAN_MICROVM_PORT_FLUSH, boot->cpu);
	ticks_await(boot->cpu, TICKS);
	if (__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST) < boot->cpu_count)
		microvm_stop();
	hello_report(boot);
	microvm_console_write("\x1b[31mbye, unfinished line");
	microvm_exit(HELLO_STATUS);
}

/* For the kill tests: no exit, ever, after the hello; cpu 1 dozes with its timer on. */
static void run_spin(const struct vspan_microvm_boot *boot)
{
	if (boot->cpu == 0)
		microvm_out(VSPAN_MICROVM_PORT_HELLO, 0);
	if (boot->cpu == 1) {
		microvm_timer_set(TICK_PERIOD_US);
		for (;;)
			microvm_halt();
	}
	for (;;)
		__builtin_ia32_pause();
}

/* Ticks arrive while it computes; the first while interrupts are off, so it has to wait. */
static void run_busy(const struct vspan_microvm_boot *boot)
{
	const uint64_t start = vspan_arch_counter();

	microvm_timer_set(TICK_PERIOD_US);
	while (vspan_arch_counter() - start < MASKED_TICKS)
		__builtin_ia32_pause();
	if (cpus[boot->cpu].ticks != 0)
		microvm_exit(1);
	microvm_interrupts_enable();
	while (cpus[boot->cpu].ticks < TICKS)
		__builtin_ia32_pause();
	microvm_interrupts_disable();
	microvm_exit(0);
}

/* Writes a host page, which must not change, and a guest page, which must. */
static void run_poke(const struct vspan_microvm_boot *boot)
{
	volatile uint64_t *host = (void *)(uintptr_t)boot->region_address;
	volatile uint64_t *guest =
		(void *)(uintptr_t)(boot->region_address + boot->region_size - sizeof(*guest));
	uint64_t before = *host;

	*host = ~before;
	*guest = PATTERN;
	microvm_exit(*host == before && *guest == PATTERN ? 0 : 1);
}

static void run_flood(const struct vspan_microvm_boot *boot)
{
	volatile uint64_t *host = (void *)(uintptr_t)boot->region_address;

	for (;;)
		*host = 0;
}

static void run_divide(const struct vspan_microvm_boot *boot)
{
	microvm_exit(boot->cpu_count / zero);
}

static void run_page_fault(const struct vspan_microvm_boot *boot)
{
	(void)boot;
	*(volatile uint64_t *)(uintptr_t)UNMAPPED = 0;
}

/* Through the page tables, into nothing: 2 MiB pages map more than a small region has. */
static void run_outside(const struct vspan_microvm_boot *boot)
{
	*(volatile uint64_t *)(uintptr_t)(boot->region_address + boot->region_size) = 0;
}

static void run_triple(const struct vspan_microvm_boot *boot)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) none = {0, 0};

	__asm__ volatile("lidt %0" : : "m"(none));
	run_divide(boot);
}

static void run_halt(const struct vspan_microvm_boot *boot)
{
	(void)boot;
	microvm_stop();
}

static void run_bad_report(const struct vspan_microvm_boot *boot)
{
	microvm_report_start(&report);
	microvm_report_add(&report, "fine", 1);
	microvm_report_add(&report, "not \x1b[2J fine", 2);
	microvm_report(&report);
	run_halt(boot);
}

static void run_far_report(const struct vspan_microvm_boot *boot)
{
	microvm_out(VSPAN_MICROVM_PORT_REPORT, (uint32_t)(boot->ram_size - 8));
	run_halt(boot);
}

static void run_bad_port(const struct vspan_microvm_boot *boot)
{
	microvm_out(0x80, 1);
	run_halt(boot);
}

static const struct scenario scenarios[] = {
	{"hello", run_hello},
	{"spin", run_spin},
	{"busy", run_busy},
	{"poke", run_poke},
	{"flood", run_flood},
	{"divide", run_divide},
	{"page-fault", run_page_fault},
	{"outside", run_outside},
	{"triple", run_triple},
	{"halt", run_halt},
	{"bad-report", run_bad_report},
	{"far-report", run_far_report},
	{"bad-port", run_bad_port},
};

static uint32_t text_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

void guest_main(const struct vspan_microvm_boot *boot)
{
	uint32_t i;

	if (boot->magic != VSPAN_MICROVM_MAGIC || boot->struct_size != sizeof(*boot))
		microvm_exit(100);
	cpu_name(boot->cpu);
	idt_timer_handler_set(tick);
	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (text_equal(scenarios[i].name, boot->arguments))
			scenarios[i].run(boot);
	microvm_exit(101);
}
