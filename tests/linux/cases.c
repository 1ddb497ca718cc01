/* SPDX-License-Identifier: MIT */
/*
 * cases.c - a program of a Linux guest that does what is hard on its port: forks
 * with threads and signals about, replaces itself, is killed. All its processes
 * count in memory they share, and the first one prints one JSON line.
 *
 * Usage: cases forks|signals|exec|kills|crowd [NUMBER]
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vspan/process.h>
#include "counts.h"

VSPAN_SPAN(cases, work, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_EVENT(cases, tick, VSPAN_LEVEL_INFO, (u64, number));

#define THREADS 2u
#define WRITERS_MAX 512u /* threads and signal handlers of all processes, one after another */
#define SIGNAL_PERIOD_US 500
#define SPANS 500u

/* Of all processes: each writer counts in a struct of its own. */
static struct tally {
	struct counts counts[WRITERS_MAX];
	uint32_t writers;
	uint32_t reclaimed;
	uint32_t failures;
} * tally;

#define EXPECT(condition)                                                              \
	do {                                                                           \
		if (!(condition)) {                                                    \
			printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
			__atomic_fetch_add(&tally->failures, 1, __ATOMIC_RELAXED);     \
		}                                                                      \
	} while (0)

static bool stop; /* endless threads of this process */

static struct counts *counts_new(void)
{
	const uint32_t index = __atomic_fetch_add(&tally->writers, 1, __ATOMIC_RELAXED);

	if (index >= WRITERS_MAX)
		abort();
	return &tally->counts[index];
}

static void attach(void)
{
	EXPECT(vspan_attach("cases") == VSPAN_ATTACH_OK);
	if (vspan_process_problem() != NULL)
		printf("cases: %s\n", vspan_process_problem());
	__atomic_fetch_add(&tally->reclaimed, vspan_process_reclaimed(), __ATOMIC_RELAXED);
}

static void work(struct counts *counts, uint32_t spans)
{
	uint32_t i;

	for (i = 0; i < spans; i++) {
		vspan_t outer = counted_begin(counts, cases, work, i);
		vspan_t inner = counted_begin(counts, cases, work, i);

		counted_event(counts, cases, tick, i);
		counted_end(counts, inner);
		counted_end(counts, outer);
	}
}

/* ---------------------------------------------------------------- threads */

/* A handler may also come behind the thread's last destructor, where there is no ring any more. */
static void *thread_main(void *data)
{
	struct counts *counts = counts_new();
	sigset_t alarm;

	(void)data;
	do
		work(counts, 10);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED));
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm, NULL);
	return NULL;
}

static void threads_start(pthread_t threads[THREADS])
{
	uint32_t i;

	__atomic_store_n(&stop, false, __ATOMIC_RELAXED);
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, thread_main, NULL) != 0)
			abort();
}

static void threads_stop(pthread_t threads[THREADS])
{
	uint32_t i;

	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* ---------------------------------------------------------------- signals */

static __thread struct counts *handler_counts;
static __thread pid_t handler_process;

/* On whichever thread it comes, also before that has a ring, and in the child of a fork. */
static void on_alarm(int signal)
{
	(void)signal;
	if (handler_counts == NULL || handler_process != getpid()) {
		handler_counts = counts_new();
		handler_process = getpid();
	}
	counted_event(handler_counts, cases, tick, 0);
}

static void signals_start(void)
{
	const struct itimerval period = {{0, SIGNAL_PERIOD_US}, {0, SIGNAL_PERIOD_US}};
	const struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &period, NULL);
}

static void signals_stop(void)
{
	const struct itimerval never = {0};

	setitimer(ITIMER_REAL, &never, NULL);
}

/* Threads come and go under signals. */
static void case_signals(uint32_t number)
{
	struct counts *counts = counts_new();
	pthread_t threads[THREADS];
	uint32_t i;

	attach();
	signals_start();
	for (i = 0; i < number; i++) {
		threads_start(threads);
		work(counts, SPANS);
		threads_stop(threads);
	}
	signals_stop();
}

/* ------------------------------------------------------------------ forks */

/* Detached until it attaches; then it is a process like any other. */
static void child_work(vspan_t parents)
{
	struct counts *counts = counts_new();

	EXPECT(vspan_begin(cases, work, 0) == 0);
	vspan_end(parents);
	vspan_event(cases, tick, 0);
	attach();
	work(counts, SPANS);
	EXPECT(counts->handles == 2 * SPANS);
	/* exit() gives the ring back; output of the parent must not come twice. */
	fflush(stdout);
	exit(0);
}

