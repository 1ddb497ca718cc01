/* SPDX-License-Identifier: MIT */
/*
 * queue.h - messages waiting for their turn, by the time they will have in the
 * output, then by arrival.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_QUEUE_H
#define VSPAN_PLUGINS_FILTER_SPANS_QUEUE_H

#include "model/event-kind.h"

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lane;

struct item {
	int64_t time;                  /* ns from the clock's origin */
	uint64_t order;                /* of arrival */
	const bt_message *message;     /* a reference */
	const bt_message *exit;        /* of an entry: its exit, a reference; NULL: not seen */
	const struct event_kind *kind; /* NULL: passes through as it is */
	struct lane *lane;             /* whose output stream it goes to */
	struct map *spans;             /* the table it is in, until released; NULL: none */
	uint64_t span;                 /* its key there */
	bool cancelled;                /* an edge that another item tells of as well */
};

struct queue {
	struct item **items; /* a binary heap, earliest first */
	size_t count;
	size_t capacity;
	uint64_t arrived;
};

/*
 * Adds a message at a time and takes its reference, also on failure. Returns
 * the item, owned by the queue, or NULL if memory ran out.
 */
struct item *queue_push(struct queue *queue, int64_t time, const bt_message *message);

/* The earliest item, NULL if there is none. */
struct item *queue_first(const struct queue *queue);

/* Takes the earliest item out; there must be one; the caller frees it. */
struct item *queue_pop(struct queue *queue);

void item_free(struct item *item);
void queue_clear(struct queue *queue);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_QUEUE_H */
