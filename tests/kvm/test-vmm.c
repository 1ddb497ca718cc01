/* SPDX-License-Identifier: MIT */
/*
 * test-vmm.c - the micro-VM on real /dev/kvm, with the guest of hello-guest.c:
 *   test-vmm HELLO-GUEST.elf
 * Exits 77 (skipped) where KVM is unusable, and says why.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include <vspan/arch.h>
#include "vmm/vmm.h"

#define MIB (UINT64_C(1) << 20)
#define SECOND UINT64_C(1000000000)
#define PAGE 4096u
#define HOST_PAGES 2u
#define REGION_PAGES 5u
#define PATTERN 0x5aa5f00f12345678u /* of the guest */
#define SKIPPED 77

#define CHECK(condition)                                                                         \
	do {                                                                                     \
		if (!(condition)) {                                                              \
			fprintf(stderr, "%s:%d: %s: not so: %s\n", __FILE__, __LINE__, scenario, \
				#condition);                                                     \
			failures++;                                                              \
		}                                                                                \
	} while (0)

static const char *guest;
static const char *scenario = "start";
static int failures;

/* What the observer saw; each vCPU's own. */
static struct seen {
	uint32_t hello;
	uint32_t full;
	uint32_t flush;
	uint32_t halt;
	uint32_t gone;
	uint32_t ring;
	uint32_t after_gone; /* calls for a vCPU that was gone */
	enum vmm_exit reason;
} seen[VMM_CPUS_MAX];

/* One run of the guest and all that came of it. */
static struct run {
	struct vmm_options options;
	struct vmm_result result;
	struct vspan_error error;
	int code;
	uint64_t *region;
	int64_t counter_offset;
	uint64_t counter_error;
	uint64_t before; /* host counter around vmm_run() */
	uint64_t after;
	char console[1024];
} run;

static void see_hello(void *data, uint32_t cpu)
{
	(void)data;
	seen[cpu].hello++;
	seen[cpu].after_gone += seen[cpu].gone;
}

static void see_full(void *data, uint32_t cpu, uint32_t ring)
{
	(void)data;
	seen[cpu].full++;
	seen[cpu].ring = ring;
	seen[cpu].after_gone += seen[cpu].gone;
}

static void see_flush(void *data, uint32_t cpu, uint32_t ring)
{
	(void)data;
	seen[cpu].flush++;
	seen[cpu].ring = ring;
	seen[cpu].after_gone += seen[cpu].gone;
}

static void see_halt(void *data, uint32_t cpu)
{
	(void)data;
	seen[cpu].halt++;
	seen[cpu].after_gone += seen[cpu].gone;
}

static void see_gone(void *data, uint32_t cpu, enum vmm_exit reason)
{
	(void)data;
	seen[cpu].gone++;
	seen[cpu].reason = reason;
}

static const struct vmm_observer observer = {
	.hello = see_hello,
	.full = see_full,
	.flush = see_flush,
	.halt = see_halt,
	.gone = see_gone,
};

static void run_prepare(const char *name, uint32_t cpu_count)
{
	scenario = name;
	free(run.region);
	memset(&run, 0, sizeof(run));
	memset(seen, 0, sizeof(seen));
	run.region = aligned_alloc(PAGE, REGION_PAGES * PAGE);
	if (run.region == NULL)
		abort();
	memset(run.region, 0x11, REGION_PAGES * PAGE);
	run.options.elf_path = guest;
	run.options.arguments = name;
	run.options.cpu_count = cpu_count;
	run.options.ram_size = 4 * MIB;
	run.options.region = run.region;
	run.options.region_size = REGION_PAGES * PAGE;
	run.options.host_size = HOST_PAGES * PAGE;
	run.options.observer = &observer;
	run.options.deadline_ns = 20 * SECOND;
}

static void run_guest(void)
{
	int pipe_fds[2];
	struct vmm *vmm = NULL;
	ssize_t got;

	if (pipe(pipe_fds) < 0)
		abort();
	run.options.console_fd = pipe_fds[1];
	run.code = vmm_create(&run.options, &vmm, &run.error);
	if (run.code == 0) {
		run.counter_offset = vmm_counter_offset(vmm, &run.counter_error);
		run.before = vspan_arch_counter();
		run.code = vmm_run(vmm, &run.result, &run.error);
		run.after = vspan_arch_counter();
		vmm_destroy(vmm);
	}
	close(pipe_fds[1]);
	got = read(pipe_fds[0], run.console, sizeof(run.console) - 1);
	run.console[got < 0 ? 0 : got] = '\0';
	close(pipe_fds[0]);
}

static uint64_t exits(enum vmm_exit exit)
{
	return run.result.exits[exit];
}

static void gone_check(uint32_t cpu, enum vmm_exit reason)
{
	CHECK(seen[cpu].gone == 1);
	CHECK(seen[cpu].after_gone == 0);
	CHECK(seen[cpu].reason == reason);
}

static void report_check(const struct vspan_microvm_report *report)
{
	CHECK(run.result.reported);
	CHECK(report->entry_count == 4);
	CHECK(strcmp(report->entries[0].name, "cpus") == 0 && report->entries[0].value == 2);
	CHECK(strcmp(report->entries[1].name, "ticks") == 0 && report->entries[1].value >= 6);
	CHECK(strcmp(report->entries[3].name, "a name too long for an ") == 0);
}

/* The guest's counter, converted, lies between the host's before and after the run. */
static void counter_check(const struct vspan_microvm_report_entry *entry)
{
	uint64_t at = entry->value - (uint64_t)run.counter_offset;

	CHECK(strcmp(entry->name, "counter") == 0);
	CHECK(run.counter_error < run.after - run.before);
	CHECK(at + run.counter_error >= run.before && at - run.counter_error <= run.after);
}

static void test_hello(void)
{
	uint32_t cpu;

	run_prepare("hello", 2);
	run_guest();
	CHECK(run.code == 0);
	CHECK(run.result.status == 7 && run.result.reason == VMM_EXIT_SHUTDOWN);
	CHECK(!run.result.timed_out && run.result.run_ns > 0);
	CHECK(exits(VMM_EXIT_HELLO) == 1 && exits(VMM_EXIT_FULL) == 2);
	CHECK(exits(VMM_EXIT_FLUSH) == 2 && exits(VMM_EXIT_REPORT) == 1);
	CHECK(exits(VMM_EXIT_CONTROL) == 4 && exits(VMM_EXIT_SHUTDOWN) == 1);
	/* On a slow machine a tick may be due before its halt: then it costs another exit. */
	CHECK(exits(VMM_EXIT_HALT) + exits(VMM_EXIT_TIMER) >= 6 && exits(VMM_EXIT_ERROR) == 0);
	CHECK(exits(VMM_EXIT_CONSOLE) == 2 * strlen("hello from cpu 0\n") + 25);
	CHECK(exits(VMM_EXIT_HOST_PAGE) == 0 && exits(VMM_EXIT_KILLED) == 0);
	CHECK(strstr(run.console, "hello from cpu 0\n") != NULL);
	CHECK(strstr(run.console, "hello from cpu 1\n") != NULL);
	CHECK(strstr(run.console, "?[31mbye, unfinished line") != NULL);
	report_check(&run.result.report);
	counter_check(&run.result.report.entries[2]);
	for (cpu = 0; cpu < 2; cpu++) {
		CHECK(seen[cpu].full == 1 && seen[cpu].flush == 1 && seen[cpu].ring == cpu);
		CHECK(seen[cpu].halt >= 1 && seen[cpu].gone == 1 && seen[cpu].after_gone == 0);
		CHECK(seen[cpu].reason == VMM_EXIT_SHUTDOWN || seen[cpu].reason == VMM_EXIT_HALT);
	}
	CHECK(seen[0].hello == 1 && seen[1].hello == 0);
}

static void test_kill_all(void)
{
	uint32_t cpu;

	run_prepare("spin", 3);
	run.options.kill = true;
	run.options.kill_cpu = UINT32_MAX;
	run.options.kill_after_ns = SECOND / 50;
	run_guest();
	CHECK(run.code == 0 && run.result.reason == VMM_EXIT_KILLED);
	CHECK(run.result.status == -1 && !run.result.timed_out);
	CHECK(run.result.run_ns >= SECOND / 50 && run.result.run_ns < SECOND);
	CHECK(exits(VMM_EXIT_KILLED) == 3);
	for (cpu = 0; cpu < 3; cpu++)
		gone_check(cpu, VMM_EXIT_KILLED);
}

/* One is killed, the others go on until the deadline. */
static void test_kill_one(void)
{
	run_prepare("spin", 2);
	run.options.kill = true;
	run.options.kill_cpu = 1;
	run.options.kill_after_ns = SECOND / 100;
	run.options.deadline_ns = SECOND / 5;
	run_guest();
	CHECK(run.code == 0 && run.result.timed_out && run.result.run_ns >= SECOND / 5);
	CHECK(exits(VMM_EXIT_KILLED) == 1);
	gone_check(0, VMM_EXIT_KILLED);
	gone_check(1, VMM_EXIT_KILLED);
}

static void test_kill_before_run(void)
{
	struct vmm *vmm = NULL;

	run_prepare("spin", 2);
	run.options.console_fd = -1;
	run.code = vmm_create(&run.options, &vmm, &run.error);
	CHECK(run.code == 0);
	if (run.code < 0)
		return;
	vmm_kill(vmm, 0);
	vmm_kill(vmm, 1);
	vmm_kill(vmm, 2);
	CHECK(vmm_run(vmm, &run.result, &run.error) == 0);
	vmm_kill(vmm, 0);
	CHECK(run.result.reason == VMM_EXIT_KILLED && exits(VMM_EXIT_HELLO) == 0);
	vmm_destroy(vmm);
}

static struct vmm *victim;

static void signal_kill(int number)
{
	(void)number;
	vmm_kill(victim, 0);
	vmm_kill(victim, 1);
}

static void *thread_kill(void *data)
{
	usleep(*(useconds_t *)data);
	vmm_kill(victim, 1);
	vmm_kill(victim, 0);
	return NULL;
}

/* Wherever the kill strikes: before the first entry, inside the guest, in a halt, at the end. */
static void test_kill_race(void)
{
	pthread_t thread;
	useconds_t delay;

	for (delay = 0; delay < 4000; delay += 100) {
		run_prepare("spin", 2);
		run.options.console_fd = -1;
		CHECK(vmm_create(&run.options, &victim, &run.error) == 0);
		if (victim == NULL)
			return;
		CHECK(pthread_create(&thread, NULL, thread_kill, &delay) == 0);
		CHECK(vmm_run(victim, &run.result, &run.error) == 0);
		pthread_join(thread, NULL);
		CHECK(run.result.reason == VMM_EXIT_KILLED && !run.result.timed_out);
		gone_check(0, VMM_EXIT_KILLED);
		gone_check(1, VMM_EXIT_KILLED);
		vmm_destroy(victim);
		victim = NULL;
	}
}

static void test_kill_from_signal(void)
{
	const struct itimerval soon = {.it_value.tv_usec = 20000};

	run_prepare("spin", 2);
	run.options.console_fd = -1;
	CHECK(vmm_create(&run.options, &victim, &run.error) == 0);
	if (victim == NULL)
		return;
	signal(SIGALRM, signal_kill);
	setitimer(ITIMER_REAL, &soon, NULL);
	CHECK(vmm_run(victim, &run.result, &run.error) == 0);
	signal(SIGALRM, SIG_DFL);
	CHECK(run.result.reason == VMM_EXIT_KILLED && exits(VMM_EXIT_KILLED) == 2);
	vmm_destroy(victim);
}

static void test_busy(void)
{
	run_prepare("busy", 1);
	run_guest();
	CHECK(run.code == 0 && run.result.status == 0);
	CHECK(exits(VMM_EXIT_TIMER) >= 3 && exits(VMM_EXIT_HALT) == 0);
}

static void test_halt(void)
{
	run_prepare("halt", 2);
	run_guest();
	CHECK(run.code == 0 && run.result.reason == VMM_EXIT_HALT && run.result.status == -1);
	CHECK(exits(VMM_EXIT_HALT) == 2);
	gone_check(0, VMM_EXIT_HALT);
	gone_check(1, VMM_EXIT_HALT);
}

static void test_poke(void)
{
	const uint64_t untouched = 0x1111111111111111u;

	run_prepare("poke", 1);
	run_guest();
	CHECK(run.code == 0 && run.result.status == 0);
	CHECK(exits(VMM_EXIT_HOST_PAGE) == 1);
	CHECK(run.region[0] == untouched);
	CHECK(run.region[REGION_PAGES * PAGE / 8 - 1] == PATTERN);
	CHECK(run.region[HOST_PAGES * PAGE / 8] == untouched);
}

static void test_flood(void)
{
	run_prepare("flood", 1);
	run_guest();
	CHECK(run.code == -EPERM && run.result.reason == VMM_EXIT_HOST_PAGE);
	CHECK(exits(VMM_EXIT_HOST_PAGE) == 10001);
	CHECK(strstr(run.error.text, "pages of the region that are the host's") != NULL);
}

/* Faults the guest handles: a line on its console, status 127. */
static void test_exception(const char *name, const char *line)
{
	run_prepare(name, 1);
	run_guest();
	CHECK(run.code == 0 && run.result.status == 127);
	CHECK(strstr(run.console, line) != NULL);
}

/* What ends a VM with an error: code, reason, text. */
static void test_error(const char *name, enum vmm_exit reason, const char *text)
{
	run_prepare(name, 1);
	run_guest();
	CHECK(run.code < 0 && run.result.reason == reason && run.result.status == -1);
	CHECK(exits(reason) == 1 || reason == VMM_EXIT_ERROR);
	CHECK(strstr(run.error.text, text) != NULL);
	CHECK(!run.result.reported);
	if (strstr(run.error.text, text) == NULL)
		fprintf(stderr, "  text: %s\n", run.error.text);
	gone_check(0, reason);
}

static void test_options(void)
{
	run_prepare("no program", 1);
	run.options.elf_path = "/dev/null";
	run_guest();
	CHECK(run.code < 0 && strstr(run.error.text, "not a regular file") != NULL);
	run_prepare("little RAM", 2);
	run.options.ram_size = MIB;
	run_guest();
	CHECK(run.code == -EINVAL && strstr(run.error.text, "guest RAM is too little") != NULL);
	run_prepare("much RAM", 2);
	run.options.ram_size = 4096 * MIB;
	run_guest();
	CHECK(run.code == -EINVAL && strstr(run.error.text, "ask for less") != NULL);
	run_prepare("no vCPU", 0);
	run_guest();
	CHECK(run.code == -EINVAL && strstr(run.error.text, "ask for 1 to 64") != NULL);
}

int main(int argc, char **argv)
{
	struct vspan_error error = {0};

	if (argc != 2) {
		fprintf(stderr, "usage: test-vmm HELLO-GUEST.elf\n");
		return 2;
	}
	if (vmm_probe(&error) < 0) {
		printf("skipped: %s\n", error.text);
		return SKIPPED;
	}
	guest = argv[1];
	test_hello();
	test_kill_all();
	test_kill_one();
	test_kill_before_run();
	test_kill_race();
	test_kill_from_signal();
	test_busy();
	test_halt();
	test_poke();
	test_flood();
	test_exception("divide", "exception 0x0,");
	test_exception("page-fault", "exception 0xe, error code 0x2,");
	test_error("outside", VMM_EXIT_ERROR, "outside its memory");
	test_error("triple", VMM_EXIT_SHUTDOWN, "triple fault");
	test_error("bad-report", VMM_EXIT_ERROR, "printable ASCII");
	test_error("far-report", VMM_EXIT_ERROR, "does not lie in RAM");
	test_error("bad-port", VMM_EXIT_ERROR, "port 0x80");
	test_options();
	free(run.region);
	printf("%s\n", failures == 0 ? "all passed" : "FAILED");
	return failures == 0 ? 0 : 1;
}
