/* SPDX-License-Identifier: MIT */
/*
 * lanes.h - one lane per ring of each VM: how far the ring has been emitted, so
 * that the filter knows what can be let go, and the output stream it feeds.
 * Events of a VM as a whole have a lane of their own.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_LANES_H
#define VSPAN_PLUGINS_FILTER_SPANS_LANES_H

#include "model/map.h"
#include "model/repeats.h"
#include "tracks.h"

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `vcpu` of the lane of the VM as a whole; no ring has that number. */
#define LANE_NO_VCPU UINT32_MAX

/* Losses that have not been told yet. */
struct missing {
	bool any;
	bool unknown;   /* nobody knows how many, of some of them */
	uint64_t count; /* of the others */
	int64_t until;
};

struct lane {
	const bt_trace *trace; /* of the input, a reference */
	uint32_t vm;
	uint32_t vcpu;
	bool waited;            /* attached: what is after its watermark may still come */
	bool detached;          /* of the VM as a whole: none of its lanes is waited for any more */
	int64_t watermark;      /* ns from the clock's origin; INT64_MIN: none yet */
	bool mark_queued;       /* a watermark of its is in the queue */
	const bt_message *mark; /* the latest behind that, a reference; NULL: none */
	const struct event_kind *mark_kind;
	int64_t mark_time;
	struct map spans;       /* of the whole VM: span id to queued item that tells of it */
	struct repeats repeats; /* of the whole VM */
	bt_stream *stream;      /* of the output, a reference; NULL: nothing written yet */
	int64_t time_base;      /* of the output stream's clock */
	bt_packet *packet;      /* the open one, a reference; NULL: none */
	uint64_t packet_events;
	bool packed; /* there was a packet, the last one ended at `packed_until` */
	int64_t packed_until;
	bool losing;            /* the open packet, or the one to come, is that of a loss */
	bool finished;          /* its stream has ended */
	struct missing missing; /* told while it is */
	uint64_t missed;        /* all those whose number was told */
	struct tracks tracks;
};

struct lanes {
	struct lane **lanes;
	size_t count;
	size_t capacity;
	struct map by_key;
	bool stale; /* `least` must be worked out again */
	int64_t least;
};

/*
 * The lane of a ring, new or not; a new one is waited for unless its VM has been
 * detached. NULL if memory ran out.
 */
struct lane *lanes_get(struct lanes *lanes, const bt_trace *trace, uint32_t vm, uint32_t vcpu);

/* The lane of a VM as a whole; NULL if there is none. */
struct lane *lanes_find_whole(const struct lanes *lanes, uint32_t vm);

/* A VM with `rings` rings was attached. Returns 0 or -ENOMEM. */
int lanes_attach(struct lanes *lanes, const bt_trace *trace, uint32_t vm, uint64_t rings);

/* A VM was detached: nothing more comes from it. */
void lanes_detach(struct lanes *lanes, uint32_t vm);

/* Every event of the lane before `watermark` has been emitted. */
void lanes_advance(struct lanes *lanes, struct lane *lane, int64_t watermark);

/* Every event of every lane before this has come; INT64_MAX if none is waited for. */
int64_t lanes_watermark(struct lanes *lanes);

void lanes_clear(struct lanes *lanes);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_LANES_H */
