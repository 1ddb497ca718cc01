/* SPDX-License-Identifier: MIT */
/*
 * bench-drain.c - what the consumer takes for a record, from the ring to a
 * finished span nobody records, as a ratio to copying the same bytes, measured
 * alternately within one run: without a state, and with one in shared memory.
 *
 * Usage: bench-drain [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "thread-port.h"

VSPAN_SPAN(bench, work, VSPAN_LEVEL_INFO, (u64, number));

#define SPANS 100000u /* per measurement; a span is two records of a slot */
#define RING_SIZE (UINT32_C(16) << 20)
#define BYTES ((size_t)SPANS * 2 * VSPAN_ABI_SLOT_SIZE)
#define CASES 2
#define ROUNDS_MAX 1000

struct rig {
	struct vspan_region *region;
	struct vspan_consumer *consumer;
	struct vspan_attachment *attachment;
};

static const char *const names[CASES] = {"no state", "state file"};
static double ratios[CASES][ROUNDS_MAX];
static uint8_t *from, *to;

static void must(int ret, const struct vspan_error *error)
{
	if (ret == 0)
		return;
	fprintf(stderr, "bench-drain: %s\n", error->text);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void rig_open(struct rig *rig, const char *state)
{
	const struct vspan_region_options region = {.ring_count = 1, .ring_size = RING_SIZE};
	const struct vspan_consumer_options consumer = {.drain_on_exit_only = true};
	const struct vspan_attach_options attach = {.state_path = state};
	struct vspan_error error;

	must(vspan_region_create(&region, &rig->region, &error), &error);
	must(vspan_consumer_create(&consumer, &rig->consumer, &error), &error);
	must(vspan_consumer_attach(rig->consumer, rig->region, &attach, &rig->attachment, &error),
		&error);
}

static uint64_t drain_ns(struct rig *rig)
{
	uint64_t start;
	uint32_t i;

	thread_port_attach(rig->region);
	for (i = 0; i < SPANS; i++)
		vspan_end(vspan_begin(bench, work, i));
	vspan_publish();
	start = now_ns();
	vspan_attachment_drain(rig->attachment, 0, UINT64_MAX);
	return now_ns() - start;
}

static uint64_t copy_ns(void)
{
	uint64_t start = now_ns();

	memcpy(to, from, BYTES);
	__asm__ volatile("" : : "r"(to) : "memory");
	return now_ns() - start;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	const uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 25;
	char state[] = "/dev/shm/vspan-bench-drain.XXXXXX";
	double ns[CASES] = {0};
	struct rig rigs[CASES];
	uint32_t round, i;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		return 2;
	close(mkstemp(state));
	from = calloc(1, BYTES);
	to = malloc(BYTES);
	if (from == NULL || to == NULL)
		return 1;
	memset(to, 1, BYTES);
	thread_port = (struct thread_port){0};
	for (i = 0; i < CASES; i++)
		rig_open(&rigs[i], i == 0 ? NULL : state);
	for (round = 0; round < rounds; round++)
		for (i = 0; i < CASES; i++) {
			const double took = (double)drain_ns(&rigs[i]);

			ratios[i][round] = took / (double)copy_ns();
			ns[i] += took / rounds / SPANS / 2;
		}
	printf("%-12s %10s %14s\n", "drain", "ns/record", "x memory copy");
	for (i = 0; i < CASES; i++) {
		qsort(ratios[i], rounds, sizeof(double), compare);
		printf("%-12s %10.1f %7.1f (%.1f-%.1f)\n", names[i], ns[i], ratios[i][rounds / 2],
			ratios[i][rounds / 10], ratios[i][rounds - 1 - rounds / 10]);
		vspan_consumer_detach(rigs[i].attachment, NULL);
		vspan_consumer_destroy(rigs[i].consumer);
		vspan_region_close(rigs[i].region);
	}
	unlink(state);
	free(from);
	free(to);
	return 0;
}
