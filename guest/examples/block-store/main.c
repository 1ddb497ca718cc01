/* SPDX-License-Identifier: MIT */
/*
 * main.c - the block-store guest: on every vCPU a volume that serves requests
 * while a timer interrupts it. The last vCPU to finish reports what all of them
 * attempted and ends the VM: status 0, 1 if the store misbehaved, 2 for a bad
 * command line. Arguments:
 *
 *   requests=N  requests per vCPU          ticks=N  timer interrupts per vCPU
 *   period=US   microseconds between them  seed=N   of the requests
 *   spin=1      waits for the last ticks without halting
 */
#include "arguments.h"
#include "idt.h"
#include "microvm.h"
#include "port.h"
#include "volume.h"

VSPAN_SPAN(timer, tick, VSPAN_LEVEL_INFO, (u32, number));
VSPAN_EVENT(timer, progress, VSPAN_LEVEL_DEBUG, (u64, requests));

#define MODULE "block-store"
#define CPUS_MAX 16u /* vCPUs beyond stay idle */
#define STATUS_MISBEHAVED 1u
#define STATUS_USAGE 2u

static struct cpu {
	struct volume volume;
	struct counts counts; /* of the request loop */
	struct counts interrupt_counts;
	uint32_t ticks; /* written by the interrupt handler only */
} __attribute__((aligned(128))) cpus[CPUS_MAX];

enum { REQUESTS, TICKS, PERIOD, SEED, SPIN, ARGUMENTS };

static struct argument options[ARGUMENTS] = {
	[REQUESTS] = {"requests", 200, UINT32_MAX, NULL},
	[TICKS] = {"ticks", 5, UINT32_MAX, NULL},
	[PERIOD] = {"period", 10000, UINT32_MAX, NULL},
	[SEED] = {"seed", 1, UINT64_MAX, NULL},
	[SPIN] = {"spin", 0, 1, NULL},
};

static int attach_result;
static uint32_t started;  /* vCPU 0 has attached: the others may record */
static uint32_t finished; /* vCPUs that are done */
static struct vspan_microvm_report report;

static uint32_t cpu_ticks(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->ticks, __ATOMIC_RELAXED);
}

/* The interrupt handler. A tick may still come in after the last one switched the timer off. */
static void timer_tick(void)
{
	struct cpu *cpu = &cpus[vspan_port_ring() % CPUS_MAX];
	uint32_t number = cpu_ticks(cpu) + 1;
	uint64_t outer;
	vspan_t span;

	if (number > options[TICKS].value)
		return;
	outer = vspan_interrupt_enter();
	span = counted_begin(&cpu->interrupt_counts, timer, tick, number);
	counted_event(&cpu->interrupt_counts, timer, progress, cpu->volume.requests);
	counted_end(&cpu->interrupt_counts, span);
	vspan_interrupt_leave(outer);
	if (number == options[TICKS].value)
		microvm_timer_set(0);
	__atomic_store_n(&cpu->ticks, number, __ATOMIC_RELAXED);
}

static void options_read(const struct vspan_microvm_boot *boot)
{
	if (arguments_parse(boot->arguments, sizeof(boot->arguments), options, ARGUMENTS) == NULL)
		return;
	microvm_console_write(MODULE ": cannot use the arguments '");
	microvm_console_write(boot->arguments);
	microvm_console_write("': give requests= ticks= period= seed= and spin=0 or 1\n");
	microvm_exit(STATUS_USAGE);
}

/* vCPU 0 attaches for all; the others wait for it. */
static void guest_start(const struct vspan_microvm_boot *boot)
{
	if (boot->cpu == 0) {
		options_read(boot);
		idt_timer_handler_set(timer_tick);
		attach_result = vspan_attach(MODULE);
		__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&started, __ATOMIC_ACQUIRE) == 0)
		__asm__ volatile("pause");
}

/* Until the last tick; a halted vCPU has published what it wrote. */
static void cpu_wait_ticks(struct cpu *cpu)
{
	if (options[SPIN].value != 0)
		while (cpu_ticks(cpu) < options[TICKS].value)
			__asm__ volatile("pause");
	microvm_interrupts_disable();
	while (cpu_ticks(cpu) < options[TICKS].value) {
		vspan_publish();
		microvm_halt();
	}
}

