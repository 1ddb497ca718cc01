/* SPDX-License-Identifier: MIT */
/*
 * output.h - what the filter writes into: for each trace of the input one trace
 * with guest-time streams, one stream per lane, and for each event class of
 * the input its counterpart.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_H
#define VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_H

#include "lanes.h"
#include "model/record.h"

struct outputs {
	struct map traces;       /* struct output_trace, by address of the input's trace */
	struct map classes;      /* bt_event_class references, by address of the event kind */
	struct map span_classes; /* the same, of the spans that entries become */
};

/* Gives the lane its stream, if it has none. Returns 0 or -ENOMEM. */
int outputs_open_lane(struct outputs *outputs, bt_self_component *component, struct lane *lane,
	const struct event_kind *kind);

/* A time as a value of the lane's clock. */
uint64_t outputs_clock_value(const struct lane *lane, int64_t time);

/* The event again, in the lane's stream, at `time`. A new message, NULL if memory ran out. */
bt_message *outputs_event(struct outputs *outputs, bt_self_message_iterator *iterator,
	const struct lane *lane, const struct record *record, int64_t time);

/* A finished span of its two edges. A new message, NULL if memory ran out. */
bt_message *outputs_span(struct outputs *outputs, bt_self_message_iterator *iterator,
	const struct lane *lane, const struct record *entry, const struct record *exit,
	int64_t time);

void outputs_clear(struct outputs *outputs);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_H */
