/* SPDX-License-Identifier: MIT */
/*
 * test-linux.c - programs that share a region, by the Linux port: in a Linux guest
 * that QEMU boots, or as processes of this machine. This process creates the region
 * and drains it; what the programs counted by themselves is what the ledger says.
 *
 * Usage: test-linux vm|host SCENARIO KERNEL INITRD DIRECTORY
 * DIRECTORY has the programs of the initial file system, for `host`.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vspan/access.h>
#include "../qemu/guest.h"
#include "region.h"

#define SKIPPED 77
#define DEADLINE_S 170 /* an emulated machine on a busy one */
#define KILLS 20
#define LEVELS 2u /* of writers on a thread: it, and a signal handler */
#define WORDS_MAX 64
/*
 * An emulated timer on a busy machine may be too late for the kernel's check. What is no
 * parameter of the kernel is in the environment of init; after -- come its arguments.
 */
#define PATIENT "VSPAN_HELLO_TIMEOUT_MS"
#define PATIENT_MS "20000"
#define KERNEL_ARGUMENTS "console=ttyS0 quiet panic=-1 no_timer_check " PATIENT "=" PATIENT_MS " --"

static int failures;

#define EXPECT(condition)                                                              \
	do {                                                                           \
		if (!(condition)) {                                                    \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
			failures++;                                                    \
		}                                                                      \
	} while (0)

static bool in_vm;
static const char *programs; /* directory of them */
static struct guest guest;
static struct vspan_consumer *consumer;
static struct vspan_attachment *attachment;
static struct vspan_ledger ledger; /* of all rings, after the end */

/* -------------------------------------------------------------- the two ends */

static void region_start(uint32_t rings, uint32_t ring_size)
{
	guest.options = (struct vspan_region_options){.name = "linux",
		.ring_count = rings,
		.ring_size = ring_size,
		.site_capacity = 1024};
	if (!guest_create(&guest))
		exit(1);
}

static void consumer_start(void)
{
	/* An emulated processor's counter starts when it is switched on. */
	const struct vspan_attach_options clock = {.counter_unknown = in_vm};
	struct vspan_error error = {0};

	if (vspan_consumer_create(NULL, &consumer, &error) < 0 ||
		vspan_consumer_attach(consumer, guest.region, &clock, &attachment, &error) < 0) {
		printf("%s\n", error.text);
		exit(1);
	}
}

static void host_start(uint32_t rings, uint32_t ring_size)
{
	region_start(rings, ring_size);
	consumer_start();
}

/* The same commands as processes of this machine: init.c runs them there, too. */
static void host_exec(const char *commands, int console)
{
	char copy[512], *words[WORDS_MAX + 1] = {"init"}, *word;
	int count = 1;

	snprintf(copy, sizeof(copy), "%s", commands);
	for (word = strtok(copy, " "); word != NULL && count < WORDS_MAX; word = strtok(NULL, " "))
		words[count++] = *word == '/' ? word + 1 : word;
	setenv("VSPAN_REGION", guest.path, 1);
	setenv(PATIENT, PATIENT_MS, 1);
	setenv("VSPAN_FULL_TIMEOUT_MS", PATIENT_MS, 1);
	dup2(console, STDOUT_FILENO);
	if (chdir(programs) == 0)
		execv("./linux-init", words);
	_exit(127);
}

