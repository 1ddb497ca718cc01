/* SPDX-License-Identifier: MIT */
/*
 * main.c - the heap guest: on every vCPU a server that keeps sessions in memory of
 * its own allocator and forgets to free some. The last vCPU to finish reports what
 * all of them allocated and ends the VM: status 0, 2 for a bad command line.
 * Arguments:
 *
 *   sessions=N  served per vCPU
 *   leak=N      every Nth one loses its cache entry for ever; 0: none does
 */
#include <stddef.h>
#include <vspan/guest.h>
#include "arena.h"
#include "arguments.h"
#include "microvm.h"
#include "port.h"

VSPAN_SPAN(server, session, VSPAN_LEVEL_INFO, (u64, number));

#define MODULE "heap"
#define CPUS_MAX 4u /* vCPUs beyond stay idle */
#define OPEN_MAX 8u /* sessions that are open at a time */
#define STACK_SIZE 16384u
#define STATUS_USAGE 2u
#define BUFFER_BYTES 192u
#define ENTRY_BYTES 40u

struct session {
	void *buffer;
	void *entry;
};

static struct cpu {
	struct arena arena;
	struct session open[OPEN_MAX];
} cpus[CPUS_MAX];

enum { SESSIONS, LEAK, ARGUMENTS };

static struct argument options[ARGUMENTS] = {
	[SESSIONS] = {"sessions", 100, UINT32_MAX, NULL},
	[LEAK] = {"leak", 10, UINT32_MAX, NULL},
};

static int attach_result;
static uint32_t started;  /* vCPU 0 has attached: the others may record */
static uint32_t finished; /* vCPUs that are done */
static struct vspan_microvm_report report;

/* Each a function of its own, so that the profile has something to tell apart. */
static __attribute__((noinline)) void session_receive(struct cpu *cpu, struct session *session)
{
	session->buffer = arena_allocate(&cpu->arena, BUFFER_BYTES);
}

static __attribute__((noinline)) void session_remember(struct cpu *cpu, struct session *session)
{
	session->entry = arena_allocate(&cpu->arena, ENTRY_BYTES);
}

static __attribute__((noinline)) void session_close(struct cpu *cpu, struct session *session)
{
	arena_free(&cpu->arena, session->buffer);
	arena_free(&cpu->arena, session->entry);
	session->buffer = session->entry = NULL;
}

static __attribute__((noinline)) void server_run(struct cpu *cpu)
{
	uint64_t number;
	uint32_t i;

	for (number = 1; number <= options[SESSIONS].value; number++) {
		struct session *session = &cpu->open[number % OPEN_MAX];
		vspan_t span = vspan_begin(server, session, number);

		session_close(cpu, session);
		session_receive(cpu, session);
		session_remember(cpu, session);
		if (options[LEAK].value != 0 && number % options[LEAK].value == 0)
			session->entry = NULL;
		vspan_end(span);
	}
	for (i = 0; i < OPEN_MAX; i++)
		session_close(cpu, &cpu->open[i]);
	vspan_publish();
}

static void options_read(const struct vspan_microvm_boot *boot)
{
	if (arguments_parse(boot->arguments, sizeof(boot->arguments), options, ARGUMENTS) == NULL)
		return;
	microvm_console_write(MODULE ": cannot use the arguments '");
	microvm_console_write(boot->arguments);
	microvm_console_write("': give sessions= and leak=\n");
	microvm_exit(STATUS_USAGE);
}

/* vCPU 0 attaches for all; the others wait for it. */
static void guest_start(const struct vspan_microvm_boot *boot)
{
	if (boot->cpu == 0) {
		options_read(boot);
		attach_result = vspan_attach(MODULE);
		__atomic_store_n(&started, 1, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&started, __ATOMIC_ACQUIRE) == 0)
		__asm__ volatile("pause");
}

/* Called once all vCPUs are done. */
static void guest_report(uint32_t cpu_count)
{
	struct arena_counts sum = {0};
	uint32_t i;

	for (i = 0; i < cpu_count; i++) {
		const struct arena_counts *counts = &cpus[i].arena.counts;

		sum.allocations += counts->allocations;
		sum.frees += counts->frees;
		sum.bytes += counts->bytes;
		sum.live += counts->live;
		sum.live_bytes += counts->live_bytes;
		sum.peak_bytes += counts->peak_bytes;
		sum.refused += counts->refused;
	}
	microvm_report_start(&report);
	microvm_report_add(&report, "attached", attach_result == VSPAN_ATTACH_OK);
	microvm_report_add(&report, "allocations", sum.allocations);
	microvm_report_add(&report, "frees", sum.frees);
	microvm_report_add(&report, "bytes", sum.bytes);
	microvm_report_add(&report, "live", sum.live);
	microvm_report_add(&report, "live_bytes", sum.live_bytes);
	microvm_report_add(&report, "peak_bytes", sum.peak_bytes); /* of each vCPU */
	microvm_report_add(&report, "refused", sum.refused);
	microvm_report(&report);
}

void guest_main(const struct vspan_microvm_boot *boot)
{
	/* The stack ends with this function's own frame: _start has none. */
	const uintptr_t high = (uintptr_t)__builtin_frame_address(0) + 2 * sizeof(uintptr_t);
	uint32_t cpu_count = boot->cpu_count < CPUS_MAX ? boot->cpu_count : CPUS_MAX;

	port_cpu_start(boot);
	if (boot->cpu >= cpu_count)
		microvm_stop();
	arena_start(&cpus[boot->cpu].arena, high - STACK_SIZE, high);
	guest_start(boot);
	server_run(&cpus[boot->cpu]);
	if (__atomic_add_fetch(&finished, 1, __ATOMIC_ACQ_REL) != cpu_count)
		microvm_stop();
	guest_report(cpu_count);
	microvm_exit(0);
}
