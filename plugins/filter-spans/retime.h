/* SPDX-License-Identifier: MIT */
/*
 * retime.h - the work of one message iterator of filter.vspan.spans: takes the
 * input's messages, gives them back in the order of guest time.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_RETIME_H
#define VSPAN_PLUGINS_FILTER_SPANS_RETIME_H

#include "lanes.h"
#include "output.h"
#include "queue.h"

struct retimer {
	bt_self_message_iterator *iterator;
	bt_self_component *component;
	uint64_t max_queued;
	struct event_kinds kinds;
	struct queue queue;
	struct lanes lanes;
	struct outputs outputs;
	int64_t now;  /* time of the latest input message; all that follow are not earlier */
	int64_t last; /* time of the latest output message; none that follow may be earlier */
	bool ended;   /* the input is */
	size_t lanes_ended;
	uint64_t early;        /* let go for lack of room */
	uint64_t late;         /* came after their time had passed */
	uint64_t lone_entries; /* entries without their exits */
	uint64_t lone_exits;   /* exits without their entries */
};

/* Takes a message and its reference. Returns 0 or -ENOMEM. */
int retimer_accept(struct retimer *retimer, const bt_message *message);

/* The input has ended: nothing needs to be waited for. */
void retimer_end(struct retimer *retimer);

/*
 * The next message of the output, a reference, in *message. Returns 1; 0 if
 * there is none yet (after the end: none any more); -ENOMEM.
 */
int retimer_next(struct retimer *retimer, const bt_message **message);

void retimer_clear(struct retimer *retimer);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_RETIME_H */
