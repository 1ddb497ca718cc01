/* SPDX-License-Identifier: MIT */
/*
 * test-kill-process.c - a process that writes nested spans, itself interrupted
 * by a signal handler that writes, is killed with SIGKILL at random moments.
 * Judged by the reader and by the memory it left: everything committed is read,
 * what is missing is torn, at most one record a nesting level.
 *
 * Usage: test-kill-process [KILLS]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "ring.h"
#include "thread-port.h"

VSPAN_SPAN(kill, outer, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(kill, inner, VSPAN_LEVEL_INFO, (u64, number), (str, text));
VSPAN_SPAN(kill, handler, VSPAN_LEVEL_INFO);

#define LEVELS 2 /* main program and signal handler */

static int failures;

#define EXPECT(condition)                                                         \
	do {                                                                      \
		if (!(condition)) {                                               \
			printf("kill %d: failed: %s\n", kill_number, #condition); \
			failures++;                                               \
		}                                                                 \
	} while (0)

static void on_signal(int signal)
{
	(void)signal;
	vspan_end(vspan_begin(kill, handler));
}

/* Records whose verb has returned: what must arrive. Shared with the parent. */
static uint64_t *completed;

static void write_for_ever(void)
{
	struct itimerval period = {{0, 100}, {0, 100}};
	uint64_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGALRM, on_signal);
	setitimer(ITIMER_REAL, &period, NULL);
	for (i = 0;; i++) {
		vspan_t outer = vspan_begin(kill, outer, i);
		vspan_t inner = vspan_begin(kill, inner, i, "text that takes two slots");

		vspan_end(inner);
		vspan_end(outer);
		/* The end of a span that was not recorded writes nothing. */
		*(volatile uint64_t *)completed += 2u + (inner != 0) + (outer != 0);
	}
}

/* Reads all a dead writer left; the number of records. */
static uint64_t read_dead(struct ring *ring, uint64_t *begun)
{
	static struct batch batch;
	uint64_t count = 0;
	uint32_t i;

	do {
		count += ring_read(ring, RING_DEAD, 0, 0, &batch);
		ring->ledger.emitted += batch.record_count;
		for (i = 0; i < batch.record_count; i++)
			*begun += batch.records[i].kind == VSPAN_ABI_KIND_BEGIN;
		ring_release(ring, &batch);
	} while (batch.next != batch.from);
	ring_close(ring);
	return count;
}

static void one_kill(int kill_number, uint32_t mode, uint64_t *torn)
{
	const struct vspan_region_options options = {
		.ring_count = 1, .ring_size = 1u << 20, .mode = mode};
	const struct timespec delay = {0, 20000 + (rand() % 400) * 1000};
	struct vspan_region *region;
	struct vspan_ledger ledger;
	static struct ring ring;
	uint64_t read, begun = 0;
	pid_t child;

	EXPECT(vspan_region_create(&options, &region, NULL) == 0);
	*completed = 0;
	ring_attach(&ring, region, 0);
	thread_port = (struct thread_port){0};
	thread_port_attach(region);
	child = fork();
	if (child == 0)
		write_for_ever();
	nanosleep(&delay, NULL);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	read = read_dead(&ring, &begun);
	ring_ledger(&ring, &ledger);
	EXPECT(vspan_ledger_unexplained(&ledger) == 0);
	EXPECT(ledger.torn <= LEVELS);
	EXPECT(ledger.violations == 0);
	if (mode == VSPAN_ABI_MODE_DISCARD)
		EXPECT(read + ledger.discarded_guest >= *completed);
	*torn += ledger.torn;
	vspan_region_close(region);
}

int main(int argc, char **argv)
{
	int kills = argc > 1 ? atoi(argv[1]) : 1000;
	uint64_t torn = 0;
	int i;

	srand(1);
	completed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < kills; i++)
		one_kill(i, i % 2 != 0 ? VSPAN_ABI_MODE_DISCARD : VSPAN_ABI_MODE_OVERWRITE, &torn);
	printf("%d kills, %llu torn records, %d failures\n", kills, (unsigned long long)torn,
		failures);
	return failures != 0;
}
