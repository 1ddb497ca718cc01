/* SPDX-License-Identifier: MIT */
/*
 * shown.h - what sink.vspan.tree says with format=json, taken apart: a line of
 * text for each node, and where it stands.
 */
#ifndef VSPAN_TESTS_TRUTH_SHOWN_H
#define VSPAN_TESTS_TRUTH_SHOWN_H

#include "lines.h"

#include <stdbool.h>
#include <stdint.h>

struct shown_span {
	uint64_t vm;
	uint64_t id;
	uint64_t parent_vm; /* the span it is shown in */
	uint64_t parent_id; /* 0: none */
};

struct shown {
	struct lines lines;
	struct shown_span *spans;
	size_t span_count, span_capacity;
	size_t trees;
	uint64_t lost;   /* records, as the nodes say */
	uint64_t marked; /* nodes that say that something about them is not as it was */
	int64_t latest;  /* start of the latest tree: they come in order */
	bool disorder;
	bool closed; /* the line about the trace was the last one */
};

/* Reads the file. Returns 0 or -EINVAL with a line on stderr. */
int shown_read(struct shown *shown, const char *path);

/* NULL: it is not shown. */
const struct shown_span *shown_find(const struct shown *shown, uint64_t vm, uint64_t id);

void shown_clear(struct shown *shown);

#endif /* VSPAN_TESTS_TRUTH_SHOWN_H */
