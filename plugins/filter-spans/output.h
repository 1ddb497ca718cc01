/* SPDX-License-Identifier: MIT */
/*
 * output.h - what the filter writes into: one trace with guest-time streams, one
 * stream per lane, and for each event class of the input its counterparts.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_H
#define VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_H

#include "lanes.h"
#include "output-class.h"
#include "output-trace.h"

struct outputs {
	struct output_trace *trace;        /* NULL: none yet */
	struct map classes[OUTPUT_SHAPES]; /* bt_event_class references, by address of the kind */
};

/* Gives a lane its stream; it must have none. Returns 0 or -ENOMEM. */
int outputs_open_lane(struct outputs *outputs, bt_self_component *component, struct lane *lane,
	const struct event_kind *kind);

/* A time as a value of the lane's clock. */
uint64_t outputs_clock_value(const struct lane *lane, int64_t time);

/* An event in the lane's packet, at `time`. A new message, NULL if memory ran out. */
bt_message *outputs_event(struct outputs *outputs, bt_self_message_iterator *iterator,
	const struct lane *lane, const struct telling *telling, int64_t time);

void outputs_clear(struct outputs *outputs);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_H */
