/* SPDX-License-Identifier: MIT */
/*
 * assemble-notes.h - what the tests of assembly share: the real guest writer and
 * reader in front, a notebook in place of LTTng, provider.c and control.c, behind.
 */
#ifndef VSPAN_TESTS_ASSEMBLE_NOTES_H
#define VSPAN_TESTS_ASSEMBLE_NOTES_H

#include "attachment.h"
#include "control.h"

/* What would have gone to LTTng, in order. */
struct note {
	char what[16];
	struct provider_common common;
	struct payload payload;
	char text[64];
	struct control_lost lost;
};

#define NOTES_MAX 4096

extern struct note notes[NOTES_MAX];
extern uint32_t note_count; /* a test sets it to 0 to begin anew */

/* If set, LTTng takes no call site. */
extern bool refuse_providers;

/* The host's time while it drains, in ns. A tick of the guest's counter is 1 ns. */
#define NOW UINT64_C(1000000000)

extern struct vspan_region *region; /* of two rings */
extern struct vspan_attachment *attachment;

/* A region in a VSPAN_ABI_MODE_* and its attachment, of VM 7. The counter is at 1000. */
void set_up_mode(uint32_t mode);

/* In VSPAN_ABI_MODE_DISCARD. */
void set_up(void);
void tear_down(void);

/* Assembles all that is committed in a ring. */
void drain(uint32_t ring);

#endif /* VSPAN_TESTS_ASSEMBLE_NOTES_H */
