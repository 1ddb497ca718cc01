/* SPDX-License-Identifier: MIT */
/*
 * output-trace.h - the one trace all lanes share, described like the first input:
 * a VM may be told of in several, one for each consumer that had it. Its streams
 * have packets, since only at their borders CTF can tell of losses.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_TRACE_H
#define VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_TRACE_H

#include <babeltrace2/babeltrace.h>
#include <stdint.h>

struct output_trace {
	bt_trace_class *class;
	bt_stream_class *stream_class;
	bt_trace *trace;
	int64_t time_base; /* ns from the clock's origin at clock value 0 */
};

/* Like `from`, with the clock of `like`. NULL if memory ran out. */
struct output_trace *output_trace_create(
	bt_self_component *component, const bt_trace *from, const bt_event_class *like);

void output_trace_free(struct output_trace *output);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_TRACE_H */
