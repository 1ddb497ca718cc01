/* SPDX-License-Identifier: MIT */
/*
 * node.h - one thing in a tree of spans: a span, a point event or a loss. Made
 * and linked by forest.c; sinks read it.
 */
#ifndef VSPAN_PLUGINS_MODEL_NODE_H
#define VSPAN_PLUGINS_MODEL_NODE_H

#include "event-kind.h"
#include "values.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;
struct vcpu;

enum node_type {
	NODE_SPAN,
	NODE_EVENT,
	NODE_LOST,
};

/* Where what we know of a span comes from; a later one replaces an earlier one. */
enum node_source {
	SOURCE_EXIT,     /* ended; the begin is not in the trace */
	SOURCE_ENTRY,    /* begun, no end seen yet (its entry, or vspan:open) */
	SOURCE_EDGES,    /* entry and exit */
	SOURCE_FINISHED, /* the finished-span event */
};

/* How a vCPU was occupied while a span was open; see occupancy.h. */
enum occupancy {
	OCCUPANCY_RUNNING, /* in the guest, or nothing was told */
	OCCUPANCY_EXITED,  /* in the host */
	OCCUPANCY_HALTED,  /* halted, waiting for an interrupt */
	OCCUPANCIES,
};

/* Something told of a span apart: its status message, or a span it links to. */
struct note {
	struct note *next;
	uint64_t span;
	uint64_t linked;      /* 0: `text` is the status message */
	uint64_t trace_id[2]; /* of the linked span, 0: of the same trace */
	char *text;           /* as recorded, unsafe; NULL: a link */
};

struct node {
	enum node_type type;
	enum node_source source; /* of a span */
	uint32_t flags;          /* VSPAN_TRACE_FLAG_* */
	uint8_t status;          /* VSPAN_ABI_STATUS_* */
	uint8_t kind;            /* of a span: 0 internal .. 4 consumer */
	bool parent_unknown;     /* it has a parent, which is not in the trace */
	bool parent_loop;        /* it is its own ancestor, by what the guest says */
	bool part;               /* root of a part: its parent is still open, and shown later */
	bool visible;            /* for the sink's use; false when a tree is given */
	uint32_t reason;         /* of a loss: VSPAN_TRACE_LOST_* */
	uint64_t count;          /* of a loss: records, 0: unknown */
	uint64_t parts;          /* children given before, as parts of their own */
	struct vcpu *vcpu;
	int64_t start;     /* ns from the clock's origin; of SOURCE_EXIT, the latest it can be */
	uint64_t duration; /* ns; of a loss, from its first record to its last; SOURCE_EXIT, _ENTRY:
			      0 */
	uint64_t id;       /* of a span; unique within its VM */
	uint64_t parent_id;   /* 0: a root */
	uint32_t parent_vm;   /* of whose spans that is one, where told; 0: of its own VM's, or
				 unknown */
	uint64_t trace_id[2]; /* of a parent of the host's: its W3C trace, 0: not told */
	/* Of a span in a tree that is given to a sink: */
	uint64_t self;                  /* ns of its duration in which no child span was open */
	uint64_t occupied[OCCUPANCIES]; /* ns of its duration; all RUNNING if nothing was told */
	const char *label;              /* "provider:name", safe to print */
	struct values values;           /* the call site's own fields */
	struct note *message;           /* status message, NULL: none */
	struct note *links;             /* in order */

	struct node
		*parent; /* of another VM if that is what the host said; of a part, the open span */
	struct node *first_child;
	struct node *last_child;
	struct node *next; /* sibling, in order of start */

	void *user; /* for the sink's use; NULL when made */
};

/* Its end in ns from the clock's origin; its start if the end is not known. */
int64_t node_end(const struct node *node);

/*
 * What comes after `node` in the tree of `root`, in order of printing, below
 * `node` only if `down`. NULL: nothing. Keeps *depth (0 at the root) up to date.
 */
struct node *node_next(
	const struct node *root, const struct node *node, bool down, uint64_t *depth);

#endif /* VSPAN_PLUGINS_MODEL_NODE_H */
