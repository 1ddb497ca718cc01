/* SPDX-License-Identifier: MIT */
/*
 * queue.c - see queue.h.
 */
#include "queue.h"

#include <assert.h>
#include <stdlib.h>

static bool item_before(const struct item *a, const struct item *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static void queue_swap(struct queue *queue, size_t a, size_t b)
{
	struct item *item = queue->items[a];

	queue->items[a] = queue->items[b];
	queue->items[b] = item;
}

static int queue_reserve(struct queue *queue)
{
	size_t capacity = queue->capacity ? queue->capacity * 2 : 256;
	struct item **items;

	if (queue->count < queue->capacity)
		return 0;
	items = realloc(queue->items, capacity * sizeof(struct item *));
	if (!items)
		return -1;
	queue->items = items;
	queue->capacity = capacity;
	return 0;
}

struct item *queue_push(struct queue *queue, int64_t time, const bt_message *message)
{
	struct item *item = calloc(1, sizeof(*item));
	size_t i;

	assert(message);
	if (!item || queue_reserve(queue) < 0) {
		bt_message_put_ref(message);
		free(item);
		return NULL;
	}
	item->time = time;
	item->order = queue->arrived++;
	item->message = message;
	i = queue->count++;
	queue->items[i] = item;
	for (; i > 0 && item_before(item, queue->items[(i - 1) / 2]); i = (i - 1) / 2)
		queue_swap(queue, i, (i - 1) / 2);
	return item;
}

struct item *queue_first(const struct queue *queue)
{
	return queue->count ? queue->items[0] : NULL;
}

struct item *queue_pop(struct queue *queue)
{
	struct item *first = queue_first(queue);
	size_t i = 0;

	assert(first);
	queue->items[0] = queue->items[--queue->count];
	for (;;) {
		size_t left = 2 * i + 1;
		size_t least = i;

		for (size_t child = left; child < left + 2 && child < queue->count; child++) {
			if (item_before(queue->items[child], queue->items[least]))
				least = child;
		}
		if (least == i)
			return first;
		queue_swap(queue, i, least);
		i = least;
	}
}

void item_free(struct item *item)
{
	bt_message_put_ref(item->message);
	bt_message_put_ref(item->exit);
	free(item);
}

void queue_clear(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		item_free(queue->items[i]);
	free(queue->items);
	*queue = (struct queue){0};
}
