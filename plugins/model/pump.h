/* SPDX-License-Identifier: MIT */
/*
 * pump.h - messages from the graph's thread to a thread of the sink, so that a
 * trace is read and worked on at the same time.
 *
 * babeltrace2's reference counts are not atomic, so references are taken and put
 * on the graph's thread alone: the sink's thread looks at messages, which nobody
 * changes, and the graph's thread puts them when a block of them is done with.
 */
#ifndef VSPAN_PLUGINS_MODEL_PUMP_H
#define VSPAN_PLUGINS_MODEL_PUMP_H

#include "record.h"

#include <babeltrace2/babeltrace.h>

enum pump_event {
	PUMP_IDLE, /* nothing comes for now */
	PUMP_END,  /* nothing comes any more */
	PUMP_NONE,
};

/* What the sink's thread does; both return 0 or a negative errno, which ends the work. */
struct pump_functions {
	/* `record->kind` is NULL if the message is not an event. */
	int (*message)(void *data, const struct record *record, const bt_message *message);
	int (*event)(void *data, enum pump_event event);
};

struct pump;

/* NULL if memory ran out. Without a second thread to be had, all is done on the first. */
struct pump *pump_create(const struct pump_functions *functions, void *data);

/*
 * Takes a message and its reference; waits while too much is under way. `kind`
 * is that of its event, NULL if it is none. Returns 0, or what a function has
 * returned since the last call.
 */
int pump_give(struct pump *pump, const struct event_kind *kind, const bt_message *message);

/*
 * The same of an event whose `trace` nobody will want (record.h): what it tells
 * is copied, which is cheaper than to have its memory go to another core and
 * back. Own fields are left out if nobody wants those either.
 */
int pump_copy(struct pump *pump, const struct event_kind *kind, const bt_message *message,
	bool own_fields);

/* Has `event` seen after all messages so far, and waits for that. Returns the same. */
int pump_tell(struct pump *pump, enum pump_event event);

/* Ends the thread, when it is done with what it has, and puts all messages. */
void pump_destroy(struct pump *pump);

#endif /* VSPAN_PLUGINS_MODEL_PUMP_H */
