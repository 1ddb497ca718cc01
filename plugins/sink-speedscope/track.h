/* SPDX-License-Identifier: MIT */
/*
 * track.h - the profiles of one vCPU. In a profile frames open and close as on a
 * stack, so a frame is put on its parent's, or on an empty stack, never on
 * something it is no part of: what overlaps begins a further profile.
 */
#ifndef VSPAN_PLUGINS_SINK_SPEEDSCOPE_TRACK_H
#define VSPAN_PLUGINS_SINK_SPEEDSCOPE_TRACK_H

#include "order.h"
#include "spill.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Profiles of one vCPU, and of all together. */
#define TRACK_LANES_MAX 64
#define TRACKS_LANES_MAX 4096
/* Frames open at once in one profile. */
#define LANE_DEPTH_MAX 4096

/* What profiles of all vCPUs share. */
struct tracks {
	struct spill spill;
	size_t lanes;
	uint64_t no_room; /* frames left out */
	int64_t origin;   /* times are written from here */
	int64_t first;    /* of all events, from the origin */
	int64_t last;
};

struct open_frame {
	int64_t end;
	uint64_t serial;
	uint32_t name;
};

/* A profile that is being written. */
struct lane {
	struct spill_text events; /* JSON, with commas between */
	struct open_frame *open;  /* outermost first */
	size_t open_count;
	size_t open_capacity;
	int64_t last; /* time of its latest event */
	bool begun;   /* there is one */
};

/* All zeroes: no profile yet. */
struct track {
	struct lane *lanes;
	size_t lane_count;
};

/* Puts a frame into a profile; frames come in order of start. Returns 0 or a negative errno. */
int track_put(struct track *track, struct tracks *tracks, const struct frame *frame);

/* Closes what is open, in all profiles. Returns 0 or a negative errno. */
int track_close(struct track *track, struct tracks *tracks);

void track_clear(struct track *track);

#endif /* VSPAN_PLUGINS_SINK_SPEEDSCOPE_TRACK_H */
