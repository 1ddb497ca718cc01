/* SPDX-License-Identifier: MIT */
/*
 * ring.h - the reader of one ring: copies slots out of shared memory, decides on
 * the copies, keeps the account. One thread at a time per ring.
 */
#ifndef VSPAN_SRC_RING_H
#define VSPAN_SRC_RING_H

#include <stdbool.h>
#include <stdint.h>
#include "record.h"
#include "region.h"

/* Slots one ring_read() copies at most: the bound on a ring's turn. */
#define BATCH_SLOTS 256u
/* Given-up holes remembered, to recognise late commits. */
#define RING_HOLES 16u

/* Private copies of consecutive records, in order of their counters. */
struct batch {
	uint64_t from; /* position of the first slot taken */
	uint64_t next; /* position after the last slot taken */
	bool gap;      /* overwrite mode: records before the first were overwritten unread */
	uint32_t record_count;
	uint32_t word_count;
	struct record records[BATCH_SLOTS];
	uint64_t words[BATCH_SLOTS * 3];
};

/* How far to look. */
enum ring_look {
	RING_PUBLISHED, /* to the published position: never touches a line being written */
	RING_COMMITTED, /* past it, as far as slots are committed: idle rings, stopped vCPUs */
	RING_DEAD,      /* to the last reserved slot: the writer will never write again */
};

struct ring_hole {
	uint64_t from;
	uint64_t to;
};

struct ring {
	/* Shared; everything below is private. */
	const struct vspan_abi_slot *slots;
	const struct vspan_abi_writer *writer;
	struct vspan_abi_ring *host;

	uint32_t index;
	uint32_t slot_count;
	uint32_t mode;
	uint32_t epoch;
	uint64_t cursor;    /* next position to read */
	uint64_t published; /* highest published position seen */
	bool resync;        /* after damage: continuation slots without head are expected */
	bool closed;
	bool awaits_site;    /* the last ring_read() stopped at a record of a later call site */
	uint32_t site_limit; /* call sites from it on are not known yet: their records wait */
	uint32_t torn_news;  /* records the latest settlement found torn */
	uint64_t hole_since; /* ns; 0: the slot at the cursor is not known to be a hole */
	uint64_t hole_slots; /* given up since the account was settled last */
	uint32_t torn_least; /* records they were, at least */
	uint32_t hole_count;
	struct ring_hole holes[RING_HOLES];
	uint64_t taken; /* records copied out, valid or not */
	uint64_t violations[VIOLATION_COUNT];
	struct vspan_ledger ledger; /* what is known without asking the guest */
};

/* Binds a reader to ring `index` of an open region, at the start of its epoch. */
void ring_attach(struct ring *ring, const struct vspan_region *region, uint32_t index);

/*
 * Prepares a ring's shared words for an epoch that begins at position `start`, and
 * marks it ready (edge G). Its vCPU must be stopped; a reader has to be attached anew.
 */
void ring_start_epoch(struct vspan_region *region, uint32_t index, uint32_t epoch, uint64_t start);

/*
 * Ends the epoch of a ring that was closed and begins the next one, for the same
 * reader. Its vCPU must be stopped.
 */
void ring_restart(struct ring *ring, struct vspan_region *region);

/*
 * Copies up to BATCH_SLOTS slots' worth of records into *batch and validates
 * them structurally. Returns how many records it holds; 0 with batch->next ==
 * batch->from means nothing (yet) to read. `now` and `hole_limit` in ns: a slot
 * reserved but not committed for longer is given up as torn. The slots stay
 * reserved until ring_release().
 */
uint32_t ring_read(struct ring *ring, enum ring_look look, uint64_t now, uint64_t hole_limit,
	struct batch *batch);

/* A reader that takes over: the next position to read is `cursor` (edge C). */
void ring_go_to(struct ring *ring, uint64_t cursor);

/* The next position the guest will reserve, as it says; exact while its vCPU is stopped. */
uint64_t ring_reserved(const struct ring *ring);

/* Gives the batch's slots back to the writer (edge C). */
void ring_release(struct ring *ring, const struct batch *batch);

/* Counts a broken rule; `records` of them are lost to it (0 or 1). */
void ring_violation(struct ring *ring, enum violation violation, uint32_t records);

/* Asks for the guest's counter: `ns` is CLOCK_MONOTONIC, read before the call (edge J). */
void ring_ping(const struct ring *ring, uint64_t ns);

/*
 * What the guest answered last: which ping, and the counter it read after having
 * seen it. False: nothing, or a mixture of two answers. As the guest says.
 */
bool ring_pong(const struct ring *ring, uint64_t *ping, uint64_t *counter);

/*
 * The counter of the newest record that is committed, among the last few slots and
 * not drained yet. False: there is none. As the guest says.
 */
bool ring_newest(const struct ring *ring, uint64_t *counter);

/* True if the guest published anything since the last look; a single load. */
bool ring_published_moved(const struct ring *ring);

/*
 * True if nothing is reserved beyond the cursor and of all the guest discarded
 * `lost_told` records, as many as its reports named: a report still to come would
 * carry the counter of the first lost record. Whatever comes then carries a later
 * counter than one read before the call (the writer counts a discard before it
 * reads the counter for it). Touches the writer's own lines: for idle rings.
 */
bool ring_empty(const struct ring *ring, uint64_t lost_told);

/*
 * The ring's writer has died and another goes on: the account of those so far, of
 * which everything was read. Returns how many records were torn, also to be had
 * as torn_news. `attempted` and `discarded` as the new writer found them.
 */
uint64_t ring_settle(struct ring *ring, uint64_t attempted, uint64_t discarded);

/*
 * The writer is gone and everything was read: what is still missing was torn
 * (or overwritten), and that is the end of the account.
 */
void ring_close(struct ring *ring);

/* Slots the writer has reserved and nobody has read; at most the ring's. */
uint64_t ring_pending(const struct ring *ring);

/* The account as it stands. */
void ring_ledger(const struct ring *ring, struct vspan_ledger *ledger);

#endif /* VSPAN_SRC_RING_H */
