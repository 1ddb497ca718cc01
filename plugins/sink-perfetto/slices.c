/* SPDX-License-Identifier: MIT */
/*
 * slices.c - see slices.h. Perfetto finds the slice an end belongs to, and the
 * slices one is in, by their times alone, so what is written to a track must
 * nest there: a child goes into its parent's slice if it fits, and anything else
 * where tracks.c finds room.
 */
#include "slices.h"

#include "annotations.h"
#include "model/units.h"
#include "model/words.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

/* Perfetto gives up on slices nested more deeply than 255 times. */
#define NESTING_MAX 200u

/* A span of the tree whose children are being written. */
struct slice {
	struct node *node;
	struct track *track; /* NULL: it became an instant */
	uint64_t uuid;       /* of that track, or of the one the instant is on */
	int64_t last;        /* end of the last slice in it */
	size_t nesting;      /* slices around it on its track */
	size_t arrows;       /* to its children, so far */
};

/* Whether the parent's end has to be made up, so that it reaches as far as this child. */
static bool child_stretches(const struct node *parent, const struct node *child)
{
	return parent->source < SOURCE_EDGES && child->vcpu == parent->vcpu &&
		!(child->flags & VSPAN_TRACE_FLAG_DETACHED) && node_end(child) > node_end(parent);
}

/* A span without an end was open at least as long as what is in it. */
static void tree_stretch(struct node *root)
{
	struct node *node = root;

	for (;;) {
		while (node->first_child)
			node = node->first_child;
		while (node != root && !node->next) {
			if (child_stretches(node->parent, node))
				node->parent->duration =
					(uint64_t)node_end(node) - (uint64_t)node->parent->start;
			node = node->parent;
		}
		if (node == root)
			return;
		if (child_stretches(node->parent, node))
			node->parent->duration =
				(uint64_t)node_end(node) - (uint64_t)node->parent->start;
		node = node->next;
	}
}

static int slices_push(struct slices *slices, const struct slice *slice)
{
	if (slices->depth == slices->capacity) {
		size_t capacity = slices->capacity ? slices->capacity * 2 : 64;
		struct slice *open = realloc(slices->open, capacity * sizeof(*open));

		if (!open)
			return -ENOMEM;
		slices->open = open;
		slices->capacity = capacity;
	}
	slices->open[slices->depth++] = *slice;
	return 0;
}

/* Whether a span can be drawn inside its parent's slice. */
static bool slice_holds(const struct slice *parent, const struct node *node)
{
	if (!parent->track || node->vcpu != parent->node->vcpu || parent->nesting >= NESTING_MAX)
		return false;
	/* What runs beside its vCPU's stack would take the place of what is on it. */
	if ((node->flags & VSPAN_TRACE_FLAG_DETACHED) && !parent->track->lane)
		return false;
	return node->start >= parent->node->start && node->start >= parent->last &&
		node_end(node) <= node_end(parent->node);
}

/* Fills in where a span is drawn. Returns 0 or -ENOMEM. */
static int slices_place(struct slices *slices, struct slice *parent, struct slice *slice)
{
	struct node *node = slice->node;
	struct vcpu_tracks *own;
	int status;

	if (parent && slice_holds(parent, node)) {
		parent->last = node_end(node);
		slice->track = parent->track;
		slice->nesting = parent->nesting + 1;
		slice->uuid = slice->track->uuid;
		return 0;
	}
	status = slice_tracks_place(&slices->tracks, node->vcpu,
		(struct interval){node->start, node_end(node)},
		node->flags & VSPAN_TRACE_FLAG_DETACHED, &slice->track);
	if (status < 0)
		return status;
	own = slice_tracks_get(&slices->tracks, node->vcpu);
	slice->uuid = slice->track ? slice->track->uuid : own->own.uuid;
	return 0;
}

/* Begins an event of a node: its track, name and category. */
static void event_begin(struct slices *slices, Perfetto__TrackEvent *event, uint32_t type,
	uint64_t track, const char *name, const char *category, size_t category_length)
{
	struct packets *packets = &slices->packets;
	uint64_t *iid = category_length > 0 ? arena_take(&packets->arena, 1, sizeof(*iid)) : NULL;

	trace_packets_prepare(packets);
	perfetto__track_event__init(event);
	event->has_type = event->has_track_uuid = event->has_name_iid = true;
	event->type = type;
	event->track_uuid = track;
	event->name_iid = trace_packets_name(packets, name, strlen(name));
	if (!iid) {
		packets->failed = packets->failed || category_length > 0;
		return;
	}
	*iid = trace_packets_category(packets, category, category_length);
	event->n_category_iids = 1;
	event->category_iids = iid;
}

static void event_begin_node(struct slices *slices, Perfetto__TrackEvent *event, uint32_t type,
	uint64_t track, const struct node *node)
{
	if (node->type == NODE_LOST)
		event_begin(slices, event, type, track, "records lost", "lost", strlen("lost"));
	else
		event_begin(slices, event, type, track, node->label, node->label,
			words_provider(node->label));
	annotations_add(&slices->packets, event, node);
}

static void slices_write_instant(struct slices *slices, const struct node *node, uint64_t track)
{
	Perfetto__TrackEvent event;

	event_begin_node(slices, &event, PACKETS_INSTANT, track, node);
	trace_packets_event(&slices->packets, &event, node->start);
}

/* Arrows to children elsewhere begin here. */
static void event_add_children(
	struct slices *slices, Perfetto__TrackEvent *event, const struct node *node)
{
	size_t count = 0, i = 0;

