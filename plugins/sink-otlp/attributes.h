/* SPDX-License-Identifier: MIT */
/*
 * attributes.h - attributes in OTLP's JSON encoding, which says the type of each
 * value: 64-bit numbers are strings of digits, bytes are in base 64. Written as
 * text, as that is most of the work of the sink.
 */
#ifndef VSPAN_PLUGINS_SINK_OTLP_ATTRIBUTES_H
#define VSPAN_PLUGINS_SINK_OTLP_ATTRIBUTES_H

#include "model/values.h"

/* A list that is being written; {.text = text, .before = ATTRIBUTES_BEGIN} at first. */
struct attributes {
	struct text *text;
	const char *before; /* what stands before the next one */
};

#define ATTRIBUTES_BEGIN ",\"attributes\":["

/* Strings may be of unknown origin; keys are ours, or the trace's made safe. */
void attributes_string(struct attributes *attributes, const char *key, const char *string);
void attributes_integer(struct attributes *attributes, const char *key, uint64_t number);
void attributes_hex(struct attributes *attributes, const char *key, uint64_t number);
void attributes_value(struct attributes *attributes, const struct value *value);

/* Nothing if there are none. */
void attributes_strings(
	struct attributes *attributes, const char *key, const char *const *strings, size_t count);

/* Ends the list, if there is anything in it. */
void attributes_end(struct attributes *attributes);

#endif /* VSPAN_PLUGINS_SINK_OTLP_ATTRIBUTES_H */
