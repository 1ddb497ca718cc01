/* SPDX-License-Identifier: MIT */
/*
 * tracks.c - see tracks.h. Trees come in the order of their starts, but one of
 * several vCPUs takes places later than those of trees that are still to come,
 * so a track remembers its latest outermost slices, not only where it ends.
 */
#include "tracks.h"

#include "model/mix.h"
#include "model/text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Slices that a track remembers; before those it is taken to be full. */
#define TAKEN_MAX 512u

/* What a track's number is made from: the same in each export of a trace. */
enum uuid_salt {
	UUID_PROCESS = 0x70726f63,
	UUID_VCPU = 0x76637075,
	UUID_LANE = 0x6c616e65,
};

/* Numbers of processes and threads are positive in Perfetto, and 0 stands for what is idle. */
static int32_t positive(uint32_t number)
{
	number &= INT32_MAX;
	return number ? (int32_t)number : INT32_MAX;
}

static uint64_t process_uuid(const struct vm *vm)
{
	return mix_not_zero(mix_add(UUID_PROCESS, vm->number));
}

static void slice_tracks_tell_process(struct tracks *tracks, const struct vm *vm)
{
	Perfetto__TrackDescriptor track = PERFETTO__TRACK_DESCRIPTOR__INIT;
	Perfetto__ProcessDescriptor process = PERFETTO__PROCESS_DESCRIPTOR__INIT;
	struct text name = {0};

	if (vm->attached && vm->name) {
		text_append_safe(&name, vm->name, strlen(vm->name));
		text_append(&name, " ", 1);
	}
	text_print(&name, vm->attached ? "(VM %" PRIu32 ")" : "VM %" PRIu32, vm->number);
	if (name.failed)
		tracks->packets->failed = true;
	process.has_pid = true;
	process.pid = positive(vm->number);
	process.process_name = name.failed ? NULL : name.data;
	track.has_uuid = true;
	track.uuid = process_uuid(vm);
	track.process = &process;
	track.has_child_ordering = true;
	track.child_ordering = PACKETS_ORDER_EXPLICIT;
	trace_packets_track(tracks->packets, &track);
	text_clear(&name);
}

static int slice_tracks_process(struct tracks *tracks, const struct vm *vm)
{
	struct process *processes;

	for (size_t i = 0; i < tracks->process_count; i++) {
		struct process *process = &tracks->processes[i];

		if (process->vm != vm)
			continue;
		if (!process->named && vm->attached)
			slice_tracks_tell_process(tracks, vm);
		process->named = vm->attached;
		return 0;
	}
	processes = realloc(tracks->processes, (tracks->process_count + 1) * sizeof(*processes));
	if (!processes)
		return -ENOMEM;
	tracks->processes = processes;
	processes[tracks->process_count++] = (struct process){.vm = vm, .named = vm->attached};
	slice_tracks_tell_process(tracks, vm);
	return 0;
}

static void slice_tracks_tell_vcpu(struct tracks *tracks, const struct vcpu *vcpu, uint64_t uuid)
{
	Perfetto__TrackDescriptor track = PERFETTO__TRACK_DESCRIPTOR__INIT;
	Perfetto__ThreadDescriptor thread = PERFETTO__THREAD_DESCRIPTOR__INIT;
	char name[32];

	snprintf(name, sizeof(name), "vCPU %" PRIu32, vcpu->number);
	thread.has_pid = thread.has_tid = true;
	thread.pid = positive(vcpu->vm->number);
	thread.tid = positive(vcpu->number + 1);
	thread.thread_name = name;
	track.has_uuid = track.has_parent_uuid = true;
	track.uuid = uuid;
	track.parent_uuid = process_uuid(vcpu->vm);
	track.thread = &thread;
	track.has_sibling_order_rank = true;
	track.sibling_order_rank = (int32_t)(vcpu->number & INT32_MAX);
	trace_packets_track(tracks->packets, &track);
}

struct vcpu_tracks *slice_tracks_get(struct tracks *tracks, struct vcpu *vcpu)
{
	struct vcpu_tracks *own = vcpu->user;

	if (slice_tracks_process(tracks, vcpu->vm) < 0)
		return NULL;
	if (own)
		return own;
	own = calloc(1, sizeof(*own));
	if (!own)
		return NULL;
	own->own = (struct track){
		.uuid = mix_not_zero(mix_add(mix_add(UUID_VCPU, vcpu->vm->number), vcpu->number)),
		.floor = INT64_MIN,
	};
	own->next = tracks->vcpus;
	tracks->vcpus = own;
	vcpu->user = own;
	slice_tracks_tell_vcpu(tracks, vcpu, own->own.uuid);
	return own;
}

