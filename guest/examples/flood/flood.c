/* SPDX-License-Identifier: MIT */
/*
 * flood.c - a guest that writes records as fast as it can, numbered so that a
 * reader can check their order, and reports how many it attempted. With
 * forever=1 it never ends, nests its spans three deep and lets the timer
 * interrupt write spans, too: something to kill at any instruction. Arguments:
 *
 *   records=N   by all vCPUs together     kind=mix|spans|events   what to write
 *   forever=1   until killed              period=US   of forever's timer, 0: none
 */
#include "arguments.h"
#include "counts.h"
#include "idt.h"
#include "microvm.h"
#include "port.h"

VSPAN_SPAN(flood, batch, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(flood, group, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(flood, item, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(flood, tick, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_EVENT(flood, mark, VSPAN_LEVEL_INFO, (u64, number));

#define CPUS_MAX 16u /* vCPUs beyond stay idle */
#define STATUS_USAGE 2u
#define GROUPS_PER_BATCH 4u
#define ITEMS_PER_GROUP 8u

/* Of each vCPU, current after every verb: what a dump of a killed guest's memory tells. */
static struct cpu {
	struct counts counts;
	struct counts interrupt_counts;
	uint64_t number; /* of the next item or mark: in order, without gaps */
} __attribute__((aligned(128))) cpus[CPUS_MAX];

enum { KIND_MIX, KIND_SPANS, KIND_EVENTS };
static const char *const kinds[] = {"mix", "spans", "events", NULL};

enum { RECORDS, KIND, FOREVER, PERIOD, ARGUMENTS };

static struct argument options[ARGUMENTS] = {
	[RECORDS] = {"records", 10000, UINT64_MAX, NULL},
	[KIND] = {"kind", KIND_MIX, 0, kinds},
	[FOREVER] = {"forever", 0, 1, NULL},
	[PERIOD] = {"period", 1000, UINT32_MAX, NULL},
};

static int attach_result;
static uint32_t started;  /* vCPU 0 has attached: the others may record */
static uint32_t finished; /* vCPUs that are done */
static struct vspan_microvm_report report;

static void timer_tick(void)
{
	struct cpu *cpu = &cpus[vspan_port_ring() % CPUS_MAX];
	uint64_t outer = vspan_interrupt_enter();
	vspan_t span =
		counted_begin(&cpu->interrupt_counts, flood, tick, cpu->interrupt_counts.begun);

	counted_end(&cpu->interrupt_counts, span);
	vspan_interrupt_leave(outer);
}

static void options_read(const struct vspan_microvm_boot *boot)
{
	if (arguments_parse(boot->arguments, sizeof(boot->arguments), options, ARGUMENTS) == NULL)
		return;
	microvm_console_write("flood: cannot use the arguments '");
	microvm_console_write(boot->arguments);
	microvm_console_write(
		"': give records= kind=mix, spans or events, forever=0 or 1, period=\n");
	microvm_exit(STATUS_USAGE);
}

/* vCPU 0 attaches for all; the others wait for it. */
static void guest_start(const struct vspan_microvm_boot *boot)
{
	if (boot->cpu == 0) {
		options_read(boot);
		idt_timer_handler_set(timer_tick);
		attach_result = vspan_attach("flood");
		__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&started, __ATOMIC_ACQUIRE) == 0)
		__asm__ volatile("pause");
}

static void cpu_mark(struct cpu *cpu)
{
	counted_event(&cpu->counts, flood, mark, cpu->number++);
}

static void cpu_item(struct cpu *cpu, bool mark_inside)
{
	vspan_t span = counted_begin(&cpu->counts, flood, item, cpu->number++);

	if (mark_inside)
		cpu_mark(cpu);
	counted_end(&cpu->counts, span);
}

/* Four records, or three if a begin is discarded: half of them begins and ends. */
static void cpu_mix(struct cpu *cpu)
{
	cpu_item(cpu, true);
	cpu_mark(cpu);
}

/* Exactly `quota` records: the last few are marks, for spans do not divide every number. */
static void cpu_flood(struct cpu *cpu, uint64_t quota)
{
	while (quota - counts_records(&cpu->counts) >= 4) {
		if (options[KIND].value == KIND_MIX)
			cpu_mix(cpu);
		else if (options[KIND].value == KIND_SPANS)
			cpu_item(cpu, false);
		else
			cpu_mark(cpu);
	}
	while (counts_records(&cpu->counts) < quota)
		cpu_mark(cpu);
	vspan_publish();
}

static void cpu_group(struct cpu *cpu, uint64_t number)
{
	vspan_t span = counted_begin(&cpu->counts, flood, group, number);
	uint32_t i;

	for (i = 0; i < ITEMS_PER_GROUP; i++)
		cpu_item(cpu, true);
	counted_end(&cpu->counts, span);
}

static _Noreturn void cpu_flood_forever(struct cpu *cpu)
{
	uint64_t batch, group;

	microvm_timer_set((uint32_t)options[PERIOD].value);
	microvm_interrupts_enable();
	for (batch = 0;; batch++) {
		vspan_t span = counted_begin(&cpu->counts, flood, batch, batch);

		for (group = 0; group < GROUPS_PER_BATCH; group++)
			cpu_group(cpu, batch * GROUPS_PER_BATCH + group);
		counted_end(&cpu->counts, span);
	}
}

/* Called once all vCPUs are done. */
static void guest_report(uint32_t cpu_count)
{
	struct counts counts = {0};
	uint32_t i;

	for (i = 0; i < cpu_count; i++)
		counts_add(&counts, &cpus[i].counts);
	microvm_report_start(&report);
	microvm_report_add(&report, "attached", attach_result == VSPAN_ATTACH_OK);
	microvm_report_add(&report, "records", counts_records(&counts));
	microvm_report_add(&report, "spans_begun", counts.begun);
	microvm_report_add(&report, "spans_recorded", counts.handles);
	microvm_report_add(&report, "spans_ended", counts.ended);
	microvm_report_add(&report, "events", counts.events);
	microvm_report(&report);
}

void guest_main(const struct vspan_microvm_boot *boot)
{
	uint32_t cpu_count = boot->cpu_count < CPUS_MAX ? boot->cpu_count : CPUS_MAX;
	struct cpu *cpu = &cpus[boot->cpu % CPUS_MAX];
	uint64_t share;

	port_cpu_start(boot);
	if (boot->cpu >= cpu_count)
		microvm_stop();
	guest_start(boot);
	if (options[FOREVER].value != 0)
		cpu_flood_forever(cpu);
	share = options[RECORDS].value / cpu_count;
	cpu_flood(cpu, share + (boot->cpu < options[RECORDS].value % cpu_count));
	if (__atomic_add_fetch(&finished, 1, __ATOMIC_ACQ_REL) != cpu_count)
		microvm_stop();
	guest_report(cpu_count);
	microvm_exit(0);
}
