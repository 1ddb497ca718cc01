/* SPDX-License-Identifier: MIT */
/*
 * nmi-guest.c - a guest for test-nmi.py: its vCPUs write spans and send each other
 * NMIs, of which some come while the timer's handler writes, that came while the
 * program wrote. What it wrote on which level it counts and reports.
 */
#include <vspan/guest.h>
#include "apic.h"
#include "idt.h"
#include "microvm.h"
#include "port.h"

VSPAN_SPAN(level, work, VSPAN_LEVEL_INFO, (u32, number));
VSPAN_SPAN(level, step, VSPAN_LEVEL_INFO, (u32, number), (str, text));
VSPAN_SPAN(level, timer, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(level, nmi, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_EVENT(level, mark, VSPAN_LEVEL_INFO, (u32, level));

#define CPUS 2u
#define ROUNDS 1500u     /* of a vCPU, at least... */
#define ROUNDS_MAX 5000u /* ...and while the other one is not done */
#define ROUNDS_PER_NMI 4u
#define MARKS 8u /* of a tick, so that a good part of the time goes by in the handler */
#define TIMER_PERIOD_US 100u
#define SETTLE_TICKS 20000000u /* of the counter: NMIs on their way arrive in it */

enum level {
	LEVEL_PROGRAM,
	LEVEL_TIMER,
	LEVEL_NMI,
};

/* Each level writes its own count. */
static struct cpu {
	uint64_t rounds;
	uint64_t ticks;
	uint64_t nmis;
} cpus[CPUS];

static struct vspan_microvm_report report;
static uint32_t started, finished, ended, closed;
static int attached;

static struct cpu *cpu_self(void)
{
	return &cpus[vspan_port_ring() % CPUS];
}

static void on_timer(void)
{
	uint64_t interrupted = vspan_interrupt_enter();
	vspan_t span = vspan_begin(level, timer, cpu_self()->ticks++);
	uint32_t i;

	apic_nmi_others();
	for (i = 0; i < MARKS; i++)
		vspan_event(level, mark, LEVEL_TIMER);
	vspan_end(span);
	vspan_interrupt_leave(interrupted);
}

static void on_nmi(void)
{
	uint64_t interrupted;
	vspan_t span;

	if (__atomic_load_n(&closed, __ATOMIC_ACQUIRE) != 0)
		return;
	interrupted = vspan_interrupt_enter();
	span = vspan_begin(level, nmi, cpu_self()->nmis++);
	vspan_event(level, mark, LEVEL_NMI);
	vspan_end(span);
	vspan_interrupt_leave(interrupted);
}

static void round_write(uint32_t number)
{
	vspan_t work = vspan_begin(level, work, number);
	vspan_t step = vspan_begin(level, step, number, "two words");

	vspan_event(level, mark, LEVEL_PROGRAM);
	vspan_set(step, level, step, number, number + 1);
	vspan_end(step);
	vspan_end(work);
}

static void wait_for(const uint32_t *count, uint32_t value)
{
	while (__atomic_load_n(count, __ATOMIC_ACQUIRE) != value)
		__asm__ volatile("pause");
}

static void settle(void)
{
	const uint64_t start = vspan_arch_counter();

	while (vspan_arch_counter() - start < SETTLE_TICKS)
		__asm__ volatile("pause");
}

static void guest_report(void)
{
	struct cpu sum = {0};
	uint32_t i;

	for (i = 0; i < CPUS; i++) {
		sum.rounds += cpus[i].rounds;
		sum.ticks += cpus[i].ticks;
		sum.nmis += cpus[i].nmis;
	}
	microvm_report_start(&report);
	microvm_report_add(&report, "attached", attached == VSPAN_ATTACH_OK);
	microvm_report_add(&report, "rounds", sum.rounds);
	microvm_report_add(&report, "ticks", sum.ticks);
	microvm_report_add(&report, "nmis", sum.nmis);
	microvm_report(&report);
}

static void cpu_write(struct cpu *cpu)
{
	microvm_timer_set(TIMER_PERIOD_US);
	microvm_interrupts_enable();
	for (; cpu->rounds < ROUNDS_MAX; cpu->rounds++) {
		if (cpu->rounds == ROUNDS)
			__atomic_add_fetch(&finished, 1, __ATOMIC_ACQ_REL);
		if (cpu->rounds >= ROUNDS && __atomic_load_n(&finished, __ATOMIC_ACQUIRE) == CPUS)
			break;
		round_write((uint32_t)cpu->rounds);
		if (cpu->rounds % ROUNDS_PER_NMI == 0)
			apic_nmi_others();
	}
	microvm_interrupts_disable();
	__atomic_add_fetch(&ended, 1, __ATOMIC_ACQ_REL);
	wait_for(&ended, CPUS);
}

void guest_main(const struct vspan_microvm_boot *boot)
{
	port_cpu_start(boot);
	if (boot->cpu >= CPUS)
		microvm_stop();
	if (boot->cpu == 0) {
		idt_timer_handler_set(on_timer);
		idt_nmi_handler_set(on_nmi);
		attached = vspan_attach("nmi");
	}
	__atomic_add_fetch(&started, 1, __ATOMIC_ACQ_REL);
	wait_for(&started, CPUS);
	cpu_write(&cpus[boot->cpu]);
	if (boot->cpu != 0)
		microvm_stop();
	settle();
	__atomic_store_n(&closed, 1, __ATOMIC_RELEASE);
	settle();
	guest_report();
	microvm_exit(0);
}
