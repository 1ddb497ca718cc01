/* SPDX-License-Identifier: MIT */
/*
 * lease.c - which thread writes which ring. A ring has one writer at a time, so
 * a thread takes one out of a bitmap with its first record and a destructor puts
 * it back when the thread ends. Lock-free, and callable from signal handlers.
 */
#include <pthread.h>
#include "process.h"

#define WORD_BITS 64u
#define WORDS (VSPAN_WRITERS_MAX / WORD_BITS)

__thread uint32_t vspan_process_lease __attribute__((tls_model("initial-exec")));

/* Set bits are free rings. Taking one acquires what its last writer left, giving it back releases.
 */
static uint64_t free_rings[WORDS];
static uint32_t ringless;
static pthread_key_t key;
static bool started;

/* Of PTHREAD_DESTRUCTOR_ITERATIONS, which are 4 or more. */
#define ROUNDS_WAITED 2u
static __thread uint32_t rounds __attribute__((tls_model("initial-exec")));

/*
 * What threads without a ring write to. They share it: unlocked increments may
 * get lost then, but nobody reads the counts, and no other word of it is acted
 * on, since a writer without ring discards on its first step.
 */
static struct vspan_abi_writer no_ring;

/* A free ring, PROCESS_NO_RING if there is none. Bounded: each failed exchange is another's
 * success. */
static uint32_t ring_take(void)
{
	uint32_t word;

	for (word = 0; word < WORDS; word++) {
		uint64_t free = __atomic_load_n(&free_rings[word], __ATOMIC_RELAXED);

		while (free != 0)
			if (__atomic_compare_exchange_n(&free_rings[word], &free, free & (free - 1),
				    true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
				return word * WORD_BITS + (uint32_t)__builtin_ctzll(free);
	}
	return PROCESS_NO_RING;
}

static void ring_give(uint32_t ring)
{
	__atomic_fetch_or(
		&free_rings[ring / WORD_BITS], UINT64_C(1) << ring % WORD_BITS, __ATOMIC_RELEASE);
}

/*
 * The end of a thread. Destructors run in rounds, the first ones made first: the
 * program's own may still write, so ours puts itself off for some rounds. What comes
 * later, or from signal handlers, has no ring; so that is said first.
 */
static void thread_end(void *lease)
{
	uint32_t ring = (uint32_t)(uintptr_t)lease - 1u;

	if (rounds++ < ROUNDS_WAITED && pthread_setspecific(key, lease) == 0)
		return;
	__atomic_store_n(&vspan_process_lease, PROCESS_NO_RING + 1u, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	vspan_writer_flush(&vspan_writers[ring]);
	ring_give(ring);
}

/*
 * Leases. A signal handler may come in between and lease for this thread: then
 * its ring is the one, and ours goes back. A thread that found none has none for
 * good, so that a trace does not show half of what it did.
 */
uint32_t vspan_port_ring(void)
{
	uint32_t before = 0, ring;

	if (!__atomic_load_n(&started, __ATOMIC_ACQUIRE))
		return PROCESS_NO_RING;
	if (vspan_process_lease != 0)
		return vspan_process_lease - 1u;
	ring = ring_take();
	if (!__atomic_compare_exchange_n(&vspan_process_lease, &before, ring + 1u, false,
		    __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
		if (ring != PROCESS_NO_RING)
			ring_give(ring);
		return before - 1u;
	}
	if (ring == PROCESS_NO_RING)
		__atomic_fetch_add(&ringless, 1, __ATOMIC_RELAXED);
	else
		pthread_setspecific(key, (void *)(uintptr_t)(ring + 1u));
	return ring;
}

void process_lease_start(uint32_t ring_count)
{
	uint32_t ring;

	vspan_writers[PROCESS_NO_RING] = (struct vspan_writer){.shared = &no_ring};
	if (pthread_key_create(&key, thread_end) != 0)
		return;
	for (ring = 0; ring < ring_count && ring < PROCESS_NO_RING; ring++)
		if (vspan_writers[ring].ring != NULL)
			ring_give(ring);
	__atomic_store_n(&started, true, __ATOMIC_RELEASE);
}

void process_lease_stop(void)
{
	uint32_t ring;

	for (ring = 0; ring < VSPAN_WRITERS_MAX; ring++)
		vspan_writers[ring] = (struct vspan_writer){.shared = &no_ring};
}

uint32_t vspan_process_ringless(void)
{
	return __atomic_load_n(&ringless, __ATOMIC_RELAXED);
}

uint32_t vspan_process_reclaimed(void)
{
	return 0;
}
