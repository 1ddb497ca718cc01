/* SPDX-License-Identifier: MIT */
/*
 * copy-integer.h - integer and enumeration classes for another trace class:
 * copies of given ones, and those of trace.h.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_COPY_INTEGER_H
#define VSPAN_PLUGINS_FILTER_SPANS_COPY_INTEGER_H

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stdint.h>

/* A copy of an integer or enumeration class, whose type is `type`. NULL if memory ran out. */
bt_field_class *copy_integer(
	bt_trace_class *trace_class, const bt_field_class *class, bt_field_class_type type);

/* An unsigned integer class of `bits` bits. NULL if memory ran out. */
bt_field_class *copy_unsigned(bt_trace_class *trace_class, uint64_t bits, bool hexadecimal);

/* An enumeration of `bits` bits: label i for value i, up to a NULL. NULL if memory ran out. */
bt_field_class *copy_enumeration(
	bt_trace_class *trace_class, uint64_t bits, const char *const *labels);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_COPY_INTEGER_H */
