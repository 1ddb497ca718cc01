/* SPDX-License-Identifier: MIT */
/*
 * forest.h - the spans, point events and losses of each VM, and how they hang
 * together. collect.c fills it from records, link.c makes trees of it, print.c
 * walks it.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_FOREST_H
#define VSPAN_PLUGINS_SINK_TREE_FOREST_H

#include "model/map.h"
#include "model/repeats.h"

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum node_type {
	NODE_SPAN,
	NODE_EVENT,
	NODE_LOST,
};

/* Where what we know of a span comes from; a later one replaces an earlier one. */
enum node_source {
	SOURCE_EXIT,     /* ended; the begin is not in the trace */
	SOURCE_ENTRY,    /* begun, no end seen yet */
	SOURCE_EDGES,    /* entry and exit */
	SOURCE_FINISHED, /* the finished-span event */
};

struct node {
	enum node_type type;
	enum node_source source; /* of a span */
	uint32_t vcpu;
	int64_t start;      /* ns from the clock's origin; of SOURCE_EXIT, the latest it can be */
	uint64_t duration;  /* ns; of a loss, from its first record to its last */
	uint64_t order;     /* as collected: breaks ties of `start` */
	uint64_t id;        /* of a span */
	uint64_t parent_id; /* 0: a root */
	uint64_t count;     /* records of a loss */
	uint32_t flags;     /* VSPAN_TRACE_FLAG_* */
	uint32_t reason;    /* VSPAN_TRACE_LOST_* */
	uint8_t status;
	uint8_t kind;
	bool named;          /* something in the trace names it as its parent */
	bool parent_unknown; /* it has a parent, which is not in the trace */
	bool parent_loop;    /* it is its own ancestor, by what the guest says */
	bool visible;
	const char *label;  /* "provider:name", of its event kind or own_label */
	char *own_label;    /* NULL: the event kind's */
	char *fields;       /* `a=1 b="x"`, NULL: none */
	char *message;      /* status message in quotes, NULL: none */
	struct note *links; /* spans it links to, in order */

	struct vm *vm;
	struct node *parent; /* of another VM if that is what the host said */
	struct node *first_child;
	struct node *last_child;
	struct node *next;
	struct node *outer; /* of link.c: the span it is in on its vCPU's stack */
	uint64_t walk;      /* marks of link.c */
};

/* Text for a span that may not be known yet: a status message or a link. */
struct note {
	struct note *next;
	uint64_t span;
	uint64_t linked; /* 0: `text` is the status message */
	char *text;      /* in quotes */
};

struct vcpu {
	uint32_t number;
	struct node *first_root;
	struct node *last_root;
	struct node *open; /* of link.c: innermost span of the stack */
};

/* Numbers of struct vspan_ledger, as the ledger events carry them. */
struct ledger {
	uint32_t vcpu;
	uint64_t epoch;
	uint64_t attempted;
	uint64_t emitted;
	uint64_t discarded_guest;
	uint64_t discarded_host;
	uint64_t torn;
	uint64_t invalid;
	uint64_t in_ring;
};

struct vm {
	/* Random, so that one VM keeps its number in the traces of several consumers, and no two
	 * share one. */
	uint32_t number;
	bool attached; /* `name` and `rings` are known */
	char *name;    /* in quotes */
	uint64_t rings;
	struct node **nodes;
	size_t node_count;
	size_t node_capacity;
	struct map spans; /* by id */
	struct repeats repeats;
	struct note *notes;
	struct note *notices; /* what the consumer told its user, latest first */
	struct vcpu *vcpus;   /* sorted by number, made by link.c */
	size_t vcpu_count;
	struct ledger *ledgers;
	size_t ledger_count;
	uint64_t spans_seen;
	uint64_t events_seen;
	uint64_t aborted;
	uint64_t unfinished;  /* begins without ends */
	uint64_t ends;        /* ends without begins */
	uint64_t ends_hidden; /* those of them that nothing is in */
	uint64_t roots;
	uint64_t lost;
	uint64_t violations; /* reports */
};

struct forest {
	struct vm **vms;
	size_t vm_count;
	struct vm *last;      /* the one last looked up */
	struct note *notices; /* of no VM in particular, latest first */
	uint64_t foreign;     /* events that are not ours */
	uint64_t discarded;   /* events LTTng discarded, where it says how many */
	uint64_t discarded_packets;
	bool discarded_unknown; /* there were more, nobody knows how many */
};

/* The VM of that number, new or not. NULL if memory ran out. */
struct vm *forest_vm(struct forest *forest, uint32_t number);

/* A new node of a VM, owned by it. NULL if memory ran out. */
struct node *vm_add_node(struct vm *vm, enum node_type type);

/* The ledger of a ring's epoch, new or not. NULL if memory ran out. */
struct ledger *vm_ledger(struct vm *vm, uint32_t vcpu, uint64_t epoch);

void forest_clear(struct forest *forest);

#endif /* VSPAN_PLUGINS_SINK_TREE_FOREST_H */
