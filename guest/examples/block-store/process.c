/* SPDX-License-Identifier: MIT */
/*
 * process.c - the block store as an ordinary process: every thread serves a
 * volume of its own. At the end, also on SIGTERM and SIGINT, it prints what it
 * counted as one line of JSON. Status 0, 1 if the store misbehaved, 2 for a bad
 * command line. Arguments:
 *
 *   threads=N  (2)             requests=N  per thread (200)
 *   seed=N     of the requests pause=US    after each one
 *   endless=1  until a signal comes
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <vspan/process.h>
#include "arguments.h"
#include "volume.h"

#define MODULE "block-store"
#define THREADS_MAX 64u
#define STATUS_MISBEHAVED 1
#define STATUS_USAGE 2

static struct server {
	struct volume volume;
	struct counts counts;
	pthread_t thread;
} __attribute__((aligned(128))) servers[THREADS_MAX];

enum { THREADS, REQUESTS, SEED, PAUSE, ENDLESS, ARGUMENTS };

static struct argument options[ARGUMENTS] = {
	[THREADS] = {"threads", 2, THREADS_MAX, NULL},
	[REQUESTS] = {"requests", 200, UINT64_MAX, NULL},
	[SEED] = {"seed", 1, UINT64_MAX, NULL},
	[PAUSE] = {"pause", 0, 999999, NULL},
	[ENDLESS] = {"endless", 0, 1, NULL},
};

static bool stop;

static void on_signal(int signal)
{
	(void)signal;
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
}

static bool options_read(int argc, char **argv)
{
	const char *problem;
	int i;

	for (i = 1; i < argc; i++) {
		problem = arguments_parse(argv[i], (uint32_t)strlen(argv[i]), options, ARGUMENTS);
		if (problem == NULL)
			continue;
		fprintf(stderr,
			MODULE ": cannot use the argument '%s': give threads= requests= seed= "
			       "pause= and endless=0 or 1\n",
			problem);
		return false;
	}
	return true;
}

static void *server_run(void *data)
{
	const struct timespec pause = {0, (long)options[PAUSE].value * 1000};
	struct server *server = data;
	uint64_t i;

	counted_log(&server->counts, VSPAN_LEVEL_INFO, MODULE, "volume ready");
	for (i = 0; (options[ENDLESS].value != 0 || i < options[REQUESTS].value) &&
		!__atomic_load_n(&stop, __ATOMIC_RELAXED);
		i++) {
		volume_request(&server->volume);
		if (pause.tv_nsec != 0)
			nanosleep(&pause, NULL);
	}
	counted_log(&server->counts, VSPAN_LEVEL_INFO, MODULE, "volume done");
	return NULL;
}

/* Serves on all threads until they are done. False: not all could be started. */
static bool servers_run(void)
{
	uint32_t count = (uint32_t)options[THREADS].value, i, started;

	for (i = 0; i < count; i++)
		volume_start(&servers[i].volume, options[SEED].value, i, &servers[i].counts);
	for (started = 0; started < count; started++)
		if (pthread_create(&servers[started].thread, NULL, server_run, &servers[started]) !=
			0)
			break;
	if (started < count) {
		perror(MODULE ": cannot start a thread: use fewer threads=");
		on_signal(0);
	}
	for (i = 0; i < started; i++)
		pthread_join(servers[i].thread, NULL);
	return started == count;
}

/* Prints the counts. Returns the exit status. */
static int report(bool attached)
{
	uint64_t requests = 0, failures = 0, mismatches = 0, corruptions = 0;
	struct counts counts = {0};
	uint32_t i;

	for (i = 0; i < options[THREADS].value; i++) {
		counts_add(&counts, &servers[i].counts);
		requests += servers[i].volume.requests;
		failures += servers[i].volume.failures;
		mismatches += servers[i].volume.store.statistics.mismatches;
		corruptions += servers[i].volume.store.statistics.corruptions;
	}
	printf("{\"attached\":%d,\"records\":%lu,\"spans_begun\":%lu,\"spans_recorded\":%lu,"
	       "\"spans_ended\":%lu,\"events\":%lu,\"sets\":%lu,\"statuses\":%lu,\"logs\":%lu,"
	       "\"errors\":%lu,\"requests\":%lu,\"mismatches\":%lu,\"corruptions\":%lu}\n",
		attached, counts_records(&counts), counts.begun, counts.handles, counts.ended,
		counts.events, counts.sets, counts.statuses, counts.logs, counts.errors, requests,
		mismatches, corruptions);
	return failures != 0 || mismatches != corruptions ? STATUS_MISBEHAVED : 0;
}

int main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = on_signal};
	bool attached, started;
	int status;

	if (!options_read(argc, argv))
		return STATUS_USAGE;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	attached = vspan_attach(MODULE) == VSPAN_ATTACH_OK;
	if (vspan_process_problem() != NULL)
		fprintf(stderr, MODULE ": not traced: %s\n", vspan_process_problem());
	started = servers_run();
	status = report(attached);
	return started ? status : STATUS_MISBEHAVED;
}
