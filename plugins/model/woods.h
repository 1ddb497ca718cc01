/* SPDX-License-Identifier: MIT */
/*
 * woods.h - private to the forest: what a node, a vCPU, a VM and the whole need
 * while trees are put together.
 *
 * A node is *pending* until the watermarks of all rings have passed its start:
 * from then on everything that began before it is known, so its parent is. It has
 * its turn then: it is placed (place.c), or waits for a parent that may claim to
 * have begun later (wait.c). A tree is complete when the watermarks have passed the
 * end of all that is in it (sweep.c). Both happen in the order of time, whatever
 * the order of arrival, so that the same trace gives the same trees.
 */
#ifndef VSPAN_PLUGINS_MODEL_WOODS_H
#define VSPAN_PLUGINS_MODEL_WOODS_H

#include "calls.h"
#include "contexts.h"
#include "exits.h"
#include "forest.h"
#include "heap.h"

#include <stdbool.h>

/* Own fields up to this size need no allocation of their own. */
#define PLANTED_VALUES 96

/* Where a root is kept. */
enum tree_state {
	TREE_GROWING, /* in woods.growing */
	TREE_OPEN,    /* in woods.open */
	TREE_WINDOW,  /* in woods.window: complete */
};

struct planted {
	struct node node;     /* first: a node is cast to it */
	char *own_label;      /* NULL: the event kind's */
	uint64_t order;       /* of arrival: the last tie-breaker */
	struct planted *root; /* of the tree it is placed in */
	uint64_t walk;        /* mark of place.c */
	bool told;            /* open, as vspan:open told; its end will come */
	bool placed;
	bool named;            /* something names it as its parent */
	bool pending;          /* in the heap of pending nodes */
	bool dead;             /* freed while it was there */
	bool turned;           /* has had its turn: placed, or waits for its parent */
	struct waiters *waits; /* those it waits with; NULL: it does not */
	int64_t end;           /* the latest time it tells of: its end, or that of its exit */
	unsigned char values[PLANTED_VALUES];
	/* From here on seldom touched. While it waits: */
	struct planted *wait_next, *wait_previous;
	/* Of children that were given away in parts: */
	uint64_t covered;
	int64_t covered_end;
	/* Of a root: */
	enum tree_state state;
	int64_t tree_end; /* latest end in it */
	uint64_t tree_nodes;
	uint64_t tree_open;                        /* nodes without an end */
	struct planted *open_next, *open_previous; /* while TREE_OPEN */
};

static inline struct planted *planted(struct node *node)
{
	return (struct planted *)node;
}

/* Nodes come round when they have long left the cache: asked for one ahead, they are there. */
static inline void node_prefetch(const struct node *node)
{
	for (size_t offset = 0; offset < sizeof(*node); offset += 64)
		__builtin_prefetch((const char *)node + offset);
}

/*
 * A span on a vCPU's stack. `planted` may have been given away and its place be
 * another's: it is the span only if it still has the same `order`.
 */
struct stack_entry {
	int64_t start;
	int64_t end;
	uint64_t order;
	struct planted *planted;
};

/* What a vCPU does from `time` on, and what it had done until then. */
struct transition {
	int64_t time;
	enum occupancy state;
	uint64_t before[OCCUPANCIES];
};

struct ring {
	struct vcpu vcpu; /* first: a vcpu is cast to it */
	bool waited;      /* attached: what is after its watermark may still come */
	int64_t watermark;
	struct stack_entry *stack;
	size_t stack_count;
	size_t stack_capacity;
	struct transition *transitions; /* in order of time */
	size_t transition_count;
	size_t transition_capacity;
	bool transitions_cut; /* the first ones were forgotten */
	struct exits exits;
};

static inline struct ring *ring_of(struct vcpu *vcpu)
{
	return (struct ring *)vcpu;
}

/* Notes of one span, which may not be known yet. */
struct span_notes {
	struct note *first;
	struct note *last;
};

struct land {
	struct vm vm; /* first: a vm is cast to it */
	bool detached;
	struct map spans; /* struct planted by id: those that are held */
	struct map notes; /* struct span_notes by span */
	struct exits_words exit_words;
	struct calls calls; /* of spans of this VM, which is the host's own */
	size_t note_count;
	struct map waiting; /* struct waiters by the span they wait for */
	struct ring *last;  /* the one last looked up */
};