/* While other threads record, under signals. */
static void case_forks(uint32_t number)
{
	struct counts *counts = counts_new();
	pthread_t threads[THREADS];
	vspan_t open;
	uint32_t i;
	int status;

	attach();
	threads_start(threads);
	signals_start();
	open = counted_begin(counts, cases, work, 0);
	for (i = 0; i < number; i++) {
		fflush(stdout);
		if (fork() == 0)
			child_work(open);
		work(counts, 10);
	}
	counted_end(counts, open);
	signals_stop();
	threads_stop(threads);
	for (i = 0; i < number; i++) {
		EXPECT(wait(&status) > 0);
		EXPECT(status == 0);
	}
}

/* ------------------------------------------------------------------- exec */

/* The new program is the same process, but has none of the rings. */
static void case_exec(uint32_t number)
{
	struct counts *counts = counts_new();
	int status;

	(void)number;
	fflush(stdout);
	if (fork() == 0) {
		attach();
		(void)counted_begin(counts, cases, work, 1);
		(void)counted_begin(counts, cases, work, 2);
		execl("/proc/self/exe", "cases", "executed", NULL);
		_exit(127);
	}
	EXPECT(wait(&status) > 0);
	/* It counts in memory of its own: its records come as its exit status. */
	EXPECT(WIFEXITED(status));
	counts_new()->events = (uint64_t)WEXITSTATUS(status);
}

static int executed(void)
{
	vspan_t span;

	attach();
	span = vspan_begin(cases, work, 3);
	vspan_end(span);
	EXPECT(span != 0 && vspan_process_reclaimed() == 1);
	/* What it wrote and the reclaim. */
	return tally->failures != 0 ? 255 : 3;
}

/* ------------------------------------------------------------------ kills */

static void victim_run(void)
{
	pthread_t threads[THREADS];

	attach();
	threads_start(threads);
	for (;;)
		pause();
}

/* A process is killed at a random moment, and another comes. */
static void case_kills(uint32_t number)
{
	siginfo_t info;
	uint32_t i;

	srand(1);
	for (i = 0; i < number; i++) {
		const uint32_t reclaimed = tally->reclaimed;
		pid_t child;

		fflush(stdout);
		child = fork();
		if (child == 0)
			victim_run();
		while (tally->counts[i * THREADS].begun == 0)
			usleep(1000);
		usleep((useconds_t)(rand() % 20000));
		kill(child, SIGKILL);
		/* A dead process nobody has waited for yet is dead all the same. */
		waitid(P_PID, (id_t)child, &info, WEXITED | (i % 2 == 0 ? WNOWAIT : 0));
		EXPECT(i == 0 || tally->reclaimed > reclaimed);
	}
	attach();
	EXPECT(vspan_process_reclaimed() != 0);
	work(counts_new(), SPANS);
}

/* ------------------------------------------------------------------ crowd */

/* All at once; every fourth is killed, perhaps while it attaches. */
static void case_crowd(uint32_t number)
{
	int status;
	uint32_t i;

	srand(1);
	fflush(stdout);
	for (i = 0; i < number; i++) {
		const pid_t child = fork();

		if (child == 0) {
			attach();
			work(counts_new(), 10);
			exit(0);
		}
		if (i % 4 != 3)
			continue;
		usleep((useconds_t)(rand() % 3000));
		kill(child, SIGKILL);
	}
	for (i = 0; i < number; i++) {
		EXPECT(wait(&status) > 0);
		EXPECT(status == 0 || status == SIGKILL);
	}
	attach();
	work(counts_new(), 10);
}

/* ------------------------------------------------------------------------ */

static void print(void)
{
	struct counts sum = {0};
	uint32_t i;

	for (i = 0; i < tally->writers && i < WRITERS_MAX; i++)
		counts_add(&sum, &tally->counts[i]);
	printf("{\"begun\":%lu,\"recorded\":%lu,\"events\":%lu,\"records\":%lu,\"reclaimed\":%u,"
	       "\"failures\":%u}\n",
		sum.begun, sum.handles, sum.events, counts_records(&sum), tally->reclaimed,
		tally->failures);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(uint32_t number);
	} cases[] = {
		{"forks", case_forks},
		{"signals", case_signals},
		{"exec", case_exec},
		{"kills", case_kills},
		{"crowd", case_crowd},
	};
	const uint32_t number = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	size_t i;

	tally = mmap(
		NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED || argc < 2)
		return 2;
	if (strcmp(argv[1], "executed") == 0)
		return executed();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (strcmp(argv[1], cases[i].name) == 0)
			cases[i].run(number);
	print();
	return tally->failures != 0;
}
