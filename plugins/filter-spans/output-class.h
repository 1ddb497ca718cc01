/* SPDX-License-Identifier: MIT */
/*
 * output-class.h - the event classes the filter writes: a copy of the input's,
 * or, for the entry of a span, the finished-span class its site would have.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_CLASS_H
#define VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_CLASS_H

#include "model/record.h"

/*
 * The counterpart of a class; of an entry's, with `span`, the finished-span class.
 * A reference, NULL if memory ran out.
 */
bt_event_class *output_class_create(bt_trace_class *trace_class, bt_stream_class *stream_class,
	const struct event_kind *kind, bool span);

/* Fills the payload of a finished span from its two edges. Returns 0 or -ENOMEM. */
int output_class_fill_span(
	bt_field *payload, const struct record *entry, const struct record *exit);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_CLASS_H */
