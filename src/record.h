/* SPDX-License-Identifier: MIT */
/*
 * record.h - a record as the host holds it: decoded from private copies of its
 * slots. Pure functions, no shared memory: the targets of fuzzing.
 */
#ifndef VSPAN_SRC_RECORD_H
#define VSPAN_SRC_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/abi.h>

/* Rules a guest may break, each counted by itself. */
enum violation {
	VIOLATION_NONE,
	VIOLATION_PUBLISHED,    /* published position outside the ring */
	VIOLATION_KIND,         /* unknown kind of record */
	VIOLATION_SLOTS,        /* record longer than allowed, or shorter than its kind needs */
	VIOLATION_CONTINUATION, /* head committed, continuation not; or one without head */
	VIOLATION_SITE,         /* call site unknown, or of the wrong kind */
	VIOLATION_PAYLOAD,      /* fields do not fit the call site */
	VIOLATION_SPAN,         /* ends, or names, a span that is not open */
	VIOLATION_ACCOUNTING,   /* attempted and discarded do not add up */
	VIOLATION_LATE,         /* commit of a slot that had been given up as torn */
	VIOLATION_DESCRIPTION,  /* a call-site table entry that breaks a rule */
	VIOLATION_COUNT
};

const char *violation_name(enum violation violation);

struct record {
	uint64_t position;
	uint64_t counter;
	uint32_t site;
	uint16_t flags; /* VSPAN_ABI_FLAG_* */
	uint8_t kind;   /* VSPAN_ABI_KIND_* */
	uint8_t slots;
	uint16_t first_word; /* of its payload in struct batch */
	uint16_t word_count;
};

/*
 * Decodes a head slot copied from position `position`. VIOLATION_NONE, or the
 * rule it breaks. Fills all but first_word.
 */
enum violation record_decode(
	const struct vspan_abi_slot *head, uint64_t position, struct record *record);

/* What a commit word says about the slot at `position` in epoch `epoch`. */
enum slot_state { SLOT_OPEN, SLOT_HEAD, SLOT_CONTINUATION };
enum slot_state slot_state(uint64_t commit, uint32_t epoch, uint64_t position);

/* Span id of the BEGIN at `position` (abi.h). */
uint64_t span_id(uint32_t ring, uint32_t epoch, uint64_t position, bool detached);
uint32_t span_id_ring(uint64_t id);

#endif /* VSPAN_SRC_RECORD_H */
