/* SPDX-License-Identifier: MIT */
/*
 * shape.h - what a random forest is like: parameters of source.vspantest.forest,
 * each drawn from the seed unless it is given. Percentages are of steps or spans.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_SHAPE_H
#define VSPAN_TESTS_SOURCE_FOREST_SHAPE_H

#include <stdint.h>

enum shape_number {
	SHAPE_SEED,
	/* When and where things are emitted, by another seed, without changing what. */
	SHAPE_SCHEDULE,
	SHAPE_VMS,
	SHAPE_VCPUS,
	SHAPE_SPANS,      /* begun in all */
	SHAPE_DEPTH,      /* at most open on a vCPU */
	SHAPE_LOSS,       /* the ring is full: percent of steps */
	SHAPE_GAPS,       /* older records are overwritten: percent of steps */
	SHAPE_ABORTS,     /* vCPUs reset, per 1000 steps */
	SHAPE_MIGRATION,  /* ends on another vCPU, explicit parents */
	SHAPE_OVERLAP,    /* ends that are not the innermost span's */
	SHAPE_EDGES,      /* enum shape_edges */
	SHAPE_REPEATS,    /* consumers that die */
	SHAPE_LONG_OPEN,  /* percent of spans that are left open */
	SHAPE_OPEN_AFTER, /* ns until the consumer tells that a span is open; 0: never */
	SHAPE_DISCARDS,   /* events LTTng discards, per 1000 */
	SHAPE_CLOCK,      /* records whose counter jumps, per 1000 */
	SHAPE_INTERRUPTS, /* percent of steps */
	SHAPE_REMOTE,     /* contexts of spans of other VMs: percent of steps */
	SHAPE_POINTS,     /* point events: percent of steps */
	SHAPE_NOTES,      /* status messages and links: percent of steps */
	SHAPE_OCCUPANCY,  /* vCPUs leave and come back: percent of steps */
	SHAPE_TABLE,      /* spans open on a vCPU before the oldest is evicted */
	SHAPE_STREAMS,    /* CPUs the consumer runs on */
	SHAPE_AGAIN,      /* the source says "try again" before every so many messages; 0: never */
	SHAPE_BATCH,      /* messages given at once */
	SHAPE_TIMES,      /* the forest is played so often, one after the other */
	SHAPE_NUMBERS,
};

enum shape_edges {
	EDGES_NONE,
	EDGES_TOO,   /* besides finished spans */
	EDGES_MIXED, /* by call site: finished spans, edges, or both */
	EDGES_ONLY,
};

struct shape {
	uint64_t numbers[SHAPE_NUMBERS];
};

/* Names of the parameters, by enum shape_number. */
extern const char *const shape_names[SHAPE_NUMBERS];

/* What follows from a seed alone. */
struct shape shape_draw(uint64_t seed);

/* Spans of which every record, item and event is as it should be: no loss, no surprise. */
struct shape shape_plain(uint64_t seed);

/* Returns 0, or -EINVAL if no forest can be like that. */
int shape_check(const struct shape *shape);

#endif /* VSPAN_TESTS_SOURCE_FOREST_SHAPE_H */
