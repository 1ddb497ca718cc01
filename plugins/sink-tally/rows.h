/* SPDX-License-Identifier: MIT */
/*
 * rows.h - what the tally keeps: a row for each name, provider, VM or vCPU that
 * is told apart, and what was counted of its spans. How many rows there may be
 * is bounded, for a guest can think of any number of names.
 */
#ifndef VSPAN_PLUGINS_SINK_TALLY_ROWS_H
#define VSPAN_PLUGINS_SINK_TALLY_ROWS_H

#include "model/histogram.h"
#include "model/node.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What rows are told apart by: a set. */
#define BY_NAME 1u /* provider:name */
#define BY_PROVIDER 2u
#define BY_VM 4u
#define BY_VCPU 8u /* and its VM */

struct row {
	char *name;              /* safe to print; NULL: not told apart by it */
	const struct vm *vm;     /* NULL: not told apart by it */
	const struct vcpu *vcpu; /* NULL: not told apart by it */
	uint64_t calls;          /* spans whose duration is known */
	uint64_t unknown;        /* spans whose duration is not */
	uint64_t errors;         /* of both */
	uint64_t time;           /* ns; of spans inside others of the row, nothing */
	uint64_t sum;            /* ns of all calls */
	uint64_t self;           /* ns */
	uint64_t min;            /* of the calls, exact */
	uint64_t max;
	struct histogram durations;
	uint64_t open;    /* spans of the row that are around the one being counted */
	struct row *next; /* of the same hash */
};

/* A row by the address of a label: names are compared once more, addresses may be used again. */
struct shortcut {
	const char *address;
	const struct vcpu *vcpu; /* NULL if rows do not tell VMs apart */
	char *label;
	struct row *row; /* NULL: not wanted */
};

#define SHORTCUTS 1024 /* a power of two */

struct rows {
	unsigned int by;
	const char *wanted; /* glob for names; NULL: all */
	uint64_t most;      /* rows; what is beyond them is counted in `others` */
	uint64_t count;
	struct row **buckets;
	size_t bucket_count; /* 0 or a power of two */
	struct row *others;  /* NULL: not needed so far */
	struct shortcut shortcuts[SHORTCUTS];
};

/* The row of a span, *row NULL if it is not wanted. Returns 0 or -ENOMEM. */
int rows_find(struct rows *rows, const struct node *span, struct row **row);

/* Counts a span. Returns 0 or -ENOMEM. */
int row_count(struct row *row, const struct node *span);

/* False: begun and not ended, or ended with nothing known of the begin, or the like. */
bool span_duration_known(const struct node *span);

/* All rows in one array of `count` pointers, freed by the caller; NULL if memory ran out. */
struct row **rows_list(const struct rows *rows, size_t *count);

void rows_clear(struct rows *rows);

/* a + b, held at the end of the range. */
uint64_t add_saturating(uint64_t a, uint64_t b);

#endif /* VSPAN_PLUGINS_SINK_TALLY_ROWS_H */