static void programs_start(const char *commands)
{
	static char arguments[512];
	int ends[2];

	snprintf(arguments, sizeof(arguments), KERNEL_ARGUMENTS " %s", commands);
	guest.arguments = arguments;
	if (in_vm) {
		EXPECT(guest_start(&guest));
		return;
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		abort();
	guest.pid = fork();
	if (guest.pid == 0)
		host_exec(commands, ends[1]);
	close(ends[1]);
	guest.console = ends[0];
}

static void programs_await(void)
{
	EXPECT(guest_wait(&guest, DEADLINE_S) == 0);
	if (failures != 0)
		printf("%s\n", guest.text);
}

static void host_end(void)
{
	unsigned long long discarded;
	uint32_t i;

	for (i = 0; i < guest.options.ring_count; i++)
		vspan_attachment_ring_dead(attachment, i);
	vspan_consumer_detach(attachment, &ledger);
	vspan_consumer_destroy(consumer);
	discarded = ledger.discarded_guest + ledger.discarded_host;
	printf("%llu attempted = %llu emitted + %llu discarded + %llu torn + %llu invalid; "
	       "%llu spans, %llu aborted, %llu fulls, %llu violations\n",
		(unsigned long long)ledger.attempted, (unsigned long long)ledger.emitted, discarded,
		(unsigned long long)ledger.torn, (unsigned long long)ledger.invalid,
		(unsigned long long)ledger.spans, (unsigned long long)ledger.aborted,
		(unsigned long long)ledger.fulls, (unsigned long long)ledger.violations);
	fflush(stdout);
	EXPECT(vspan_ledger_unexplained(&ledger) == 0);
	EXPECT(ledger.in_ring == 0 && ledger.invalid == 0 && ledger.violations == 0);
}

/* ------------------------------------------------------- what programs counted */

/* The sum of a number in the JSON lines of all programs. */
static uint64_t counted(const char *name)
{
	const char *at = guest.text;
	uint64_t sum = 0, lines = 0;
	char key[64];

	snprintf(key, sizeof(key), "\"%s\":", name);
	while ((at = strstr(at, key)) != NULL) {
		at += strlen(key);
		sum += strtoull(at, NULL, 10);
		lines++;
	}
	EXPECT(lines != 0);
	return sum;
}

/* Nothing was lost: each record a program counted, and one for each ring taken over. */
static void all_arrived(void)
{
	const uint64_t records = counted("records") + counted("reclaimed");

	printf("counted by the programs: %llu records, %llu of them reclaims\n",
		(unsigned long long)records, (unsigned long long)counted("reclaimed"));
	EXPECT(ledger.attempted == records + ledger.lost_reports);
	EXPECT(ledger.emitted + ledger.discarded_guest == ledger.attempted);
	EXPECT(ledger.torn == 0 && ledger.discarded_host == 0);
	EXPECT(ledger.spans == counted("recorded"));
	if (ledger.discarded_guest == 0)
		EXPECT(ledger.emitted == records && ledger.events == counted("events"));
}

static uint32_t sites_published(void)
{
	uint32_t count = 0;

	EXPECT(guest_hello_read(guest.region, &count) == 0);
	return count;
}

/* ----------------------------------------------------------------- scenarios */

/* At once and one after another; what is equal is described once. */
#define SHARING                                          \
	"/linux-worker threads=3 spans=800 turns=4 + "   \
	"/linux-worker threads=2 spans=3000 sites=20 + " \
	"/cases signals 1 , /linux-worker threads=4 spans=1000"

static void sharing_check(void)
{
	const uint32_t sites = sites_published();

	all_arrived();
	/* 506 of the worker, and those the library has in each program; 2 of the cases. */
	EXPECT(sites > 508 && sites < 540);
	EXPECT(counted("ringless") == 0 && counted("reclaimed") == 0);
	EXPECT(ledger.aborted == 0);
}

static void scenario_share(void)
{
	host_start(8, 1u << 20);
	programs_start(SHARING);
	programs_await();
	host_end();
	sharing_check();
}

/*
 * The measure of the port: a million records by 8 threads on 2 processors. And the
 * rest of what can be counted to the record, for one boot's time.
 */
static void scenario_million(void)
{
	host_start(16, 4u << 20);
	programs_start("/linux-worker threads=8 spans=25100 , " SHARING " , /cases forks 4");
	programs_await();
	host_end();
	sharing_check();
	EXPECT(counted("requests") >= 8 * 25100);
	EXPECT(ledger.emitted >= 1000000);
}

static void scenario_signals(void)
{
	host_start(8, 1u << 20);
	programs_start("/cases signals 10");
	programs_await();
	host_end();
	all_arrived();
}

static void scenario_forks(void)
{
	host_start(16, 1u << 20);
	programs_start("/cases forks 8");
	programs_await();
	host_end();
	all_arrived();
	EXPECT(counted("failures") == 0);
	EXPECT(ledger.aborted == 0);
}

static void scenario_exec(void)
{
	host_start(2, 1u << 20);
	programs_start("/cases exec");
	programs_await();
	host_end();
	/* Two left open by the old program, one ended by the new. */
	EXPECT(ledger.emitted == 5 && ledger.spans == 3 && ledger.aborted == 2);
}

/* Processes are killed in the middle, and others get their rings. */
static void scenario_kills(void)
{
	const uint32_t kills = 20;
	uint64_t records;

	host_start(4, 1u << 20);
	programs_start("/cases kills 20 , /linux-worker threads=4 spans=100");
	programs_await();
	host_end();
	records = counted("records") + counted("reclaimed");
	printf("counted by the programs: %llu records, %llu of them reclaims\n",
		(unsigned long long)records, (unsigned long long)counted("reclaimed"));
	EXPECT(counted("reclaimed") >= kills);
	EXPECT(ledger.torn <= kills * LEVELS * LEVELS);
	EXPECT(ledger.discarded_host == 0);
	/* A record that was not counted any more for each thread that was killed, and a reclaim. */
	EXPECT(ledger.attempted - ledger.lost_reports >= records);
	EXPECT(ledger.attempted - ledger.lost_reports <= records + kills * LEVELS * 3);
}

/* Many attach at once, and some are killed while they do. */
static void scenario_crowd(void)
{
	host_start(64, 1u << 16);
	programs_start("/cases crowd 48");
	programs_await();
	host_end();
	EXPECT(counted("failures") == 0);
	EXPECT(ledger.emitted >= counted("records"));
	EXPECT(sites_published() < 40);
}

static bool attempted_await(uint64_t records)
{
	const time_t end = time(NULL) + DEADLINE_S;
	uint64_t attempted;
	uint32_t i;

	do {
		usleep(10000);
		for (i = 0, attempted = 0; i < guest.options.ring_count; i++)
			attempted += vspan_read_once(&region_writer(guest.region, i)->attempted);
	} while (attempted < records && time(NULL) < end);
	return attempted >= records;
}

/*
 * QEMU is killed while 8 threads write: the region is as they left it, whether somebody
 * drained it then or comes afterwards.
 */
static void machine_kill(unsigned number)
{
	region_start(16, 1u << 20);
	if (number % 2 == 0)
		consumer_start();
	programs_start("/linux-worker threads=8 spans=0");
	if (attempted_await(20000)) {
		usleep(number * 7919 % 100000);
		guest_kill(&guest);
	} else {
		EXPECT(guest_wait(&guest, 1) == 0);
	}
	if (number % 2 != 0)
		consumer_start();
	host_end();
	EXPECT(ledger.emitted >= 10000);
	EXPECT(ledger.torn <= 8);
	EXPECT(ledger.attempted == ledger.emitted + ledger.torn + ledger.discarded_guest);
	EXPECT(ledger.discarded_guest == 0 || ledger.fulls > 0);
	EXPECT(ledger.aborted != 0);
}

static void scenario_machine_kill(void)
{
	machine_kill(0);
}

static void scenario_machine_kills(void)
{
	unsigned i;

	for (i = 0; i < KILLS; i++) {
		if (i != 0)
			guest_destroy(&guest);
		machine_kill(i);
	}
}

/* The next boot goes on in the region of a killed machine, and ends what it left. */
static void scenario_machine_again(void)
{
	uint64_t records;

	host_start(16, 1u << 20);
	programs_start("/linux-worker threads=8 spans=0");
	EXPECT(attempted_await(20000));
	guest_kill(&guest);
	programs_start("/linux-worker threads=8 spans=1000");
	programs_await();
	host_end();
	records = counted("records") + counted("reclaimed");
	EXPECT(counted("reclaimed") >= 1 && counted("reclaimed") <= 8);
	EXPECT(ledger.emitted >= 10000 + records);
	EXPECT(ledger.aborted != 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {
	{"million", scenario_million},
	{"share", scenario_share},
	{"signals", scenario_signals},
	{"forks", scenario_forks},
	{"exec", scenario_exec},
	{"kills", scenario_kills},
	{"crowd", scenario_crowd},
	{"machine-kill", scenario_machine_kill},
	{"machine-kills", scenario_machine_kills},
	{"machine-again", scenario_machine_again},
};

static bool vm_possible(const char *kernel, const char *initrd)
{
	if (!guest_possible())
		return false;
	if (access(kernel, R_OK) == 0 && access(initrd, R_OK) == 0)
		return true;
	printf("SKIP: no kernel in %s (fetch it: tests/kvm/fetch-vm.sh BUILD_DIRECTORY), or no "
	       "%s (Debian: apt install cpio)\n",
		kernel, initrd);
	return false;
}

int main(int argc, char **argv)
{
	size_t i, ran = 0;

	if (argc != 6) {
		fprintf(stderr, "usage: test-linux vm|host SCENARIO KERNEL INITRD DIRECTORY\n");
		return 2;
	}
	in_vm = strcmp(argv[1], "vm") == 0;
	programs = argv[5];
	guest = (struct guest){.machine = "pc",
		.elf = argv[3],
		.initrd = argv[4],
		.memory_mb = "256",
		.process = !in_vm};
	if (in_vm && !vm_possible(guest.elf, guest.initrd))
		return SKIPPED;
	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		if (strcmp(argv[2], scenarios[i].name) != 0)
			continue;
		scenarios[i].run();
		guest_destroy(&guest);
		ran++;
	}
	EXPECT(ran == 1);
	return failures != 0;
}
