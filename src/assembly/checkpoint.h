/* SPDX-License-Identifier: MIT */
/*
 * checkpoint.h - what a consumer must remember of a region so that another one
 * can go on where it stopped, also when it was killed in the middle of a batch:
 * a mapped file with, for each ring, the reader's words and the open spans.
 *
 * A batch is one step: everything it changes is written beside what it was, and
 * becomes true with one store, the file's generation (checkpoint_commit()). Of
 * each pair of copies the newer one that is not ahead of the generation counts;
 * of the spans, those begun and not closed before their rings' cursors. Events
 * are emitted before the commit, so a successor repeats at most one batch a
 * ring, and knows which (struct ring_checkpoint.pending).
 *
 * The file is the consumer's own: no guest can reach it. Used by the consumer's
 * thread; created and freed by whoever attaches and detaches.
 */
#ifndef VSPAN_ASSEMBLY_CHECKPOINT_H
#define VSPAN_ASSEMBLY_CHECKPOINT_H

#include <stddef.h>
#include "ring.h"
#include "spans.h"

/* Ends that arrived before their begins, from another ring; few are ever open. */
#define EARLY_ENDS_MAX 64u

struct early_end {
	uint64_t span;
	uint64_t ts;
	uint8_t status;
};

struct early_ends {
	uint64_t generation;
	uint32_t count;
	struct early_end ends[EARLY_ENDS_MAX];
};

/* What a reader knows at a batch's end, besides what ring_attach() finds again. */
struct ring_checkpoint {
	uint64_t generation; /* of the file, when this became true; 0: never */
	uint32_t epoch;
	uint32_t torn_least;
	uint64_t cursor;
	uint64_t published;
	uint64_t hole_slots;
	uint64_t taken;
	uint64_t violations[VIOLATION_COUNT];
	struct vspan_ledger ledger;
	struct vspan_ledger past; /* of earlier epochs */
	uint64_t last_ts;
	uint64_t watermark;
	uint64_t lost_told;
	uint64_t violations_told;
	uint64_t gap_first;
	uint64_t gap_last;
	uint64_t let_go; /* spans begun before were ended by a detach: their ends are no news */
};

struct ring_store {
	struct ring_checkpoint copies[2];
	uint64_t pending; /* a batch up to here is being emitted: epoch << 48 | position */
};

/* A payload that is being changed in place, as it was. */
struct checkpoint_undo {
	uint64_t span; /* 0: none */
	struct payload payload;
};

struct checkpoint_header;

struct checkpoint {
	struct checkpoint_header *header; /* NULL: nothing is remembered */
	struct ring_store *rings;
	struct open_span *spans; /* SPANS_STORED a ring */
	struct journal_store *journal;
	size_t size;
	int fd;
	bool found; /* somebody has used it before */
};

/*
 * Opens or creates the file for that region, locks it, maps it. 0; -EBUSY if
 * another process has it; -EINVAL if it is of another region or another version;
 * or a negative errno, *error saying why.
 */
int checkpoint_open(struct checkpoint *checkpoint, const char *path,
	const struct vspan_region *region, struct vspan_error *error);

/* Unmaps and unlocks. `final`: nothing is open any more, so most of the file is given back. */
void checkpoint_close(struct checkpoint *checkpoint, bool final);

static inline bool checkpoint_used(const struct checkpoint *checkpoint)
{
	return checkpoint->header != NULL;
}

/* The ring's last committed words; NULL: none. */
const struct ring_checkpoint *checkpoint_ring(const struct checkpoint *checkpoint, uint32_t ring);

/* The same for early ends. */
const struct early_ends *checkpoint_early_ends(const struct checkpoint *checkpoint);

/* How far a batch of that epoch had been emitted, perhaps, that was never committed; 0: none. */
uint64_t checkpoint_pending(const struct checkpoint *checkpoint, uint32_t ring, uint32_t epoch);

/* Before the first event of a batch that ends at `next` is emitted. */
void checkpoint_begin(struct checkpoint *checkpoint, uint32_t ring, uint32_t epoch, uint64_t next);

/* Makes a ring's new words true, and `early_ends` (NULL: unchanged) with them. */
void checkpoint_commit(struct checkpoint *checkpoint, uint32_t ring,
	const struct ring_checkpoint *words, const struct early_ends *early_ends);

/* Around a change of a stored span's payload in place. */
void checkpoint_payload_save(struct checkpoint *checkpoint, const struct open_span *span);
void checkpoint_payload_done(struct checkpoint *checkpoint);

/* The payload whose change was cut short, NULL: none. */
const struct checkpoint_undo *checkpoint_undo(const struct checkpoint *checkpoint);

#endif /* VSPAN_ASSEMBLY_CHECKPOINT_H */
