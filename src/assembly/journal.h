/* SPDX-License-Identifier: MIT */
/*
 * journal.h - the latest emissions of a region, in a checkpoint file. A process
 * killed inside an LTTng event leaves a sub-buffer no reader can ever get at,
 * with everything else in it; whoever takes over emits again what the journal
 * still has, flagged, and the analysis drops what had arrived after all.
 *
 * A ring of bytes: entries one after the other, the oldest give way. Each is
 * whole before the tail moves over it, and left behind by the head before it is
 * overwritten. Written by the consumer's thread for each emission, read once,
 * by the next consumer.
 */
#ifndef VSPAN_ASSEMBLY_JOURNAL_H
#define VSPAN_ASSEMBLY_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

/* Larger than what LTTng's default channel can hold back on one CPU (4 x 512 KiB). */
#define JOURNAL_BYTES (UINT64_C(4) << 20)
/* Of one entry; the longest payload and its head stay well below. */
#define JOURNAL_ENTRY_MAX 2048u

enum journal_type {
	JOURNAL_FILLER, /* up to the end of the ring, where the next entry did not fit */
	JOURNAL_SPAN,
	JOURNAL_ENTRY,
	JOURNAL_EXIT,
	JOURNAL_EVENT,
	JOURNAL_LOST,
	JOURNAL_MESSAGE,
	JOURNAL_LINK,
	JOURNAL_TYPES
};

struct journal_entry {
	uint32_t size; /* in bytes with this head and the body behind it; a multiple of 8 */
	uint32_t type; /* enum journal_type */
	uint32_t ring;
	uint32_t site;
	uint64_t position; /* of the record that caused it */
};

struct journal_store {
	uint64_t head; /* bytes ever given up... */
	uint64_t tail; /* ...and ever written: the entries lie between */
	uint64_t reserved[14];
	uint8_t bytes[JOURNAL_BYTES];
};

/* One piece of a body. */
struct journal_part {
	const void *bytes;
	uint32_t size;
};

/*
 * Appends an entry; head->size is filled in. The parts' sizes add up to at most
 * JOURNAL_ENTRY_MAX less the head.
 */
void journal_append(struct journal_store *journal, struct journal_entry *head,
	const struct journal_part *parts, uint32_t part_count);

/*
 * Visits the entries from the oldest on; `body` has head->size less the head's
 * own bytes. Returns how many there were; stops, once and for all, at the first
 * that is damaged.
 */
uint64_t journal_visit(const struct journal_store *journal,
	void (*visit)(void *data, const struct journal_entry *head, const void *body), void *data);

/* Forgets one entry: of it, what visit() was given as its body. */
void journal_drop(struct journal_store *journal, const void *body);

/* Forgets everything. */
void journal_clear(struct journal_store *journal);

#endif /* VSPAN_ASSEMBLY_JOURNAL_H */
