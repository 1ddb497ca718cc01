/* SPDX-License-Identifier: MIT */
/*
 * output-context.h - what the filter adds to a span: in the specific context of
 * its event, beside the payload of trace.h.
 *
 *   a span    self running exited halted (u64, ns)
 *   its entry track (u32) name (string)
 *   its exit  track, then those of a span
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_CONTEXT_H
#define VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_CONTEXT_H

#include "output-class.h"

/* Gives the class its context, if events of it have one. Returns 0 or -ENOMEM. */
int output_context_add(bt_trace_class *trace_class, bt_event_class *class,
	const struct event_kind *kind, enum output_shape shape);

/* Fills it. Returns 0 or -ENOMEM. */
int output_context_fill(bt_event *event, const struct telling *telling);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_CONTEXT_H */
