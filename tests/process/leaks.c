/* SPDX-License-Identifier: MIT */
/*
 * leaks.c - a program that knows what it leaks, for the heap profile's tests. Prints
 * nothing by itself, so that no buffer of stdio's is in the profile; the numbers are in
 * test-heap.py. Compiled with frame pointers.
 *
 * Usage: leaks
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS 500

#define APART static __attribute__((noinline, noclone))

/* Keeps the compiler from knowing what becomes of it. */
static void *volatile last;
static pthread_key_t key;

APART void leak_small(void)
{
	for (int i = 0; i < 7; i++)
		last = malloc(100);
}

APART void leak_zeroed(void)
{
	last = calloc(3, 1000);
}

APART void leak_aligned(void)
{
	void *memory = NULL;

	last = aligned_alloc(64, 128);
	if (posix_memalign(&memory, 256, 512) == 0)
		last = memory;
}

/* 10 bytes become 5000, and then 20. */
APART void leak_moved(void)
{
	void *memory = malloc(10);
	void *larger = realloc(memory, 5000);

	last = realloc(larger, 20);
}

APART void keep_nothing(void)
{
	void *memory = realloc(NULL, 64);
	void *larger = realloc(memory, 100000);

	last = larger;
	free(larger);
	/* One that fails changes nothing. */
	memory = malloc(24);
	last = memory;
	larger = realloc(memory, (size_t)-1 / 4);
	free(larger != NULL ? larger : memory);
}

APART void *churn(void *unused)
{
	static const size_t sizes[] = {16, 200, 3000};
	void *memory[3];

	(void)unused;
	pthread_setspecific(key, malloc(77));
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < 3; i++)
			last = memory[i] = malloc(sizes[i]);
		for (int i = 0; i < 3; i++)
			free(memory[i]);
	}
	return NULL;
}

/* A child's heap is its own: nothing of it is in the profile. */
APART void leak_in_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		last = malloc(12345);
		_exit(last == NULL);
	}
	waitpid(child, NULL, 0);
}

int main(void)
{
	pthread_t threads[THREADS];

	pthread_key_create(&key, free);
	leak_small();
	leak_zeroed();
	leak_aligned();
	leak_moved();
	keep_nothing();
	leak_in_child();
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, churn, NULL) != 0)
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
