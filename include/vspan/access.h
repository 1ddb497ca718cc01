/* SPDX-License-Identifier: MIT */
/*
 * access.h - every ordered access to shared memory, by the letter of its edge.
 *
 * Each helper names its edge, the function it is used in, its partner, and what
 * the edge makes visible. doc/ordering.md explains each letter in full; a test
 * compares the two. Nothing else in vspan orders accesses to a region.
 *
 * The words are plain integers of abi.h: the compiler's __atomic builtins order
 * them, so the ABI needs no atomic types. Unordered helpers (suffix _relaxed,
 * _once) only promise one access of full width.
 */
#ifndef VSPAN_ACCESS_H
#define VSPAN_ACCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/arch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One full-width load or store of a word the other side may be changing. */
static inline uint64_t vspan_read_once(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline uint32_t vspan_read_once_u32(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline uint16_t vspan_read_once_u16(const uint16_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void vspan_write_once(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static inline void vspan_write_once_u32(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/*
 * Edge A, commit. Writer: vspan_record_commit(). Reader: ring_copy_slot().
 * A reader that sees the commit word sees the whole record.
 */
static inline void vspan_commit_store_A(uint64_t *commit, uint64_t value)
{
	__atomic_store_n(commit, value, __ATOMIC_RELEASE);
}

static inline uint64_t vspan_commit_load_A(const uint64_t *commit)
{
	return __atomic_load_n(commit, __ATOMIC_ACQUIRE);
}

/*
 * Edge B, publish. Writer: vspan_writer_publish(), vspan_writer_flush().
 * Reader: ring_visible(). Positions below the value were reserved, and all but
 * those of interrupted writers committed. A hint: records are judged by A.
 */
static inline void vspan_published_store_B(uint64_t *published, uint64_t position)
{
	__atomic_store_n(published, position, __ATOMIC_RELEASE);
}

static inline uint64_t vspan_published_load_B(const uint64_t *published)
{
	return __atomic_load_n(published, __ATOMIC_ACQUIRE);
}

/*
 * Edge C, cursor. Reader: ring_release(). Writer: vspan_writer_refresh().
 * The reader's copies of slots below the cursor are complete before the writer
 * may overwrite them.
 */
static inline void vspan_cursor_store_C(uint64_t *cursor, uint64_t position)
{
	__atomic_store_n(cursor, position, __ATOMIC_RELEASE);
}

static inline uint64_t vspan_cursor_load_C(const uint64_t *cursor)
{
	return __atomic_load_n(cursor, __ATOMIC_ACQUIRE);
}

/*
 * Edge D, reserve. Writer: vspan_record_open(). Reader: ring_overwritten().
 * Overwrite mode only: the reservation is visible before the slots it takes
 * change, so a reader that copied a slot and then finds the reservation less
 * than a ring ahead knows that its copy is whole.
 */
static inline uint64_t vspan_reserve_D(uint64_t *reserve, uint64_t slots)
{
	uint64_t position = vspan_arch_fetch_add_local(reserve, slots);

	vspan_arch_store_store_barrier();
	return position;
}

static inline uint64_t vspan_reserve_load_D(const uint64_t *reserve)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(reserve, __ATOMIC_RELAXED);
}

/*
 * Edge E, describe. Guest: vspan_guest_attach(), vspan_guest_publish_site(), vspan_site_add().
 * Host: guest_hello_read(), site_read(). A host that sees the state, the count
 * or a site's commit word sees the description it stands for.
 */
static inline void vspan_describe_store_u32_E(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* Takes the next of `limit` entries: the count goes first, a commit word follows. False: none. */
static inline bool vspan_describe_claim_E(uint32_t *count, uint32_t limit, uint32_t *index)
{
	uint32_t next = __atomic_load_n(count, __ATOMIC_RELAXED);

	while (next < limit)
		if (__atomic_compare_exchange_n(
			    count, &next, next + 1, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
			*index = next;
			return true;
		}
	return false;
}

static inline uint32_t vspan_describe_load_u32_E(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void vspan_describe_store_E(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint64_t vspan_describe_load_E(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/*
 * Edge F, enable. Host: region_enable_site(). Guest: vspan_site_enabled().
 * Orders nothing: an enable byte stands alone, and late is good enough.
 */
static inline void vspan_enable_store_F(uint8_t *enable, uint8_t value)
{
	__atomic_store_n(enable, value, __ATOMIC_RELAXED);
}

static inline uint8_t vspan_enable_load_F(const uint8_t *enable)
{
	return __atomic_load_n(enable, __ATOMIC_RELAXED);
}

/*
 * Edge G, epoch. Host: ring_start_epoch(). Guest: writers_attach().
 * A guest that sees the ring READY sees its writer words prepared for the epoch.
 */
static inline void vspan_ring_state_store_G(uint32_t *state, uint32_t value)
{
	__atomic_store_n(state, value, __ATOMIC_RELEASE);
}

static inline uint32_t vspan_ring_state_load_G(const uint32_t *state)
{
	return __atomic_load_n(state, __ATOMIC_ACQUIRE);
}

/*
 * Edge H, context. Host: region_set_context(). Guest: vspan_context_read().
 * A sequence lock: the guest's copy is whole when the sequence word was even
 * and the same before and after.
 */
static inline void vspan_context_begin_H(uint64_t *sequence)
{
	__atomic_store_n(sequence, *sequence + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void vspan_context_end_H(uint64_t *sequence)
{
	__atomic_store_n(sequence, *sequence + 1, __ATOMIC_RELEASE);
}

static inline uint64_t vspan_context_load_H(const uint64_t *sequence)
{
	return __atomic_load_n(sequence, __ATOMIC_ACQUIRE);
}

static inline uint64_t vspan_context_recheck_H(const uint64_t *sequence)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(sequence, __ATOMIC_RELAXED);
}

/*
 * Edge I, greeted. Host: region_set_greeted(). Guest: process_wait_hello(), hello_await().
 * A guest that sees the count sees the enable bytes of that many call sites.
 */
static inline void vspan_greeted_store_I(uint32_t *greeted, uint32_t sites)
{
	__atomic_store_n(greeted, sites, __ATOMIC_RELEASE);
}

static inline uint32_t vspan_greeted_load_I(const uint32_t *greeted)
{
	return __atomic_load_n(greeted, __ATOMIC_ACQUIRE);
}

/*
 * Edge J, ping. Host: ring_ping(). Guest: vspan_writer_pong().
 * A guest that sees a ping reads its counter after the host read its clock for it.
 */
static inline void vspan_ping_store_J(uint64_t *ping, uint64_t ns)
{
	__atomic_store_n(ping, ns, __ATOMIC_RELEASE);
}

static inline uint64_t vspan_ping_load_J(const uint64_t *ping)
{
	return __atomic_load_n(ping, __ATOMIC_ACQUIRE);
}

/* Between that load and the reading of the counter, which is no access to memory. */
static inline void vspan_ping_seen_J(void)
{
	vspan_arch_counter_barrier();
}

/*
 * Edge L, settled. Guest: vspan_writer_reclaim(). Host: ring_settled().
 * A host that sees the position sees all that the dead writer had committed below it.
 */
static inline void vspan_settled_store_L(uint64_t *settled, uint64_t position)
{
	__atomic_store_n(settled, position, __ATOMIC_RELEASE);
}

static inline uint64_t vspan_settled_load_L(const uint64_t *settled)
{
	return __atomic_load_n(settled, __ATOMIC_ACQUIRE);
}

/*
 * Edge M, owner. Guest to guest: ring_take() and hello_lock(), after ring_give()
 * and hello_unlock() of another program. Who has become the owner of a ring, or of
 * the table of call sites, sees what its last owner did.
 */
static inline bool vspan_owner_take_M(uint64_t *owner, uint64_t before, uint64_t self)
{
	return __atomic_compare_exchange_n(
		owner, &before, self, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static inline void vspan_owner_give_M(uint64_t *owner, uint64_t after)
{
	__atomic_store_n(owner, after, __ATOMIC_RELEASE);
}

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_ACCESS_H */
