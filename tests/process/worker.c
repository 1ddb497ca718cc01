/* SPDX-License-Identifier: MIT */
/*
 * worker.c - an ordinary process as a guest, for tests: threads that write spans
 * and count them without vspan's help. Options, as name=value:
 *
 *   threads=N  (1)         spans=N    requests per thread (100), 0: endless
 *   rate=N     requests a second per thread, 0: as fast as can be
 *   sites=N    call sites gen:site_000... used in turn, at most 500
 *   fail=N     every Nth request fails      types=N  ...writes all field types
 *   slow=N     ...takes slow_us=U more      hold=S   stays S seconds afterwards
 *   turns=N    all of it N times, with new threads
 *   control=1  then reads commands from stdin, one a line: `spans N` (serve N
 *              more per thread), `counts` (print the JSON line), `ring` (its
 *              rings' attempted and discarded words), `quit`
 *
 * At the end, also on SIGTERM and SIGINT, it prints one JSON line. `begun` and
 * `events` count calls, `recorded` the begins that returned a span, `records`
 * what was attempted if every call site was enabled and every thread had a ring;
 * `attempted` and `discarded` are the sums of the shared writer words, `longest_ns`
 * is what the slowest verb of any thread took.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vspan/process.h>
#include "arguments.h"
#include "generated.h"
#include "work.h"

#define THREADS_MAX 1024u
#define STATUS_USAGE 2

enum { THREADS, SPANS, RATE, SITES, FAIL, TYPES, SLOW, SLOW_US, HOLD, TURNS, CONTROL, ARGUMENTS };

static struct argument options[ARGUMENTS] = {
	[THREADS] = {"threads", 1, THREADS_MAX, NULL},
	[SPANS] = {"spans", 100, UINT64_MAX, NULL},
	[RATE] = {"rate", 0, 1000000000, NULL},
	[SITES] = {"sites", 0, GENERATED_SITES, NULL},
	[FAIL] = {"fail", 0, UINT64_MAX, NULL},
	[TYPES] = {"types", 0, UINT64_MAX, NULL},
	[SLOW] = {"slow", 0, UINT64_MAX, NULL},
	[SLOW_US] = {"slow_us", 10000, 3600000000, NULL},
	[HOLD] = {"hold", 0, 86400, NULL},
	[TURNS] = {"turns", 1, UINT32_MAX, NULL},
	[CONTROL] = {"control", 0, 1, NULL},
};

static struct thread {
	struct work work; /* lives on when its thread ends: the next one counts on */
	pthread_t id;
	uint64_t requests;
} __attribute__((aligned(128))) threads[THREADS_MAX];

static struct work_options work_options;
static bool stop;
static bool running; /* threads have been started and not joined */
static int attach_result;

static void on_signal(int signal)
{
	(void)signal;
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
}

