/* SPDX-License-Identifier: MIT */
/*
 * tracks.h - where in a Perfetto trace a span is drawn: a process for each VM, a
 * thread for each vCPU, and lanes below it. Slices of one track must nest, so a
 * span goes to its vCPU's own track if nothing is in its way there, else to the
 * first of the lanes that is free.
 */
#ifndef VSPAN_PLUGINS_SINK_PERFETTO_TRACKS_H
#define VSPAN_PLUGINS_SINK_PERFETTO_TRACKS_H

#include "model/forest.h"
#include "packets.h"

/* Lanes of one vCPU: as many spans as a consumer holds open for a ring. */
#define TRACKS_LANES_MAX 1024u

struct interval {
	int64_t start;
	int64_t end;
};

struct track {
	uint64_t uuid;
	bool lane;
	/* The latest outermost slices in order; nothing may begin before `floor` any more. */
	struct interval *taken;
	size_t count;
	size_t capacity;
	int64_t floor;
};

/* Tracks of one vCPU; its `user`. */
struct vcpu_tracks {
	struct vcpu_tracks *next;
	struct track own;
	struct track **lanes;
	size_t lane_count;
};

struct process {
	const struct vm *vm;
	bool named; /* its name was known when it was told */
};

struct tracks {
	struct packets *packets;
	struct vcpu_tracks *vcpus; /* all of them, to free them */
	struct process *processes;
	size_t process_count;
};

/* The tracks of a vCPU, told to the trace when first asked for; NULL: out of memory. */
struct vcpu_tracks *slice_tracks_get(struct tracks *tracks, struct vcpu *vcpu);

/*
 * Takes a place for an outermost slice; not on the vCPU's own track if `aside`.
 * Returns 1 and the track, 0 if all lanes are taken, or -ENOMEM.
 */
int slice_tracks_place(struct tracks *tracks, struct vcpu *vcpu, struct interval slice, bool aside,
	struct track **track);

void slice_tracks_clear(struct tracks *tracks);

#endif /* VSPAN_PLUGINS_SINK_PERFETTO_TRACKS_H */
