/* SPDX-License-Identifier: MIT */
/*
 * subject.c - a program without a word of vspan in it, compiled by
 * tests/e2e/test-functions.py with -finstrument-functions. What it calls how often
 * is plain to see; its argument says what it does.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PLAIN __attribute__((noinline))
#define HIDDEN __attribute__((no_instrument_function))

int library_outer(int times);

static volatile int sink;
static jmp_buf back;
static volatile sig_atomic_t handled;

PLAIN static void leaf(int value)
{
	sink += value;
}

PLAIN static void middle(int times)
{
	for (int i = 0; i < times; i++)
		leaf(i);
}

PLAIN static void outer(int times)
{
	for (int i = 0; i < times; i++)
		middle(5);
}

PLAIN static void jump_out(int value)
{
	leaf(value);
	longjmp(back, 1);
}

PLAIN static void jump_in(int value)
{
	jump_out(value);
}

PLAIN static void after(void)
{
	leaf(1);
}

/* Each turn leaves two functions without their ends. */
PLAIN static void jumps(void)
{
	volatile int turn = 0;

	if (setjmp(back) == 0 || turn < 50) {
		turn++;
		if (turn % 2 == 0)
			jump_in(turn);
		else
			jump_out(turn);
	}
	after();
}

PLAIN static int recurse(int depth)
{
	return depth == 0 ? sink : recurse(depth - 1) + 1;
}

static void *thread_run(void *unused)
{
	for (int i = 0; i < 100; i++)
		outer(2);
	return unused;
}

static void *thread_leave(void *unused)
{
	leaf(1);
	pthread_exit(unused);
}

static void in_thread(void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL) == 0)
		pthread_join(thread, NULL);
}

static void threads(void)
{
	pthread_t thread[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, thread_run, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

static void handler(int number)
{
	leaf(number);
	handled = handled + 1;
}

static void signals(void)
{
	const struct itimerspec period = {{0, 200000}, {0, 200000}};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	timer_t timer;

	signal(SIGALRM, handler);
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &period, NULL);
	while (handled < 200)
		middle(3);
	timer_delete(timer);
	signal(SIGALRM, SIG_IGN);
}

static void children(void)
{
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			outer(10);
			_exit(0);
		}
		wait(NULL);
	}
	after();
}

PLAIN static void slow_one(void)
{
	const struct timespec pause = {0, 20000000};

	nanosleep(&pause, NULL);
	leaf(1);
}

PLAIN static void slow(void)
{
	for (int i = 0; i < 3; i++)
		slow_one();
	outer(20);
}

PLAIN static void leave(void)
{
	exit(3);
}

HIDDEN static void spin(void)
{
	for (;;)
		outer(2);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "nest";

	if (strcmp(mode, "nest") == 0)
		outer(3);
	else if (strcmp(mode, "threads") == 0)
		threads();
	else if (strcmp(mode, "jump") == 0)
		jumps();
	else if (strcmp(mode, "deep") == 0)
		printf("%d\n", recurse(3000) + recurse(10));
	else if (strcmp(mode, "leave") == 0)
		for (int i = 0; i < 5; i++)
			in_thread(thread_leave);
	else if (strcmp(mode, "signals") == 0)
		signals();
	else if (strcmp(mode, "children") == 0)
		children();
	else if (strcmp(mode, "library") == 0)
		library_outer(4);
	else if (strcmp(mode, "slow") == 0)
		slow();
	else if (strcmp(mode, "exit") == 0)
		leave();
	else if (strcmp(mode, "spin") == 0)
		spin();
	printf("handled=%d\n", (int)handled);
	return 0;
}
