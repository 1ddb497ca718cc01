/* SPDX-License-Identifier: MIT */
/*
 * track.c - see track.h.
 */
#include "track.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Distance of two times; hostile ones are held at the ends of the range. */
static int64_t time_distance(int64_t from, int64_t to)
{
	int64_t distance;

	if (__builtin_sub_overflow(to, from, &distance))
		return to < from ? INT64_MIN : INT64_MAX;
	return distance;
}

static int lane_event(
	struct lane *lane, struct tracks *tracks, char type, uint32_t name, int64_t time)
{
	int64_t at = time_distance(tracks->origin, time);
	char json[96];
	int length = snprintf(json, sizeof(json),
		"%s{\"type\":\"%c\",\"frame\":%" PRIu32 ",\"at\":%" PRId64 "}",
		lane->begun ? ",\n" : "", type, name, at);

	assert(!lane->begun || time >= lane->last);
	lane->begun = true;
	lane->last = time;
	if (at < tracks->first)
		tracks->first = at;
	if (at > tracks->last)
		tracks->last = at;
	return spill_append(&tracks->spill, &lane->events, json, (size_t)length);
}

/* Closes the innermost frame of a lane. */
static int lane_pop(struct lane *lane, struct tracks *tracks)
{
	const struct open_frame *top = &lane->open[--lane->open_count];

	return lane_event(lane, tracks, 'C', top->name, top->end);
}

static bool lane_holds(const struct lane *lane, const struct frame *frame)
{
	return lane->open_count > 0 && lane->open[lane->open_count - 1].serial == frame->parent;
}

/* Closes what has ended before a frame; its parent may end with its start. */
static int lane_advance(struct lane *lane, struct tracks *tracks, const struct frame *frame)
{
	int status = 0;

	while (status == 0 && lane->open_count > 0 && !lane_holds(lane, frame) &&
		lane->open[lane->open_count - 1].end <= frame->start)
		status = lane_pop(lane, tracks);
	return status;
}

static int lane_push(struct lane *lane, struct tracks *tracks, const struct frame *frame)
{
	if (lane->open_count == lane->open_capacity) {
		size_t capacity = lane->open_capacity ? lane->open_capacity * 2 : 16;
		struct open_frame *open = realloc(lane->open, capacity * sizeof(*open));

		if (!open)
			return -ENOMEM;
		lane->open = open;
		lane->open_capacity = capacity;
	}
	lane->open[lane->open_count++] = (struct open_frame){
		.end = frame->end, .serial = frame->serial, .name = frame->name};
	return lane_event(lane, tracks, 'O', frame->name, frame->start);
}

/* Whether a frame can be put into a lane, on top of its parent or all by itself. */
static bool lane_fits(const struct lane *lane, const struct frame *frame)
{
	if (lane->begun && lane->last > frame->start)
		return false;
	if (lane->open_count == 0)
		return true;
	return lane->open_count < LANE_DEPTH_MAX && lane_holds(lane, frame) &&
		frame->end <= lane->open[lane->open_count - 1].end;
}

/* NULL with *status 0: there may be no more. */
static struct lane *track_add_lane(struct track *track, struct tracks *tracks, int *status)
{
	struct lane *lanes;

	if (track->lane_count == TRACK_LANES_MAX || tracks->lanes == TRACKS_LANES_MAX)
		return NULL;
	lanes = realloc(track->lanes, (track->lane_count + 1) * sizeof(*lanes));
	if (!lanes) {
		*status = -ENOMEM;
		return NULL;
	}
	track->lanes = lanes;
	tracks->lanes++;
	lanes[track->lane_count] = (struct lane){0};
	return &lanes[track->lane_count++];
}

int track_put(struct track *track, struct tracks *tracks, const struct frame *frame)
{
	struct lane *found = NULL;
	int status = 0;

	assert(frame->end >= frame->start);
	for (size_t i = 0; i < track->lane_count; i++) {
		struct lane *lane = &track->lanes[i];

		status = lane_advance(lane, tracks, frame);
		if (status < 0)
			return status;
		if (lane_fits(lane, frame) && (!found || lane->open_count > 0))
			found = lane;
	}
	if (!found)
		found = track_add_lane(track, tracks, &status);
	if (!found) {
		tracks->no_room += status == 0;
		return status;
	}
	return lane_push(found, tracks, frame);
}

int track_close(struct track *track, struct tracks *tracks)
{
	int status = 0;

	for (size_t i = 0; i < track->lane_count; i++) {
		while (status == 0 && track->lanes[i].open_count > 0)
			status = lane_pop(&track->lanes[i], tracks);
	}
	return status;
}

void track_clear(struct track *track)
{
	for (size_t i = 0; i < track->lane_count; i++) {
		spill_text_clear(&track->lanes[i].events);
		free(track->lanes[i].open);
	}
	free(track->lanes);
	*track = (struct track){0};
}
