/* SPDX-License-Identifier: MIT */
/*
 * nested-story.h - the story that test-nested.c tells again and again: every verb of
 * the guest library, once each.
 */
#ifndef VSPAN_TESTS_NESTED_STORY_H
#define VSPAN_TESTS_NESTED_STORY_H

#include <vspan/guest.h>

#define SLOTS (VSPAN_ABI_RING_SIZE_MIN / VSPAN_ABI_SLOT_SIZE)
#define LIMIT_END (SLOTS - VSPAN_ABI_MARGIN_SLOTS)
#define LIMIT (LIMIT_END - VSPAN_ABI_HEADROOM_SLOTS)

/* What is open around a point of it, innermost; the parent of what interrupts it there. */
enum place {
	OUTSIDE,
	IN_OUTER,
	IN_INNER,
};

struct verb {
	const char *name;
	void (*run)(void);
	enum place before; /* where it leads from... */
	enum place after;  /* ...and to */
	uint64_t limit;    /* of its records, in slots of a ring of the smallest size */
};

#define VERBS 12u
#define STORY_SPANS 3u
#define STORY_EVENTS 2u
#define NUMBER_BEGUN 2u /* the inner span's number... */
#define NUMBER_SET 99u  /* ...and what it is set to */

/* To be run in this order. */
extern const struct verb verbs[VERBS];

/* Their spans, 0 if not recorded. */
extern vspan_t outer, inner, child;

#endif /* VSPAN_TESTS_NESTED_STORY_H */
