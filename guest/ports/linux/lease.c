/* SPDX-License-Identifier: MIT */
/*
 * lease.c - which thread of which process writes which ring. The owner's word of
 * a ring is in the region: a process takes it for one of its threads, and the
 * ring of a dead process is anybody's who finds it. Lock-free, and callable from
 * signal handlers. The process port has a simpler one, for one process.
 */
#include <pthread.h>
#include <signal.h>
#include <sched.h>
#include "linux.h"

/* Attempts at the table of call sites: a program that has it is done in a moment. */
#define LOCK_ATTEMPTS 100000u

/* Programs reclaim rings where the host knows what that is. */
#define RECLAIM_MINOR 1u

__thread uint32_t vspan_process_lease __attribute__((tls_model("initial-exec")));

static uint32_t ring_limit; /* rings this process may use; 0: not attached */
static uint32_t ringless;
static uint32_t reclaimed;
static pthread_key_t key;
static bool key_made;

/* As in the process port: what threads without a ring write to, and nobody reads. */
static struct vspan_abi_writer no_ring;

static void ring_give(uint32_t ring)
{
	vspan_owner_give_M(&vspan_writers[ring].shared->owner, 0);
}

/*
 * Takes the ring of a dead process and tells the host. If there is no room for that,
 * the ring stays the dead one's: what comes would hang below its spans.
 */
static bool ring_reclaim(struct vspan_writer *writer, uint64_t dead)
{
	struct vspan_abi_writer *shared = writer->shared;

	if (process_region->minor < RECLAIM_MINOR ||
		!vspan_owner_take_M(&shared->owner, dead, owner_self()))
		return false;
	if (vspan_read_once(&shared->attempted) == 0)
		return true;
	if (vspan_writer_reclaim(writer)) {
		__atomic_fetch_add(&reclaimed, 1, __ATOMIC_RELAXED);
		return true;
	}
	vspan_owner_give_M(&shared->owner, dead);
	return false;
}

/* A free ring, else a dead process's; PROCESS_NO_RING if there is none. Bounded. */
static uint32_t ring_take(void)
{
	uint32_t ring;

	for (ring = 0; ring < ring_limit; ring++)
		if (vspan_writers[ring].ring != NULL &&
			vspan_read_once(&vspan_writers[ring].shared->owner) == 0 &&
			vspan_owner_take_M(&vspan_writers[ring].shared->owner, 0, owner_self()))
			return ring;
	for (ring = 0; ring < ring_limit; ring++) {
		struct vspan_writer *writer = &vspan_writers[ring];
		const uint64_t owner =
			writer->ring != NULL ? vspan_read_once(&writer->shared->owner) : 0;

		if (owner_dead(owner) && ring_reclaim(writer, owner))
			return ring;
	}
	return PROCESS_NO_RING;
}

/* As in the process port: what still comes of the thread has no ring. */
static void thread_end(void *lease)
{
	uint32_t ring = (uint32_t)(uintptr_t)lease - 1u;

	__atomic_store_n(&vspan_process_lease, PROCESS_NO_RING + 1u, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	vspan_writer_flush(&vspan_writers[ring]);
	ring_give(ring);
}

/* The thread that ends the process runs no thread's destructors; after everybody else's. */
__attribute__((destructor(101))) static void process_end(void)
{
	const uint32_t lease = vspan_process_lease;

	if (lease != 0 && lease != PROCESS_NO_RING + 1u && ring_limit != 0)
		thread_end((void *)(uintptr_t)lease);
}

/*
 * Leases, as in the process port. A signal handler may come in between and lease for
 * this thread: then its ring is the one, and ours goes back.
 */
uint32_t vspan_port_ring(void)
{
	uint32_t before = 0, ring;

	if (__atomic_load_n(&ring_limit, __ATOMIC_ACQUIRE) == 0)
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

/*
 * At attach this process has no ring yet, so one that says it has is of the program
 * that ran in it before an exec().
 */
static bool owner_left(uint64_t owner)
{
	return owner == owner_self() || owner_dead(owner);
}

/* So that what dead processes left open ends when somebody comes, not when rings get scarce. */
static void rings_sweep(uint32_t count)
{
	uint32_t ring;

	for (ring = 0; ring < count; ring++) {
		struct vspan_writer *writer = &vspan_writers[ring];
		const uint64_t owner =
			writer->ring != NULL ? vspan_read_once(&writer->shared->owner) : 0;

		if (owner != 0 && owner_left(owner) && ring_reclaim(writer, owner))
			ring_give(ring);
	}
}

void process_lease_start(uint32_t ring_count)
{
	const uint32_t count = ring_count < PROCESS_NO_RING ? ring_count : PROCESS_NO_RING;

	hello_unlock(linux_hello());
	vspan_writers[PROCESS_NO_RING] = (struct vspan_writer){.shared = &no_ring};
	if (!key_made && pthread_key_create(&key, thread_end) != 0)
		return;
	key_made = true;
	rings_sweep(count);
	__atomic_store_n(&ring_limit, count, __ATOMIC_RELEASE);
}

void process_lease_stop(void)
{
	uint32_t ring;

	for (ring = 0; ring < VSPAN_WRITERS_MAX; ring++)
		vspan_writers[ring] = (struct vspan_writer){.shared = &no_ring};
}

void lease_forget(void)
{
	ring_limit = 0;
	process_lease_stop();
	vspan_process_lease = 0;
	if (key_made)
		pthread_setspecific(key, NULL);
}

bool hello_lock(struct vspan_abi_hello *hello)
{
	uint32_t attempt;
	uint64_t owner;

	for (attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
		owner = vspan_read_once(&hello->owner);
		if ((owner == 0 || owner_left(owner)) &&
			vspan_owner_take_M(&hello->owner, owner, owner_self()))
			return true;
		sched_yield();
	}
	return false;
}

void hello_unlock(struct vspan_abi_hello *hello)
{
	vspan_owner_give_M(&hello->owner, 0);
}

uint32_t vspan_process_ringless(void)
{
	return __atomic_load_n(&ringless, __ATOMIC_RELAXED);
}

uint32_t vspan_process_reclaimed(void)
{
	return __atomic_load_n(&reclaimed, __ATOMIC_RELAXED);
}
