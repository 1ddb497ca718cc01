/* SPDX-License-Identifier: MIT */
/*
 * lanes.c - see lanes.h. A lane is never forgotten before the iterator ends:
 * its number is small and its output stream must be ended once, at the end.
 */
#include "lanes.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <vspan/abi.h>

static int lanes_add(struct lanes *lanes, struct lane *lane, uint64_t key)
{
	if (lanes->count == lanes->capacity) {
		size_t capacity = lanes->capacity ? lanes->capacity * 2 : 16;
		struct lane **grown = realloc(lanes->lanes, capacity * sizeof(struct lane *));

		if (!grown)
			return -ENOMEM;
		lanes->lanes = grown;
		lanes->capacity = capacity;
	}
	if (map_insert(&lanes->by_key, key, lane) < 0)
		return -ENOMEM;
	lanes->lanes[lanes->count++] = lane;
	lanes->stale = true;
	return 0;
}

static uint64_t lane_key(uint32_t vm, uint32_t vcpu)
{
	return (uint64_t)vm << 32 | vcpu;
}

struct lane *lanes_find_whole(const struct lanes *lanes, uint32_t vm)
{
	return map_find(&lanes->by_key, lane_key(vm, LANE_NO_VCPU));
}

static struct lane *lanes_lookup(
	struct lanes *lanes, const bt_trace *trace, uint32_t vm, uint32_t vcpu)
{
	const uint64_t key = lane_key(vm, vcpu);
	struct lane *lane = map_find(&lanes->by_key, key);

	if (lane)
		return lane;
	lane = calloc(1, sizeof(*lane));
	if (!lane)
		return NULL;
	*lane = (struct lane){.trace = trace, .vm = vm, .vcpu = vcpu, .watermark = INT64_MIN};
	lane->waited = vcpu != LANE_NO_VCPU;
	if (lanes_add(lanes, lane, key) < 0) {
		free(lane);
		return NULL;
	}
	bt_trace_get_ref(trace);
	return lane;
}

struct lane *lanes_get(struct lanes *lanes, const bt_trace *trace, uint32_t vm, uint32_t vcpu)
{
	const struct lane *whole = lanes_lookup(lanes, trace, vm, LANE_NO_VCPU);
	struct lane *lane = whole ? lanes_lookup(lanes, trace, vm, vcpu) : NULL;

	if (lane && whole->detached && lane->waited) {
		lane->waited = false;
		lanes->stale = true;
	}
	return lane;
}

int lanes_attach(struct lanes *lanes, const bt_trace *trace, uint32_t vm, uint64_t rings)
{
	struct lane *whole = lanes_lookup(lanes, trace, vm, LANE_NO_VCPU);

	if (!whole)
		return -ENOMEM;
	whole->detached = false;
	for (uint32_t vcpu = 0; vcpu < rings && vcpu < VSPAN_ABI_RINGS_MAX; vcpu++) {
		if (!lanes_get(lanes, trace, vm, vcpu))
			return -ENOMEM;
	}
	return 0;
}

void lanes_detach(struct lanes *lanes, uint32_t vm)
{
	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = lanes->lanes[i];

		if (lane->vm != vm)
			continue;
		lane->waited = false;
		lane->detached = lane->vcpu == LANE_NO_VCPU;
	}
	lanes->stale = true;
}

void lanes_advance(struct lanes *lanes, struct lane *lane, int64_t watermark)
{
	if (watermark <= lane->watermark)
		return;
	/* Only the lane furthest behind holds the others back. */
	lanes->stale = lanes->stale || lane->watermark <= lanes->least;
	lane->watermark = watermark;
}

int64_t lanes_watermark(struct lanes *lanes)
{
	if (lanes->stale || lanes->count == 0) {
		lanes->least = INT64_MAX;
		for (size_t i = 0; i < lanes->count; i++) {
			const struct lane *lane = lanes->lanes[i];

			if (lane->waited && lane->watermark < lanes->least)
				lanes->least = lane->watermark;
		}
		lanes->stale = false;
	}
	return lanes->least;
}

void lanes_clear(struct lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = lanes->lanes[i];

		map_clear(&lane->spans);
		repeats_clear(&lane->repeats);
		tracks_clear(&lane->tracks);
		bt_message_put_ref(lane->mark);
		bt_packet_put_ref(lane->packet);
		bt_stream_put_ref(lane->stream);
		bt_trace_put_ref(lane->trace);
		free(lane);
	}
	map_clear(&lanes->by_key);
	free(lanes->lanes);
	*lanes = (struct lanes){0};
}
