/* SPDX-License-Identifier: MIT */
/*
 * queue.c - see queue.h.
 */
#include "queue.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Order of the first arrival; endings count down from there. */
#define ORDER_FIRST (UINT64_C(1) << 63)

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

static void queue_sift_up(struct queue *queue, size_t i)
{
	for (; i > 0 && item_before(queue->items[i], queue->items[(i - 1) / 2]); i = (i - 1) / 2)
		queue_swap(queue, i, (i - 1) / 2);
}

struct item *queue_push(
	struct queue *queue, enum item_type type, int64_t time, const bt_message *message)
{
	struct item *item = calloc(1, sizeof(*item));

	if (!item || queue_reserve(queue) < 0) {
		bt_message_put_ref(message);
		free(item);
		return NULL;
	}
	item->type = type;
	item->time = time;
	item->order = ORDER_FIRST + queue->arrived++;
	item->message = message;
	queue->items[queue->count++] = item;
	queue_sift_up(queue, queue->count - 1);
	return item;
}

int queue_push_ending(struct queue *queue, struct item *item, int64_t time)
{
	assert(item->type == ITEM_SPAN && time >= item->time);
	if (queue_reserve(queue) < 0)
		return -ENOMEM;
	item->type = ITEM_ENDING;
	item->time = time;
	item->order = ORDER_FIRST - ++queue->endings;
	queue->items[queue->count++] = item;
	queue_sift_up(queue, queue->count - 1);
	return 0;
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
