/* SPDX-License-Identifier: MIT */
/*
 * stacks.h - the stacks of a flame graph: a tree of frames, each with what was
 * spent in it alone. Bounded in number and depth; what is beyond is counted
 * together.
 */
#ifndef VSPAN_PLUGINS_SINK_FOLDED_STACKS_H
#define VSPAN_PLUGINS_SINK_FOLDED_STACKS_H

#include "model/intern.h"
#include "model/map.h"

#include <stdint.h>
#include <stdio.h>

/* Frames of a stack, the prefix included; what is deeper is one frame "[deeper]". */
#define STACKS_DEPTH_MAX 512
#define STACKS_COUNT_DEFAULT 1000000
/* Distinct names, and bytes of them. */
#define STACKS_NAMES_MAX 1000000
#define STACKS_NAME_BYTES_MAX (64u << 20)

struct stack {
	const char *name; /* a frame of the output: no semicolon, space or line end */
	struct stack *parent;
	struct stack *first_child;
	struct stack *next;  /* sibling */
	struct stack *older; /* made before this one */
	uint32_t number;
	uint32_t depth;
	uint64_t self; /* ns */
	uint64_t calls;
	size_t length; /* of the line up to here, when written */
};

struct stacks {
	struct stack top;   /* holds the others, is no frame itself */
	struct stack other; /* what there was no room for */
	struct stack *newest;
	struct map by_place; /* number of the parent, number of the name */
	struct intern names;
	uint64_t limit;
	uint64_t count;
};

enum stacks_unit {
	STACKS_NS,
	STACKS_US,
	STACKS_CALLS,
};

void stacks_init(struct stacks *stacks, uint64_t limit);

/*
 * The stack of a frame below another one; `name` is anything safe to print.
 * &stacks->other if there is no room. NULL if memory ran out.
 */
struct stack *stacks_enter(struct stacks *stacks, struct stack *parent, const char *name);

/* Writes `a;b;c N`, sorted by frames. Returns 0 or -ENOMEM. */
int stacks_write(struct stacks *stacks, enum stacks_unit unit, FILE *stream);

void stacks_clear(struct stacks *stacks);

#endif /* VSPAN_PLUGINS_SINK_FOLDED_STACKS_H */
