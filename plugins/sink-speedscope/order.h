/* SPDX-License-Identifier: MIT */
/*
 * order.h - frames in the order of their starts. Trees come in the order of
 * their roots' starts, and the next one may begin before the last one ends: what
 * is in a tree waits here until no later tree can have anything before it.
 */
#ifndef VSPAN_PLUGINS_SINK_SPEEDSCOPE_ORDER_H
#define VSPAN_PLUGINS_SINK_SPEEDSCOPE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct track;

/* A span or a loss on its way to a profile. */
struct frame {
	int64_t start; /* ns from the clock's origin */
	int64_t end;
	uint64_t serial; /* in order of coming, parents before children; from 1 */
	uint64_t parent; /* serial, 0: none */
	uint32_t name;
	struct track *track;
};

/* A heap; all zeroes is an empty one. */
struct order {
	struct frame *frames;
	size_t count;
	size_t capacity;
};

/* Returns 0 or -ENOMEM. */
int order_push(struct order *order, const struct frame *frame);

/* Takes out the first one. False if there is none. */
bool order_pop(struct order *order, struct frame *frame);

void order_clear(struct order *order);

#endif /* VSPAN_PLUGINS_SINK_SPEEDSCOPE_ORDER_H */
