/* SPDX-License-Identifier: MIT */
/*
 * bench-writer.c - what a span costs the guest, as a ratio to the two counter
 * readings it cannot do without, measured alternately within one run. A thread
 * drains meanwhile, structurally only (no emission), so that the ring never
 * fills and the cost is the writer's.
 *
 * Usage: bench-writer [ROUNDS]
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "ring.h"
#include "thread-port.h"

VSPAN_SPAN(bench, plain, VSPAN_LEVEL_INFO);
VSPAN_SPAN(bench, one, VSPAN_LEVEL_INFO, (u64, a));
VSPAN_SPAN(bench, three, VSPAN_LEVEL_INFO, (u64, a), (u64, b), (u64, c));
VSPAN_SPAN(bench, six, VSPAN_LEVEL_INFO, (u64, a), (u64, b), (u64, c), (u32, d), (u32, e), (u8, f));
VSPAN_SPAN(bench, text, VSPAN_LEVEL_INFO, (str, text));
VSPAN_EVENT(bench, point, VSPAN_LEVEL_INFO, (u64, a));
VSPAN_SPAN(bench, off, VSPAN_LEVEL_INFO, (u64, a));

#define SPANS 4096 /* per measurement */
#define CASES (sizeof(cases) / sizeof(cases[0]))

static volatile uint64_t sink;
static struct vspan_region *region;
static struct ring ring;
static bool stop;

static void run_empty(void)
{
	for (uint32_t i = 0; i < SPANS; i++)
		__asm__ volatile("" : : "r"(i));
}

static void run_two_counters(void)
{
	for (uint32_t i = 0; i < SPANS; i++) {
		sink = vspan_arch_counter();
		sink = vspan_arch_counter();
	}
}

static void run_plain(void)
{
	for (uint32_t i = 0; i < SPANS; i++)
		vspan_end(vspan_begin(bench, plain));
}

static void run_one(void)
{
	for (uint32_t i = 0; i < SPANS; i++)
		vspan_end(vspan_begin(bench, one, i));
}

static void run_three(void)
{
	for (uint32_t i = 0; i < SPANS; i++)
		vspan_end(vspan_begin(bench, three, i, 2, 3));
}

static void run_six(void)
{
	for (uint32_t i = 0; i < SPANS; i++)
		vspan_end(vspan_begin(bench, six, i, 2, 3, 4, 5, 6));
}

static void run_text(void)
{
	for (uint32_t i = 0; i < SPANS; i++)
		vspan_end(vspan_begin(bench, text, "sixteen letters."));
}

static void run_event(void)
{
	for (uint32_t i = 0; i < SPANS; i++)
		vspan_event(bench, point, i);
}

static void run_off(void)
{
	for (uint32_t i = 0; i < SPANS; i++)
		vspan_end(vspan_begin(bench, off, i));
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{"two bare counter readings", run_two_counters},
	{"empty loop", run_empty},
	{"span", run_plain},
	{"span, one u64", run_one},
	{"span, three u64", run_three},
	{"span, six integers", run_six},
	{"span, 16-byte string", run_text},
	{"event, one u64", run_event},
	{"span, disabled", run_off},
};

static void *drain(void *data)
{
	static struct batch batch;
	const struct timespec pause = {0, 100000};

	(void)data;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		do {
			ring_read(&ring, RING_PUBLISHED, 0, UINT64_MAX, &batch);
			ring_release(&ring, &batch);
		} while (batch.next != batch.from);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static double measure(void (*run)(void))
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	run();
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
		SPANS;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return values[count / 2];
}

static void set_up(pthread_t *thread)
{
	const struct vspan_region_options options = {
		.ring_count = 1, .ring_size = 1 << 20, .mode = VSPAN_ABI_MODE_DISCARD};
	cpu_set_t cpu;

	if (vspan_region_create(&options, &region, NULL) < 0)
		abort();
	thread_port_attach(region);
	region_enable_site(region, vspan_site__bench__off.id, false);
	ring_attach(&ring, region, 0);
	pthread_create(thread, NULL, drain, NULL);
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	CPU_ZERO(&cpu);
	CPU_SET(1, &cpu);
	pthread_setaffinity_np(*thread, sizeof(cpu), &cpu);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 501;
	double *times[CASES], *ratios = malloc(sizeof(double) * (size_t)rounds);
	const struct timespec pause = {0, 400000};
	struct vspan_ledger ledger;
	pthread_t thread;
	size_t i;
	int round;

	set_up(&thread);
	for (i = 0; i < CASES; i++)
		times[i] = malloc(sizeof(double) * (size_t)rounds);
	for (round = 0; round < rounds; round++)
		for (i = 0; i < CASES; i++) {
			times[i][round] = measure(cases[i].run);
			/* Between measurements the reader catches up: the ring never fills. */
			nanosleep(&pause, NULL);
		}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	ring_ledger(&ring, &ledger);
	printf("%-28s %10s %24s\n", "per iteration", "median ns", "/ two counter readings");
	for (i = CASES; i-- > 0;) {
		for (round = 0; round < rounds; round++)
			ratios[round] = times[i][round] / times[0][round];
		printf("%-28s %10.2f %24.2f\n", cases[i].name, median(times[i], rounds),
			median(ratios, rounds));
	}
	printf("records written %llu, discarded %llu (0: the writer never met a full ring)\n",
		(unsigned long long)ledger.attempted, (unsigned long long)ledger.discarded_guest);
	return 0;
}
