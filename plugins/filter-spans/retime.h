/* SPDX-License-Identifier: MIT */
/*
 * retime.h - the work of one message iterator of filter.vspan.spans: takes the
 * input's messages, gives them back in the order of guest time, with what was
 * worked out of the spans.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_RETIME_H
#define VSPAN_PLUGINS_FILTER_SPANS_RETIME_H

#include "lanes.h"
#include "model/forest.h"
#include "output.h"
#include "queue.h"

struct retimer {
	bt_self_message_iterator *iterator;
	bt_self_component *component;
	uint64_t max_queued;
	bool edges; /* a span goes out as its two edges */
	struct event_kinds kinds;
	struct queue queue;
	struct lanes lanes;
	struct outputs outputs;
	struct forest forest; /* works out self times, occupancy, parents */
	int64_t now;  /* time of the latest input message; all that follow are not earlier */
	int64_t last; /* time of the latest output message; none that follow may be earlier */
	bool clocked; /* messages of the input have times */
	bool ended;   /* the input is */
	size_t lanes_ended;
	uint64_t early;        /* let go for lack of room */
	uint64_t late;         /* came after their time had passed */
	uint64_t lone_entries; /* begins without their ends */
	uint64_t lone_exits;   /* ends without their begins */
};

/* All else but what is set here is to be zero. Returns 0 or -ENOMEM; retimer_clear() in any case.
 */
int retimer_init(struct retimer *retimer, bt_self_message_iterator *iterator,
	bt_self_component *component, uint64_t max_queued, bool edges);

/* accept.c: takes a message and its reference. Returns 0 or -ENOMEM. */
int retimer_accept(struct retimer *retimer, const bt_message *message);

/*
 * marks.c: takes a watermark, and a reference of its own; and what comes after one
 * that was given. Both return 0 or -ENOMEM.
 */
int retimer_mark(struct retimer *retimer, struct lane *lane, const struct record *record,
	const bt_message *message);
int retimer_marked(struct retimer *retimer, struct lane *lane);

/* What has come so far is complete where it can be. Returns 0 or -ENOMEM. */
int retimer_settle(struct retimer *retimer);

/* The input has ended: nothing needs to be waited for. Returns 0 or -ENOMEM. */
int retimer_end(struct retimer *retimer);

/*
 * The next message of the output, a reference, in *message. Returns 1; 0 if
 * there is none yet (after the end: none any more); -ENOMEM.
 */
int retimer_next(struct retimer *retimer, const bt_message **message);

/* Takes an item out of the table it is known in; it stays in the queue. */
void item_forget(struct item *item);

void retimer_clear(struct retimer *retimer);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_RETIME_H */
