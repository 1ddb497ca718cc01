/* SPDX-License-Identifier: MIT */
/*
 * truth.h - what has to be shown of a forest, worked out from its story and from
 * which events are in the trace, and from nothing that the plugin does.
 *
 * A span is shown under its parent if that is in the trace. If it is not, the
 * span is marked; where the parents of the parent leave no doubt it is under the
 * nearest of them that is there, otherwise under any of them or under none.
 */
#ifndef VSPAN_TESTS_TRUTH_TRUTH_H
#define VSPAN_TESTS_TRUTH_TRUTH_H

#include "lines.h"
#include "shown.h"
#include "source-forest/schedule.h"

/* Where what the trace has of a span comes from; as in the plugin, the last is best. */
enum truth_source {
	TRUTH_NOTHING,
	TRUTH_EXIT,
	TRUTH_ENTRY,
	TRUTH_EDGES,
	TRUTH_FINISHED,
};

struct truth_span {
	enum truth_source source;
	bool named; /* something in the trace says it is in it */
	bool shown;
	bool fields; /* the event with its own fields is in the trace */
	uint64_t value;
	uint64_t start;
	uint64_t duration;
	uint64_t flags;
	uint64_t status;
	uint64_t kind;
	uint64_t parent_id;
	size_t in; /* span it is shown in, index + 1; 0: a root */
	bool parent_unknown;
	uint64_t self;
	uint64_t exited, halted;
};

struct truth {
	const struct story *story;
	const struct schedule *schedule;
	const struct shown *display;
	struct truth_span *spans;
	struct lines lines;
	uint64_t shown;   /* spans */
	uint64_t lost;    /* records and events that are missing, where it is known how many */
	size_t *by_start; /* spans in the order of their starts */
};

/* What `shown` says is looked at only where more than one place is right. */
void truth_make(struct truth *truth, const struct story *story, const struct schedule *schedule,
	const struct shown *shown);

void truth_clear(struct truth *truth);

/* parents.c */
void truth_find_parents(struct truth *truth);
/* The span that an item of `of` is shown in; *unknown if it says one that is not there. */
size_t truth_item_parent(const struct truth *truth, const struct item *item, bool *unknown);

/* measures.c: self time, and what the vCPU did meanwhile. */
void truth_measure(struct truth *truth);

/* words.c: the lines. */
void truth_write(struct truth *truth);

#endif /* VSPAN_TESTS_TRUTH_TRUTH_H */
