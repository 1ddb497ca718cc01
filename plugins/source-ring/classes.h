/* SPDX-License-Identifier: MIT */
/*
 * classes.h - the event classes of source.vspan.ring: the same names, URIs and
 * typed fields as LTTng is told of by consumer/provider-describe.c and
 * consumer/control-provider.h.
 */
#ifndef VSPAN_PLUGINS_SOURCE_RING_CLASSES_H
#define VSPAN_PLUGINS_SOURCE_RING_CLASSES_H

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stdint.h>
#include "site-events.h"

struct classes {
	bt_trace_class *trace_class;
	bt_stream_class *stream_class;
};

/* A member: a string, or an unsigned integer, perhaps with labels. */
struct member {
	const char *name;
	uint8_t bits; /* 0: a string */
	bool hexadecimal;
	const char *const *labels; /* of the values from 0 on, "" for none, ended by NULL */
};

#define CONTROL_MEMBERS_MAX 12

/* A control event. */
struct control_class {
	const char *name; /* "vspan:attach" */
	const char *uri;
	bt_event_class_log_level level;
	struct member members[CONTROL_MEMBERS_MAX]; /* ended by one without a name */
};

/* Both return a new class, NULL if memory ran out. */
bt_event_class *classes_make_site(const struct classes *classes, const struct site *site,
	enum site_class kind, const char *name);
bt_event_class *classes_make_control(
	const struct classes *classes, const struct control_class *control);

extern const char *const status_labels[];
extern const char *const kind_labels[];

#endif /* VSPAN_PLUGINS_SOURCE_RING_CLASSES_H */
