/* SPDX-License-Identifier: MIT */
/*
 * nested-notes.h - a notebook in place of LTTng for test-nested.c: the spans and
 * events the host assembled, in order, and the losses it was told of.
 */
#ifndef VSPAN_TESTS_NESTED_NOTES_H
#define VSPAN_TESTS_NESTED_NOTES_H

#include <stdint.h>
#include "provider.h"

#define NOTES_MAX 256u

struct note {
	bool is_event;
	struct provider_common common;
	uint64_t value;  /* of the first field */
	uint64_t number; /* and of the second */
};

struct notes {
	struct note note[NOTES_MAX];
	uint32_t count;
	uint32_t messages;
	uint32_t links;
	uint64_t lost; /* records, by loss reports */
};

extern struct notes notes;

#endif /* VSPAN_TESTS_NESTED_NOTES_H */