	for (const struct node *child = node->first_child; child; child = child->next)
		count += flows_apart(node, child);
	if (count > FLOWS_CHILDREN_MAX)
		count = FLOWS_CHILDREN_MAX;
	if (count == 0)
		return;
	event->flow_ids = arena_take(&slices->packets.arena, count, sizeof(*event->flow_ids));
	if (!event->flow_ids) {
		slices->packets.failed = true;
		return;
	}
	for (const struct node *child = node->first_child; i < count; child = child->next) {
		assert(child);
		if (flows_apart(node, child))
			event->flow_ids[i++] = flows_child(child);
	}
	event->n_flow_ids = count;
}

/* Arrows end here: from a parent elsewhere, and from the spans it links to. */
static void event_add_sources(struct slices *slices, Perfetto__TrackEvent *event,
	struct slice *parent, const struct node *node)
{
	size_t links = 0;

	event->terminating_flow_ids = arena_take(
		&slices->packets.arena, FLOWS_LINKS_MAX + 1, sizeof(*event->terminating_flow_ids));
	if (!event->terminating_flow_ids) {
		slices->packets.failed = true;
		return;
	}
	for (const struct note *link = node->links; link && links < FLOWS_LINKS_MAX;
		link = link->next, links++) {
		if (flows_recall(&slices->flows, node, link))
			event->terminating_flow_ids[event->n_terminating_flow_ids++] =
				flows_link(node, link);
	}
	if (parent && flows_apart(parent->node, node) && parent->arrows++ < FLOWS_CHILDREN_MAX)
		event->terminating_flow_ids[event->n_terminating_flow_ids++] = flows_child(node);
}

/* The other ends of arrows from spans that are written already: instants at their begins. */
static void slices_write_links(struct slices *slices, const struct node *node)
{
	size_t links = 0;

	for (const struct note *link = node->links; link && links < FLOWS_LINKS_MAX;
		link = link->next, links++) {
		const struct flow_place *place = flows_recall(&slices->flows, node, link);
		uint64_t flow = flows_link(node, link);
		Perfetto__TrackEvent event;

		if (!place)
			continue;
		event_begin(slices, &event, PACKETS_INSTANT, place->track, "linked", "link",
			strlen("link"));
		event.n_flow_ids = 1;
		event.flow_ids = &flow;
		trace_packets_event(&slices->packets, &event, place->start);
	}
}

static int slices_begin(struct slices *slices, struct node *node)
{
	struct slice *parent = slices->depth > 0 ? &slices->open[slices->depth - 1] : NULL;
	struct slice slice = {.node = node, .last = node->start};
	Perfetto__TrackEvent event;
	int status = slices_place(slices, parent, &slice);

	if (status < 0)
		return status;
	slices_write_links(slices, node);
	event_begin_node(slices, &event, slice.track ? PACKETS_SLICE_BEGIN : PACKETS_INSTANT,
		slice.uuid, node);
	if (!slice.track) {
		annotations_add_duration(&slices->packets, &event, node);
		slices->crowded++;
	}
	event_add_sources(slices, &event, parent, node);
	event_add_children(slices, &event, node);
	trace_packets_event(&slices->packets, &event, node->start);
	status = flows_remember(&slices->flows, node, slice.uuid);
	return status < 0 ? status : slices_push(slices, &slice);
}

static void slices_end(struct slices *slices)
{
	const struct slice *slice = &slices->open[--slices->depth];
	Perfetto__TrackEvent event = PERFETTO__TRACK_EVENT__INIT;

	if (!slice->track)
		return;
	event.has_type = event.has_track_uuid = true;
	event.type = PACKETS_SLICE_END;
	event.track_uuid = slice->uuid;
	trace_packets_event(&slices->packets, &event, node_end(slice->node));
}

/* A point event or a loss: in the slice of its span, else on its vCPU's track. */
static int slices_instant(struct slices *slices, const struct node *node)
{
	const struct vcpu_tracks *own = slice_tracks_get(&slices->tracks, node->vcpu);

	if (!own)
		return -ENOMEM;
	slices_write_instant(slices, node,
		slices->depth > 0 ? slices->open[slices->depth - 1].uuid : own->own.uuid);
	return 0;
}

/* The clocks' relation, which the first event class of ours tells. */
static void slices_start(struct slices *slices, const struct node *root)
{
	const struct event_kind *kind = root->values.kind;

	trace_packets_begin(&slices->packets, root->start,
		kind && root->start >= kind->time_base ? root->start - kind->time_base : -1);
}

static int slices_enter(struct slices *slices, struct node *node)
{
	return node->type == NODE_SPAN ? slices_begin(slices, node) : slices_instant(slices, node);
}

static void slices_leave(struct slices *slices, const struct node *node)
{
	if (node->type == NODE_SPAN)
		slices_end(slices);
}

int slices_tree(struct slices *slices, struct node *root)
{
	struct node *node = root;
	int status = 0;

	slices->depth = 0;
	slices_start(slices, root);
	tree_stretch(root);
	while (node && status == 0 && !slices->packets.failed) {
		status = slices_enter(slices, node);
		if (status < 0)
			break;
		if (node->first_child) {
			node = node->first_child;
			continue;
		}
		slices_leave(slices, node);
		while (node != root && !node->next) {
			node = node->parent;
			slices_leave(slices, node);
		}
		node = node == root ? NULL : node->next;
	}
	return slices->packets.failed ? -ENOMEM : status;
}

void slices_clear(struct slices *slices)
{
	flows_clear(&slices->flows);
	slice_tracks_clear(&slices->tracks);
	trace_packets_clear(&slices->packets);
	free(slices->open);
	slices->open = NULL;
}
