/* SPDX-License-Identifier: MIT */
/*
 * forest.h - from records in any order to trees of spans, each given away as
 * soon as nothing can be missing from it. What is held is what is open, what is
 * in flight (after the watermarks), and FOREST_WINDOW nodes of complete trees,
 * so that trees come in the order of their starts.
 */
#ifndef VSPAN_PLUGINS_MODEL_FOREST_H
#define VSPAN_PLUGINS_MODEL_FOREST_H

#include "node.h"
#include "record.h"
#include "repeats.h"

/* Nodes of complete trees that wait for such as began earlier. */
#define FOREST_WINDOW 2048
/*
 * ns by which two vCPUs' clocks may differ: a span or event of another vCPU may be
 * in a span that claims to have begun so much later, and none that began later still.
 */
#define FOREST_SLACK 1000000
/* Nodes of trees that are not complete, by default; beyond, trees come in parts. */
#define FOREST_HELD_DEFAULT 1000000

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

struct vcpu {
	uint32_t number;
	struct vm *vm;
	void *user; /* for the sink's use, freed by it */
		    /* More in forest.c. */
};

/* Every repair and every doubt, counted per VM. */
struct vm_totals {
	uint64_t spans;
	uint64_t events;
	uint64_t roots;
	uint64_t lost;           /* records */
	uint64_t losses_unknown; /* losses of nobody knows how many */
	uint64_t errors;         /* spans with status error */
	uint64_t aborted;
	uint64_t end_lost;
	uint64_t evicted;
	uint64_t clamped;
	uint64_t unfinished;      /* begins without ends */
	uint64_t ends;            /* ends without begins */
	uint64_t ends_hidden;     /* those of them that nothing is in */
	uint64_t parents_unknown; /* nodes whose parent is not in the trace */
	uint64_t parents_loop;
	uint64_t parts;          /* parts given before their tree was complete */
	uint64_t early;          /* nodes placed before all that could be around them was there */
	uint64_t violations;     /* reports */
	uint64_t notes_unplaced; /* messages and links of spans that are not in the trace */
};

/* From `time` on, the times of the guest's events are good to `error` ns. */
struct vm_clock {
	int64_t time;
	uint64_t error;
};

#define VM_CLOCKS 32

struct vm {
	/* Random, so that one VM keeps its number in the traces of several consumers, and no two
	 * share one. */
	uint32_t number;
	bool attached; /* `name`, `rings`, `identity`, `counter_hz` are known */
	char *name;    /* as recorded, not safe to print */
	uint64_t rings;
	uint64_t identity[2]; /* high, low */
	uint64_t counter_hz;
	struct vm_clock clocks[VM_CLOCKS]; /* the latest ones, in order */
	size_t clock_count;
	uint64_t clock_error; /* ns: by how much times of its events may be off, at most */
	struct vm_totals totals;
	struct repeats repeats;
	struct note *notices; /* what the consumer told its user, in order */
	struct ledger *ledgers;
	size_t ledger_count;
	struct vcpu **vcpus; /* in order of number */
	size_t vcpu_count;
	void *user; /* for the sink's use, freed by it */
		    /* More in forest.c. */
};

struct forest {
	struct vm **vms; /* in order of appearance */
	size_t vm_count;
	struct note *notices; /* of no VM in particular, in order */
	uint64_t foreign;     /* events that are not ours */
	uint64_t discarded;   /* events LTTng discarded, where it says how many */
	uint64_t discarded_packets;
	bool discarded_unknown; /* there were more, nobody knows how many */
	struct woods *woods;    /* what is being put together; forest.c */
};

/*
 * Takes a complete tree (or, root->part, a part of one that is still open): root
 * is a span without a parent in the trace, or an event or loss outside of any
 * span. Children are in order of start; the tree is freed when it returns.
 * Returns 0 or a negative errno, which ends the work.
 */
typedef int (*forest_tree_function)(void *data, struct node *root);

/* Returns 0 or -ENOMEM; forest_clear() in any case. `held`: FOREST_HELD_DEFAULT, 0: no limit. */
int forest_init(struct forest *forest, uint64_t held, forest_tree_function tree, void *data);

/*
 * Takes an event; `record` is not needed afterwards. Trees that are complete now
 * are given. Returns 0, -ENOMEM, or what the tree function returned.
 */
int forest_take(struct forest *forest, const struct record *record);

/* A discarded-events or discarded-packets message. */
void forest_take_discarded(struct forest *forest, const bt_message *message);

/* Nothing comes for now (a live source): gives what waits for its turn only. Returns as above. */
int forest_idle(struct forest *forest);

/* Nothing comes any more: gives all there is, with begins that have no end. Returns as above. */
int forest_end(struct forest *forest);

/* Trace contexts that were forgotten, there being too many: spans do not know theirs. */
uint64_t forest_contexts_forgotten(const struct forest *forest);

void forest_clear(struct forest *forest);

#endif /* VSPAN_PLUGINS_MODEL_FOREST_H */
