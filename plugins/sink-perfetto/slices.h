/* SPDX-License-Identifier: MIT */
/*
 * slices.h - trees of spans as slices of tracks: a begin and an end for each
 * span, an instant for each point event and loss, arrows between tracks.
 */
#ifndef VSPAN_PLUGINS_SINK_PERFETTO_SLICES_H
#define VSPAN_PLUGINS_SINK_PERFETTO_SLICES_H

#include "flows.h"
#include "packets.h"
#include "tracks.h"

struct slice;

/* All zeroes but for packets.stream and tracks.packets is ready for a first tree. */
struct slices {
	struct packets packets;
	struct tracks tracks;
	struct flows flows;
	struct slice *open; /* from the root of the tree to where we are in it */
	size_t depth;
	size_t capacity;
	uint64_t crowded; /* spans that became instants: all lanes were taken */
};

/* Writes a tree. Changes the duration of spans whose end is not known. Returns 0 or -ENOMEM. */
int slices_tree(struct slices *slices, struct node *root);

void slices_clear(struct slices *slices);

#endif /* VSPAN_PLUGINS_SINK_PERFETTO_SLICES_H */
