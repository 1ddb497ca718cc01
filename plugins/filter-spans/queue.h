/* SPDX-License-Identifier: MIT */
/*
 * queue.h - messages waiting for their turn, by the time they will have in the
 * output, then by arrival.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_QUEUE_H
#define VSPAN_PLUGINS_FILTER_SPANS_QUEUE_H

#include "model/node.h"

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lane;

/* What is worked out of a span when all that is in it is known. */
struct measures {
	uint64_t self;                  /* ns in which no child span was open */
	uint64_t occupied[OCCUPANCIES]; /* ns of how its vCPU was occupied */
	uint32_t flags;                 /* VSPAN_TRACE_FLAG_*, those of an analysis */
};

enum item_type {
	ITEM_MESSAGE, /* not ours: passes through as it is */
	ITEM_EVENT,  /* a control event, a point event, an exit alone: needs nothing but its turn */
	ITEM_SPAN,   /* a finished span, an entry, a span told open: its turn may have to wait */
	ITEM_ENDING, /* a span whose entry edge is out, at its end */
	ITEM_SETTLED, /* at the end of a loss: no message, its lane's packet ends there */
};

struct item {
	enum item_type type;
	int64_t time;                  /* ns from the clock's origin */
	uint64_t order;                /* among those of one time */
	const bt_message *message;     /* a reference; NULL: ITEM_SETTLED */
	const bt_message *exit;        /* of an entry: its exit, a reference; NULL: not seen */
	const struct event_kind *kind; /* of the message; NULL: ITEM_MESSAGE, ITEM_SETTLED */
	struct lane *lane;             /* whose output stream it goes to */
	struct map *spans;             /* the table it is in, until released; NULL: none */
	uint64_t span;                 /* its key there */
	struct measures measures;
	uint32_t track; /* of ITEM_ENDING */
	bool measured;  /* `measures` are known */
	bool announced; /* of a loss, and of its end: what goes before it is out */
	bool early;     /* let go before its turn */
	bool cancelled; /* another item tells of the same span, and knows more */
};

struct queue {
	struct item **items; /* a binary heap, earliest first */
	size_t count;
	size_t capacity;
	uint64_t arrived;
	uint64_t endings;
};

/*
 * Adds a message at a time and takes its reference, also on failure. Returns
 * the item, owned by the queue, or NULL if memory ran out. The message may be NULL.
 */
struct item *queue_push(
	struct queue *queue, enum item_type type, int64_t time, const bt_message *message);

/*
 * Puts an item that was popped back, as an ending at `time`: before all else of
 * that time, the one that began last first. Returns 0, or -ENOMEM: it is the
 * caller's still.
 */
int queue_push_ending(struct queue *queue, struct item *item, int64_t time);

/* The earliest item, NULL if there is none. */
struct item *queue_first(const struct queue *queue);

/* Takes the earliest item out; there must be one; the caller frees it. */
struct item *queue_pop(struct queue *queue);

void item_free(struct item *item);
void queue_clear(struct queue *queue);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_QUEUE_H */
