/* SPDX-License-Identifier: MIT */
/*
 * copy.h - copies of field classes and fields for another trace class, since
 * babeltrace2 ties every class and field to the trace it was made for.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_COPY_H
#define VSPAN_PLUGINS_FILTER_SPANS_COPY_H

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stdint.h>

/* A copy of a class, a reference. NULL if memory ran out. */
bt_field_class *copy_class(bt_trace_class *trace_class, const bt_field_class *class);

/*
 * Appends to the payload `to` copies of the members of the payload `from` from
 * `first` on. Returns 0 or -ENOMEM.
 */
int copy_members(bt_trace_class *trace_class, bt_field_class *to, const bt_field_class *from,
	uint64_t first);

/* Appends a member and lets its class go; NULL counts as out of memory. Returns 0 or -ENOMEM. */
int copy_append(bt_field_class *structure, const char *name, bt_field_class *class);

/* The value of a field into one whose class is a copy of its class. Returns 0 or -ENOMEM. */
int copy_field(bt_field *to, const bt_field *from);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_COPY_H */
