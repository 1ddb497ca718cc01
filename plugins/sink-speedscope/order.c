/* SPDX-License-Identifier: MIT */
/*
 * order.c - see order.h. A binary heap.
 */
#include "order.h"

#include <errno.h>
#include <stdlib.h>

static bool frame_before(const struct frame *a, const struct frame *b)
{
	return a->start != b->start ? a->start < b->start : a->serial < b->serial;
}

int order_push(struct order *order, const struct frame *frame)
{
	size_t i = order->count;

	if (order->count == order->capacity) {
		size_t capacity = order->capacity ? order->capacity * 2 : 1024;
		struct frame *frames = realloc(order->frames, capacity * sizeof(*frames));

		if (!frames)
			return -ENOMEM;
		order->frames = frames;
		order->capacity = capacity;
	}
	order->count++;
	for (; i > 0 && frame_before(frame, &order->frames[(i - 1) / 2]); i = (i - 1) / 2)
		order->frames[i] = order->frames[(i - 1) / 2];
	order->frames[i] = *frame;
	return 0;
}

bool order_pop(struct order *order, struct frame *frame)
{
	struct frame *frames = order->frames;
	const struct frame *last;
	size_t i = 0;

	if (order->count == 0)
		return false;
	*frame = frames[0];
	last = &frames[--order->count];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < order->count && frame_before(&frames[child + 1], &frames[child]))
			child++;
		if (child >= order->count || !frame_before(&frames[child], last))
			break;
		frames[i] = frames[child];
		i = child;
	}
	frames[i] = *last;
	return true;
}

void order_clear(struct order *order)
{
	free(order->frames);
	*order = (struct order){0};
}