/* How many of the slices taken begin before `time`. */
static size_t track_before(const struct track *track, int64_t time)
{
	size_t low = 0, high = track->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (track->taken[middle].start < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Where among the slices taken one has its place; false: something is in the way.
 * What is written later must end before what begins at the same time, or Perfetto
 * takes the one's end for the other's.
 */
static bool track_fits(const struct track *track, struct interval slice, size_t *place)
{
	size_t at = track_before(track, slice.start);

	while (at < track->count && track->taken[at].start == slice.start &&
		track->taken[at].end == slice.start)
		at++;
	*place = at;
	return slice.start >= track->floor &&
		(at == 0 || track->taken[at - 1].end <= slice.start) &&
		(at == track->count || slice.end < track->taken[at].start);
}

static int track_take(struct track *track, struct interval slice, size_t place)
{
	assert(slice.start <= slice.end && place <= track->count);
	if (track->count == track->capacity && track->capacity < TAKEN_MAX) {
		size_t capacity = track->capacity ? track->capacity * 2 : 4;
		struct interval *taken = realloc(track->taken, capacity * sizeof(*taken));

		if (!taken)
			return -ENOMEM;
		track->taken = taken;
		track->capacity = capacity;
	}
	if (track->count == track->capacity) {
		if (place == 0) {
			track->floor = slice.end;
			return 0;
		}
		track->floor = track->taken[0].end;
		memmove(track->taken, track->taken + 1, --track->count * sizeof(*track->taken));
		place--;
	}
	memmove(track->taken + place + 1, track->taken + place,
		(track->count - place) * sizeof(*track->taken));
	track->taken[place] = slice;
	track->count++;
	return 0;
}

static struct track *lane_add(
	struct tracks *tracks, const struct vcpu *vcpu, struct vcpu_tracks *own)
{
	Perfetto__TrackDescriptor descriptor = PERFETTO__TRACK_DESCRIPTOR__INIT;
	struct track **lanes = realloc(own->lanes, (own->lane_count + 1) * sizeof(struct track *));
	struct track *lane;
	char name[48];

	if (!lanes)
		return NULL;
	own->lanes = lanes;
	lane = calloc(1, sizeof(*lane));
	if (!lane)
		return NULL;
	lane->uuid = mix_not_zero(mix_add(mix_add(UUID_LANE, own->own.uuid), own->lane_count));
	lane->lane = true;
	lane->floor = INT64_MIN;
	/* One name: Perfetto draws siblings of one name together. */
	snprintf(name, sizeof(name), "vCPU %" PRIu32 " aside", vcpu->number);
	descriptor.has_uuid = descriptor.has_parent_uuid = true;
	descriptor.uuid = lane->uuid;
	descriptor.parent_uuid = own->own.uuid;
	descriptor.name = name;
	descriptor.has_sibling_order_rank = true;
	descriptor.sibling_order_rank = (int32_t)own->lane_count;
	trace_packets_track(tracks->packets, &descriptor);
	return lanes[own->lane_count++] = lane;
}

int slice_tracks_place(struct tracks *tracks, struct vcpu *vcpu, struct interval slice, bool aside,
	struct track **track)
{
	struct vcpu_tracks *own = slice_tracks_get(tracks, vcpu);
	size_t place = 0;
	int status;

	if (!own)
		return -ENOMEM;
	*track = NULL;
	if (!aside && track_fits(&own->own, slice, &place))
		*track = &own->own;
	for (size_t i = 0; !*track && i < own->lane_count; i++) {
		if (track_fits(own->lanes[i], slice, &place))
			*track = own->lanes[i];
	}
	if (!*track && own->lane_count == TRACKS_LANES_MAX)
		return 0;
	if (!*track) {
		*track = lane_add(tracks, vcpu, own);
		place = 0;
	}
	status = *track ? track_take(*track, slice, place) : -ENOMEM;
	return status < 0 ? status : 1;
}

void slice_tracks_clear(struct tracks *tracks)
{
	while (tracks->vcpus) {
		struct vcpu_tracks *own = tracks->vcpus;

		tracks->vcpus = own->next;
		for (size_t i = 0; i < own->lane_count; i++) {
			free(own->lanes[i]->taken);
			free(own->lanes[i]);
		}
		free(own->lanes);
		free(own->own.taken);
		free(own);
	}
	free(tracks->processes);
	*tracks = (struct tracks){0};
}
