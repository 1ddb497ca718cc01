/* SPDX-License-Identifier: MIT */
/*
 * annotations.h - what Perfetto shows of a slice when it is selected: the call
 * site's own fields with their types, and what is to be said of the node.
 */
#ifndef VSPAN_PLUGINS_SINK_PERFETTO_ANNOTATIONS_H
#define VSPAN_PLUGINS_SINK_PERFETTO_ANNOTATIONS_H

#include "model/node.h"
#include "packets.h"

/*
 * Adds them to an event. They are in the packets' arena: until the next event is
 * written. Without memory some are missing, and the packets have failed.
 */
void annotations_add(struct packets *packets, Perfetto__TrackEvent *event, const struct node *node);

/* That a span is shown as an instant: how long it took. */
void annotations_add_duration(
	struct packets *packets, Perfetto__TrackEvent *event, const struct node *node);

#endif /* VSPAN_PLUGINS_SINK_PERFETTO_ANNOTATIONS_H */
