/* SPDX-License-Identifier: MIT */
/*
 * emitter.h - what is behind provider.h and control.h in this plugin: messages of
 * babeltrace2 in place of LTTng's events. They wait in a queue for the message
 * iterator to take them.
 *
 * The functions of those two headers do not say for whom: it is the emitter this
 * thread uses at the time (emitter_use()).
 */
#ifndef VSPAN_PLUGINS_SOURCE_RING_EMITTER_H
#define VSPAN_PLUGINS_SOURCE_RING_EMITTER_H

#include <stddef.h>
#include "classes.h"

enum control_index {
	CONTROL_ATTACH,
	CONTROL_DETACH,
	CONTROL_EPOCH,
	CONTROL_CLOCK,
	CONTROL_LOST,
	CONTROL_VIOLATION,
	CONTROL_WATERMARK,
	CONTROL_OPEN,
	CONTROL_CLOSE,
	CONTROL_NOTICE,
	CONTROL_MESSAGE,
	CONTROL_LINK,
	CONTROL_CONTEXT,
	CONTROL_LEDGER,
	CONTROL_SPAN,
	CONTROL_EVENT,
	CONTROL_COUNT,
};

struct provider_site;

struct emitter {
	bt_self_message_iterator *iterator;
	struct classes classes;
	bt_trace *trace;
	bt_stream *stream;
	bt_event_class *controls[CONTROL_COUNT]; /* made when first needed */
	struct provider_site *sites;
	uint64_t now; /* the latest message's time, ns */
	const bt_message **queue;
	size_t count; /* of messages in the queue... */
	size_t taken; /* ...of which so many were taken */
	size_t capacity;
	bool failed; /* out of memory: something is missing */
};

/*
 * A trace with one stream, whose clock counts ns of CLOCK_MONOTONIC; 0 is
 * `offset` ns after the epoch. 0 or -ENOMEM; emitter_clear() in any case.
 */
int emitter_init(struct emitter *emitter, bt_self_component *component,
	bt_self_message_iterator *iterator, const char *name, int64_t offset);

void emitter_clear(struct emitter *emitter);

/* Whom the functions of provider.h and control.h work for in this thread; NULL: nobody. */
void emitter_use(struct emitter *emitter);
struct emitter *emitter_used(void);

/* An event of that class at `time`, or as soon after as the one before allows. NULL: failed. */
bt_field *emitter_add(struct emitter *emitter, bt_event_class *class, uint64_t time);

/* The stream's beginning and end. */
void emitter_begin(struct emitter *emitter);
void emitter_end(struct emitter *emitter);

/* Takes up to `capacity` messages; returns how many. */
uint64_t emitter_take(struct emitter *emitter, bt_message_array_const messages, uint64_t capacity);

#endif /* VSPAN_PLUGINS_SOURCE_RING_EMITTER_H */