/* For the main thread only; not restarting, so that reading a command ends. */
static void signals_set(void)
{
	const struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static void *thread_main(void *data)
{
	struct thread *thread = data;

	work_run(&thread->work, thread->requests);
	return NULL;
}

static void threads_join(void)
{
	uint64_t i;

	for (i = 0; running && i < options[THREADS].value; i++)
		pthread_join(threads[i].id, NULL);
	running = false;
}

static void threads_start(uint64_t requests)
{
	sigset_t all, before;
	uint64_t i;

	threads_join();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (i = 0; i < options[THREADS].value; i++) {
		threads[i].work.options = &work_options;
		threads[i].work.stop = &stop;
		threads[i].requests = requests;
		if (pthread_create(&threads[i].id, NULL, thread_main, &threads[i]) != 0) {
			perror("worker: cannot start a thread: use fewer threads=");
			exit(1);
		}
	}
	running = true;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void rings_sum(uint64_t *attempted, uint64_t *discarded)
{
	uint32_t i;

	*attempted = *discarded = 0;
	for (i = 0; i < VSPAN_WRITERS_MAX; i++) {
		if (vspan_writers[i].ring == NULL)
			continue;
		*attempted += vspan_read_once(&vspan_writers[i].shared->attempted);
		*discarded += vspan_read_once(&vspan_writers[i].shared->discarded);
	}
}

static void print_ring(void)
{
	uint64_t attempted, discarded;

	rings_sum(&attempted, &discarded);
	printf("{\"attempted\":%lu,\"discarded\":%lu}\n", attempted, discarded);
	fflush(stdout);
}

static void print_counts(void)
{
	uint64_t attempted, discarded, requests = 0, longest_ns = 0, i;
	struct counts counts = {0};

	for (i = 0; i < options[THREADS].value; i++) {
		counts_add(&counts, &threads[i].work.counts);
		requests += counts_read(&threads[i].work.requests);
		if (counts_read(&threads[i].work.longest_ns) > longest_ns)
			longest_ns = counts_read(&threads[i].work.longest_ns);
	}
	rings_sum(&attempted, &discarded);
	printf("{\"begun\":%lu,\"recorded\":%lu,\"ended\":%lu,\"events\":%lu,\"attempted\":%lu,"
	       "\"discarded\":%lu,\"threads\":%lu,\"errors\":%lu,\"statuses\":%lu,"
	       "\"requests\":%lu,\"records\":%lu,\"longest_ns\":%lu,\"ringless\":%u,"
	       "\"reclaimed\":%u,\"attached\":%s}\n",
		counts.begun, counts.handles, counts.ended, counts.events, attempted, discarded,
		options[THREADS].value, counts.errors, counts.statuses, requests,
		counts_records(&counts), longest_ns, vspan_process_ringless(),
		vspan_process_reclaimed(), attach_result == VSPAN_ATTACH_OK ? "true" : "false");
	fflush(stdout);
}

/* One line of stdin. False: it was the last. */
static bool command_do(const char *line)
{
	uint64_t requests;

	if (strcmp(line, "counts\n") == 0) {
		print_counts();
	} else if (strcmp(line, "ring\n") == 0) {
		print_ring();
	} else if (options[SPANS].value != 0 && sscanf(line, "spans %lu", &requests) == 1 &&
		requests != 0) {
		threads_start(requests);
		threads_join();
	} else {
		if (strcmp(line, "quit\n") != 0)
			fprintf(stderr, "worker: no command, or not with spans=0: %s", line);
		return false;
	}
	return true;
}

/* Commands are read while the first requests, if endless, go on. */
static void commands_read(void)
{
	char line[64];

	while (!stop && fgets(line, sizeof(line), stdin) != NULL && command_do(line))
		;
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
}

static void hold(uint64_t seconds)
{
	const struct timespec pause = {0, 50000000};
	uint64_t i;

	for (i = 0; i < seconds * 20 && !stop; i++)
		nanosleep(&pause, NULL);
}

static void options_read(int argc, char **argv)
{
	const char *problem;
	int i;

	for (i = 1; i < argc; i++) {
		problem = arguments_parse(argv[i], (uint32_t)strlen(argv[i]), options, ARGUMENTS);
		if (problem == NULL)
			continue;
		fprintf(stderr, "worker: cannot use '%s': see the head of worker.c\n", problem);
		exit(STATUS_USAGE);
	}
	work_options = (struct work_options){
		.rate = options[RATE].value,
		.sites = options[SITES].value,
		.fail = options[FAIL].value,
		.slow = options[SLOW].value,
		.slow_us = options[SLOW_US].value,
		.types = options[TYPES].value,
	};
}

int main(int argc, char **argv)
{
	uint64_t turn;

	options_read(argc, argv);
	signals_set();
	attach_result = vspan_attach("worker");
	if (vspan_process_problem() != NULL)
		fprintf(stderr, "worker: %s\n", vspan_process_problem());
	for (turn = 0; turn < options[TURNS].value && !stop; turn++)
		threads_start(options[SPANS].value);
	if (options[CONTROL].value != 0 && options[SPANS].value != 0)
		threads_join();
	if (options[CONTROL].value != 0)
		commands_read();
	threads_join();
	hold(options[HOLD].value);
	print_counts();
	return 0;
}