static inline struct land *land_of(struct vm *vm)
{
	return (struct land *)vm;
}

struct woods {
	forest_tree_function tree;
	void *data;
	uint64_t held_most; /* 0: no limit */
	uint64_t held_next; /* relief is tried again when that many are held */
	uint64_t held;      /* nodes not in the window */
	uint64_t arrived;
	uint64_t walks;
	bool stale;    /* `least` must be worked out again */
	int64_t least; /* of all watermarks */
	int64_t swept; /* the time placing and completing have come to; INT64_MAX: the end */
	struct heap pending;
	struct heap growing;  /* roots without open spans, by their tree's end so far */
	struct planted *open; /* roots with open spans */
	struct heap window;   /* roots of complete trees, by start */
	uint64_t window_nodes;
	struct planted *unused; /* free list, by node.next */
	struct land *last;
	struct contexts contexts;
};

/* collect.c: what a record tells goes where it belongs. Returns 0 or -ENOMEM. */
int collect_record(struct forest *forest, const struct record *record);

/* A new node of a VM, pending as soon as woods_plant() is called. NULL if memory ran out. */
struct planted *woods_add(struct woods *woods, struct vcpu *vcpu, enum node_type type);
int woods_plant(struct woods *woods, struct planted *node);
/* Whether it is a span that has begun, and nothing more is known. */
bool planted_open(const struct planted *node);
/* Such a span is none any more: an end was found. Returns 0 or -ENOMEM. */
int woods_ended(struct woods *woods, struct planted *node);
/* A root whose tree has no open span any more grows until the watermarks pass. */
int root_closed(struct woods *woods, struct planted *root);
/* Frees a tree. */
void tree_discard(struct woods *woods, struct node *root);
/* Frees a node and what it owns, and forgets it. */
void woods_free(struct woods *woods, struct planted *node);

struct land *forest_land(struct forest *forest, uint32_t number);
struct ring *land_ring(struct land *land, uint32_t number);

/* lanes of watermarks (forest.c) */
void woods_advance(struct woods *woods, struct ring *ring, int64_t watermark);
int64_t woods_watermark(const struct forest *forest);

/*
 * place.c: the watermarks have passed the node's start, or it has waited long
 * enough: appends it to its parent, or lets it wait. Returns 0 or -ENOMEM.
 */
int woods_turn(struct forest *forest, struct planted *node);

/* wait.c: whether it cannot be placed at its turn. `parent`: as far as it is known, NULL: it is
 * not. */
bool woods_must_wait(const struct planted *child, const struct planted *parent);
/* It has its turn again when it has waited long enough. Returns 0 or -ENOMEM. */
int woods_wait(struct woods *woods, struct planted *child, const struct planted *parent);
void woods_wait_no_more(struct planted *child);
/* The first that waits for a span of that id; NULL: nothing does. */
struct planted *land_first_waiting(const struct land *land, uint64_t id);
void land_clear_waiting(struct land *land);

/*
 * sweep.c: places and completes all before `until` (INT64_MAX: all); gives what
 * leaves the window. Returns 0, -ENOMEM or what the tree function returned.
 */
int woods_sweep(struct forest *forest, int64_t until);
bool woods_sweep_due(const struct woods *woods, int64_t until);
/* Gives complete trees until no more than `nodes` are in the window. */
int woods_flush_window(struct forest *forest, uint64_t nodes);
/* Gives a tree or a part of one and frees it; what it was linked to is the caller's. */
int woods_give(struct forest *forest, struct planted *root);

/* relief.c: too much is held. */
int woods_relieve(struct forest *forest);

/* measure.c */
int ring_transition(struct ring *ring, enum occupancy state, int64_t time);
void tree_measure(struct node *root);
/* A child leaves before its parent has ended. */
void node_cover_part(struct planted *parent, const struct node *child);

/* notes.c */
int land_note(struct land *land, const struct record *record);
void land_place_notes(struct land *land, struct node *node);
void notes_free(struct note *notes);
void land_clear_notes(struct land *land);

#endif /* VSPAN_PLUGINS_MODEL_WOODS_H */
