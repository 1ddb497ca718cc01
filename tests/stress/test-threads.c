/* SPDX-License-Identifier: MIT */
/*
 * test-threads.c - threads as vCPUs write through the real guest library, each
 * interrupted by a signal handler that writes too, while the real consumer
 * drains. In every mode the account closes exactly and nothing is invalid.
 * A plain executable, so that it also runs under ThreadSanitizer and valgrind.
 *
 * Usage: test-threads [SPANS_PER_THREAD [MODE]], MODE one of block, discard, overwrite
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "thread-port.h"

VSPAN_SPAN(stress, outer, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(stress, inner, VSPAN_LEVEL_INFO, (u64, number), (str, text));
VSPAN_SPAN(stress, handler, VSPAN_LEVEL_INFO);
VSPAN_EVENT(stress, mark, VSPAN_LEVEL_INFO, (u32, number), (x64, pair, 2));

#define THREADS 2
#define TIMER_NS 200000

static struct vspan_attachment *attachment;
static uint64_t spans_per_thread = 50000;
static int failures;

#define EXPECT(condition)                                                              \
	do {                                                                           \
		if (!(condition)) {                                                    \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
			failures++;                                                    \
		}                                                                      \
	} while (0)

static void on_signal(int signal)
{
	uint64_t outer = vspan_interrupt_enter();
	vspan_t span = vspan_begin(stress, handler);

	(void)signal;
	vspan_event(stress, mark, 1, ((const uint64_t[]){1, 2}));
	vspan_end(span);
	vspan_interrupt_leave(outer);
}

/* A VM exit: like a stopped vCPU, the thread takes no interrupts meanwhile. */
static void notify(uint32_t reason, uint32_t ring)
{
	sigset_t block, before;

	if (reason == VSPAN_NOTIFY_HELLO)
		return;
	sigemptyset(&block);
	sigaddset(&block, SIGRTMIN);
	pthread_sigmask(SIG_BLOCK, &block, &before);
	vspan_attachment_drain(attachment, ring, UINT64_C(5000000000));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static timer_t start_timer(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN};
	struct itimerspec period = {{0, TIMER_NS}, {0, TIMER_NS}};
	timer_t timer;

	event._sigev_un._tid = gettid();
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
		abort();
	timer_settime(timer, 0, &period, NULL);
	return timer;
}

static void *vcpu(void *data)
{
	sigset_t block;
	timer_t timer;
	uint64_t i;

	thread_port_ring = (uint32_t)(uintptr_t)data;
	timer = start_timer();
	for (i = 0; i < spans_per_thread; i++) {
		vspan_t outer = vspan_begin(stress, outer, i);
		vspan_t inner = vspan_begin(stress, inner, i, "some text, longer than a slot");

		vspan_event(stress, mark, (uint32_t)i, ((const uint64_t[]){i, ~i}));
		vspan_end(inner);
		vspan_end(outer);
	}
	sigemptyset(&block);
	sigaddset(&block, SIGRTMIN);
	pthread_sigmask(SIG_BLOCK, &block, NULL);
	timer_delete(timer);
	vspan_publish();
	return NULL;
}

static void run(const char *name, uint32_t mode)
{
	const struct vspan_region_options options = {
		.ring_count = THREADS, .ring_size = VSPAN_ABI_RING_SIZE_MIN, .mode = mode};
	struct vspan_consumer *consumer;
	struct vspan_region *region;
	struct vspan_ledger ledger;
	pthread_t threads[THREADS];
	uintptr_t i;

	thread_port = (struct thread_port){0};
	EXPECT(vspan_region_create(&options, &region, NULL) == 0);
	EXPECT(vspan_consumer_create(NULL, &consumer, NULL) == 0);
	EXPECT(vspan_consumer_attach(consumer, region, NULL, &attachment, NULL) == 0);
	thread_port.notify = notify;
	thread_port_attach(region);
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, vcpu, (void *)i);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	vspan_consumer_detach(attachment, &ledger);
	vspan_consumer_destroy(consumer);
	vspan_region_close(region);

	printf("%-9s %llu attempted = %llu emitted + %llu discarded + %llu torn + %llu invalid; "
	       "%llu fulls, %llu aborted, %llu violations\n",
		name, (unsigned long long)ledger.attempted, (unsigned long long)ledger.emitted,
		(unsigned long long)ledger.discarded_guest, (unsigned long long)ledger.torn,
		(unsigned long long)ledger.invalid, (unsigned long long)ledger.fulls,
		(unsigned long long)ledger.aborted, (unsigned long long)ledger.violations);
	EXPECT(vspan_ledger_unexplained(&ledger) == 0);
	EXPECT(ledger.in_ring == 0);
	EXPECT(ledger.torn == 0);
	EXPECT(ledger.invalid == 0);
	EXPECT(ledger.violations == 0);
	EXPECT(ledger.emitted > 0);
	if (mode == VSPAN_ABI_MODE_BLOCK) {
		EXPECT(ledger.attempted >= THREADS * spans_per_thread * 5);
		EXPECT(ledger.discarded_guest == 0);
		EXPECT(ledger.aborted == 0);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint32_t mode;
	} modes[] = {
		{"block", VSPAN_ABI_MODE_BLOCK},
		{"discard", VSPAN_ABI_MODE_DISCARD},
		{"overwrite", VSPAN_ABI_MODE_OVERWRITE},
	};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	size_t i;

	if (argc > 1)
		spans_per_thread = strtoull(argv[1], NULL, 10);
	sigaction(SIGRTMIN, &action, NULL);
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (argc < 3 || strcmp(argv[2], modes[i].name) == 0)
			run(modes[i].name, modes[i].mode);
	return failures != 0;
}