static void cpu_run(struct cpu *cpu, uint32_t number)
{
	uint64_t i;

	volume_start(&cpu->volume, options[SEED].value, number, &cpu->counts);
	counted_log(&cpu->counts, VSPAN_LEVEL_INFO, MODULE, "volume ready");
	if (options[TICKS].value != 0)
		microvm_timer_set((uint32_t)options[PERIOD].value);
	microvm_interrupts_enable();
	for (i = 0; i < options[REQUESTS].value; i++)
		volume_request(&cpu->volume);
	cpu_wait_ticks(cpu);
	counted_log(&cpu->counts, VSPAN_LEVEL_INFO, MODULE, "volume done");
	vspan_publish();
}

static void report_counts(const struct counts *counts)
{
	microvm_report_add(&report, "records", counts_records(counts));
	microvm_report_add(&report, "spans_begun", counts->begun);
	microvm_report_add(&report, "spans_recorded", counts->handles);
	microvm_report_add(&report, "spans_ended", counts->ended);
	microvm_report_add(&report, "events", counts->events);
	microvm_report_add(&report, "sets", counts->sets);
	microvm_report_add(&report, "statuses", counts->statuses);
	microvm_report_add(&report, "logs", counts->logs);
	microvm_report_add(&report, "errors", counts->errors);
}

static void report_statistics(const struct store_statistics *statistics)
{
	microvm_report_add(&report, "writes", statistics->writes);
	microvm_report_add(&report, "writes_over_4096", statistics->writes_over_4096);
	microvm_report_add(&report, "reads", statistics->reads);
	microvm_report_add(&report, "hits", statistics->hits);
	microvm_report_add(&report, "mismatches", statistics->mismatches);
	microvm_report_add(&report, "appends", statistics->appends);
	microvm_report_add(&report, "collections", statistics->collections);
	microvm_report_add(&report, "corruptions", statistics->corruptions);
}

static void statistics_add(struct store_statistics *sum, const struct store_statistics *statistics)
{
	sum->writes += statistics->writes;
	sum->writes_over_4096 += statistics->writes_over_4096;
	sum->reads += statistics->reads;
	sum->hits += statistics->hits;
	sum->mismatches += statistics->mismatches;
	sum->appends += statistics->appends;
	sum->collections += statistics->collections;
	sum->corruptions += statistics->corruptions;
}

/* Called once all vCPUs are done. Returns the exit status. */
static uint32_t guest_report(uint32_t cpu_count)
{
	struct store_statistics statistics = {0};
	uint64_t requests = 0, ticks = 0, failures = 0;
	struct counts counts = {0};
	uint32_t i;

	for (i = 0; i < cpu_count; i++) {
		counts_add(&counts, &cpus[i].counts);
		counts_add(&counts, &cpus[i].interrupt_counts);
		statistics_add(&statistics, &cpus[i].volume.store.statistics);
		requests += cpus[i].volume.requests;
		failures += cpus[i].volume.failures;
		ticks += cpu_ticks(&cpus[i]);
	}
	microvm_report_start(&report);
	microvm_report_add(&report, "attached", attach_result == VSPAN_ATTACH_OK);
	report_counts(&counts);
	microvm_report_add(&report, "requests", requests);
	microvm_report_add(&report, "ticks", ticks);
	report_statistics(&statistics);
	microvm_report(&report);
	return failures != 0 || statistics.mismatches != statistics.corruptions ? STATUS_MISBEHAVED
										: 0;
}

void guest_main(const struct vspan_microvm_boot *boot)
{
	uint32_t cpu_count = boot->cpu_count < CPUS_MAX ? boot->cpu_count : CPUS_MAX;

	port_cpu_start(boot);
	if (boot->cpu >= cpu_count)
		microvm_stop();
	guest_start(boot);
	cpu_run(&cpus[boot->cpu], boot->cpu);
	if (__atomic_add_fetch(&finished, 1, __ATOMIC_ACQ_REL) != cpu_count)
		microvm_stop();
	microvm_exit(guest_report(cpu_count));
}
