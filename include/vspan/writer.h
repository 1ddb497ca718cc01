/* SPDX-License-Identifier: MIT */
/*
 * writer.h - the producer side of a ring: reserve, fill, commit, publish. Only
 * the fast path is here, inline; what happens in a full ring is in
 * guest/writer.c. Used by the call-site macros of site.h.
 *
 * Freestanding: no libc, no allocation, no floating point, no vector registers.
 * Every function may be interrupted anywhere by another writer on the same
 * vCPU (interrupt, NMI, signal), up to VSPAN_ABI_NEST_MAX deep.
 */
#ifndef VSPAN_WRITER_H
#define VSPAN_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vspan/abi.h>
#include <vspan/access.h>
#include <vspan/port-inline.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rings one guest can use; a region may have more, for others. */
#define VSPAN_WRITERS_MAX 256u

#define vspan_likely(condition) __builtin_expect(!!(condition), 1)
#define vspan_unlikely(condition) __builtin_expect(!!(condition), 0)

/*
 * What a guest needs to find its ring again: constants, set at attach. All that
 * changes is in the region, so that a restored or reset guest cannot bring back
 * stale positions.
 */
struct vspan_writer {
	struct vspan_abi_writer *shared;   /* NULL until attached; private if there is no ring */
	uint64_t *slots;                   /* VSPAN_ABI_SLOT_SIZE / 8 words each */
	uint64_t mask;                     /* slot count - 1 */
	uint64_t limit;                    /* slots a record may bring the ring to... */
	uint64_t limit_end;                /* ...and an end or a loss report, with head-room */
	const struct vspan_abi_ring *ring; /* NULL: this vCPU has none, its records are dropped */
	uint32_t index;
	uint32_t mode;
	uint64_t reserved;
};

extern struct vspan_writer vspan_writers[VSPAN_WRITERS_MAX];

/* A record being written: between vspan_record_open() and vspan_record_commit(). */
struct vspan_record {
	struct vspan_abi_writer *shared;
	uint64_t *ring_slots;
	uint64_t mask;
	uint64_t position;
	uint64_t commit_base;
	uint32_t slots;
};

/*
 * Slow path of vspan_record_open(), in guest/writer.c: looks for room, asks the
 * host (block mode), reports an earlier loss. False: the record was discarded
 * and counted.
 */
bool vspan_writer_make_room(
	struct vspan_writer *writer, uint32_t slots, uint64_t limit, bool stacked_end);

/*
 * Every VSPAN_ABI_PUBLISH_SLOTS slots: publishes up to `position`, and answers the
 * host's ping, if there is one. In guest/writer.c.
 */
void vspan_writer_publish(struct vspan_abi_writer *shared, uint64_t position);

/*
 * Answers the host's latest ping on that ring, unless that has been done. For ports
 * that wait for the host, and for halts; callable from handlers.
 */
void vspan_writer_pong(struct vspan_writer *writer);

static inline struct vspan_writer *vspan_writer_self(void)
{
	return &vspan_writers[vspan_port_ring_inline()];
}

/* Slots of a record with `words` payload words: the head holds one, a continuation three. */
static inline uint32_t vspan_record_slots(uint32_t words)
{
	return words <= 1u ? 1u : 1u + (words + 1u) / 3u;
}

static inline uint64_t *vspan_record_slot(const struct vspan_record *record, uint32_t index)
{
	return record->ring_slots + ((record->position + index) & record->mask) * 4u;
}

/*
 * Takes `slots` consecutive slots of this vCPU's ring. False: discarded. The
 * epoch is read before the reservation: if the host starts a new one in
 * between, the record carries the old epoch and nobody will take it for a new one.
 */
static inline bool vspan_record_open(struct vspan_record *record, struct vspan_writer *writer,
	uint32_t slots, uint64_t limit, bool stacked_end)
{
	struct vspan_abi_writer *shared = writer->shared;

	vspan_arch_increment_local(&shared->attempted);
	if (vspan_unlikely(shared->reserve + slots - shared->cached_cursor > limit) &&
		!vspan_writer_make_room(writer, slots, limit, stacked_end))
		return false;
	record->shared = shared;
	record->ring_slots = writer->slots;
	record->mask = writer->mask;
	record->slots = slots;
	record->commit_base = shared->commit_base;
	record->position = vspan_reserve_D(&shared->reserve, slots);
	return true;
}

/* Stamps the head slot. `header` is kind, slots, flags and call site, as in abi.h. */
static inline void vspan_record_stamp(
	const struct vspan_record *record, uint64_t counter, uint64_t header)
{
	uint64_t *head = vspan_record_slot(record, 0);

	head[1] = counter;
	head[2] = header | record->shared->context_flags;
}

/* Stores payload word `word`; with a constant index this is one store. */
static inline void vspan_record_put(
	const struct vspan_record *record, uint32_t word, uint64_t value)
{
	if (word == 0)
		vspan_record_slot(record, 0)[3] = value;
	else
		vspan_record_slot(record, 1u + (word - 1u) / 3u)[1u + (word - 1u) % 3u] = value;
}

/* Makes the record visible: continuation slots first, the head last (A), then publish (B). */
static inline void vspan_record_commit(const struct vspan_record *record)
{
	uint64_t end = record->position + record->slots;
	uint32_t i;

	for (i = 1; i < record->slots; i++)
		vspan_record_slot(record, i)[0] = record->commit_base +
			VSPAN_ABI_COMMIT_CONTINUATION + record->position + i + 1u;
	vspan_commit_store_A(
		vspan_record_slot(record, 0), record->commit_base + record->position + 1u);
	if (vspan_unlikely((record->position ^ end) & ~(uint64_t)(VSPAN_ABI_PUBLISH_SLOTS - 1u)))
		vspan_writer_publish(
			record->shared, end & ~(uint64_t)(VSPAN_ABI_PUBLISH_SLOTS - 1u));
}

/* The id of the span a BEGIN record starts. */
static inline uint64_t vspan_record_span(const struct vspan_record *record)
{
	return record->shared->token_base + record->position + 1u;
}

static inline uint64_t vspan_header(uint32_t kind, uint32_t slots, uint32_t flags, uint32_t site)
{
	return (uint64_t)kind | (uint64_t)slots << VSPAN_ABI_HEADER_SLOTS_SHIFT |
		(uint64_t)flags << VSPAN_ABI_HEADER_FLAGS_SHIFT |
		(uint64_t)site << VSPAN_ABI_HEADER_SITE_SHIFT;
}

/*
 * Stores a length word and `length` bytes from word `word` on; returns the word
 * after them. In guest/writer.c.
 */
uint32_t vspan_record_put_bytes(const struct vspan_record *record, uint32_t word, const void *bytes,
	uint32_t length, bool cut);

/* Stores `size` bytes without a length word, zero-padded. In guest/writer.c. */
uint32_t vspan_record_put_packed(
	const struct vspan_record *record, uint32_t word, const void *bytes, uint32_t size);

/* Publishes everything reserved so far, exactly. For halt, full and flush. */
void vspan_writer_flush(struct vspan_writer *writer);

/*
 * For a port whose writers may die and leave the ring to another: says so in the
 * ring, so that the host ends what is open and waits for nothing any more. The
 * caller has the ring for itself, handlers included. False: there was no room.
 */
bool vspan_writer_reclaim(struct vspan_writer *writer);

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_WRITER_H */
