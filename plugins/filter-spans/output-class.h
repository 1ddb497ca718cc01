/* SPDX-License-Identifier: MIT */
/*
 * output-class.h - the event classes of the output: copies of the input's, and
 * the span, entry and exit classes of trace.h that spans become. What was worked
 * out of a span goes into the event's specific context, where no field of a call
 * site can have its name.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_CLASS_H
#define VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_CLASS_H

#include "model/record.h"
#include "queue.h"

enum output_shape {
	SHAPE_COPY,  /* the same class again */
	SHAPE_SPAN,  /* a finished span, made of an entry or an open span and an exit */
	SHAPE_ENTRY, /* the begin of a span */
	SHAPE_EXIT,  /* its end */
	OUTPUT_SHAPES,
};

/* What an event of the output tells. */
struct telling {
	enum output_shape shape;
	struct record record; /* the event it is made of; of a span, what knows its begin */
	struct record exit;   /* kind NULL: none */
	const struct measures *measures;
	uint32_t track; /* of SHAPE_ENTRY and SHAPE_EXIT */
};

/* The class for records of `kind` told in a shape, a reference. NULL if memory ran out. */
bt_event_class *output_class_create(bt_trace_class *trace_class, bt_stream_class *stream_class,
	const struct event_kind *kind, enum output_shape shape);

/* Fills an event of such a class. Returns 0 or -ENOMEM. */
int output_class_fill(bt_event *event, const struct telling *telling);

/* When the span told of ends, in CLOCK_MONOTONIC ns. */
uint64_t telling_end(const struct telling *telling);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_OUTPUT_CLASS_H */
