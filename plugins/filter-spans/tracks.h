/* SPDX-License-Identifier: MIT */
/*
 * tracks.h - spans of one vCPU dealt out so that on each track one is either
 * inside of another or beside it: what tools that pair begins and ends need.
 * Track 0 is the vCPU's own stack; spans that are not on it get others.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_TRACKS_H
#define VSPAN_PLUGINS_FILTER_SPANS_TRACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Beyond, spans share the last one, nested or not. */
#define TRACKS_MAX 64

struct track {
	int64_t *ends; /* of the spans open on it, innermost last */
	size_t count;
	size_t capacity;
};

/* All zeroes: nothing is open. */
struct tracks {
	struct track *tracks[TRACKS_MAX];
};

/*
 * The track of a span, in *number. Spans come in order of start; `apart`: it is
 * not on the stack. Returns 0 or -ENOMEM.
 */
int tracks_enter(struct tracks *tracks, int64_t start, int64_t end, bool apart, uint32_t *number);

void tracks_clear(struct tracks *tracks);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_TRACKS_H */
