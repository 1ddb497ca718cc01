/* SPDX-License-Identifier: MIT */
/*
 * tracks.c - see tracks.h.
 */
#include "tracks.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

static int track_push(struct track *track, int64_t end)
{
	if (track->count == track->capacity) {
		size_t capacity = track->capacity ? track->capacity * 2 : 16;
		int64_t *grown = realloc(track->ends, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		track->ends = grown;
		track->capacity = capacity;
	}
	track->ends[track->count++] = end;
	return 0;
}

/* Whether a span fits in: forgets what has ended by its start. */
static bool track_fits(struct track *track, int64_t start, int64_t end)
{
	while (track->count && track->ends[track->count - 1] <= start)
		track->count--;
	return track->count == 0 || track->ends[track->count - 1] >= end;
}

int tracks_enter(struct tracks *tracks, int64_t start, int64_t end, bool apart, uint32_t *number)
{
	uint32_t n = apart;

	assert(start <= end);
	for (;; n++) {
		struct track **track = &tracks->tracks[n];

		if (!*track)
			*track = calloc(1, sizeof(**track));
		if (!*track)
			return -ENOMEM;
		if (track_fits(*track, start, end) || n == TRACKS_MAX - 1)
			break;
	}
	*number = n;
	return track_push(tracks->tracks[n], end);
}

void tracks_clear(struct tracks *tracks)
{
	for (size_t n = 0; n < TRACKS_MAX; n++) {
		if (tracks->tracks[n])
			free(tracks->tracks[n]->ends);
		free(tracks->tracks[n]);
		tracks->tracks[n] = NULL;
	}
}
