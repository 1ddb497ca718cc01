/* SPDX-License-Identifier: MIT */
/*
 * speedscope.c - the component class sink.vspan.speedscope: makes frames of the
 * spans and losses of each tree, and puts them into profiles as soon as nothing
 * earlier can come.
 */
#include "speedscope.h"

#include "document.h"
#include "model/enclose.h"
#include "model/sink.h"
#include "order.h"
#include "track.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char speedscope_help[] =
	"Writes a document for speedscope (https://www.speedscope.app) when the input ends:\n"
	"a profile per vCPU, in which frames open and close with the spans. Spans that\n"
	"overlap what they are no part of (detached, or on another vCPU than their parent)\n"
	"are in further profiles of their vCPU. Losses are frames; point events are not shown.\n"
	"\n"
	"Parameters:\n" SINK_HELP;

/* Distinct names, and bytes of them. */
#define NAMES_MAX 1000000
#define NAME_BYTES_MAX (64u << 20)
/* Frames that wait for their turn; beyond, the first goes ahead. */
#define WAITING_MAX 1000000

struct speedscope {
	struct sink sink;
	struct intern names;
	struct order order;
	struct tracks tracks;
	uint64_t serial; /* of the latest frame */
	uint64_t names_other;
};

static int speedscope_begin(struct sink *sink, bt_self_component *component)
{
	(void)component;
	intern_init(&((struct speedscope *)sink)->names, NAMES_MAX, NAME_BYTES_MAX);
	return 0;
}

static int frame_name(struct speedscope *speedscope, const struct node *node, uint32_t *number)
{
	const char *name = node->type == NODE_LOST ? "[records lost]" : node->label;
	bool fresh;
	int status = intern_get(&speedscope->names, name, strlen(name), number, &fresh);

	/* No room: it goes by the first name there was, which is said at the end. */
	speedscope->names_other += status > 0;
	*number = status > 0 ? 0 : *number;
	return status < 0 ? status : 0;
}

static struct track *vcpu_track(struct vcpu *vcpu)
{
	if (!vcpu->user)
		vcpu->user = calloc(1, sizeof(struct track));
	return vcpu->user;
}

static int64_t frame_end(const struct node *node)
{
	int64_t end;

	/* Of an unfinished span node_end() says nothing, its duration does (enclose.h). */
	if (node->duration > INT64_MAX ||
		__builtin_add_overflow(node->start, (int64_t)node->duration, &end))
		return INT64_MAX;
	return end;
}

/* Makes a frame of a node, and notes its serial there for its children. */
static int node_push(struct speedscope *speedscope, const struct node *root, struct node *node)
{
	bool inside = node != root && node->parent->vcpu == node->vcpu;
	struct frame frame = {
		.start = node->start,
		.end = frame_end(node),
		.serial = ++speedscope->serial,
		.parent = inside ? (uint64_t)(uintptr_t)node->parent->user : 0,
		.track = vcpu_track(node->vcpu),
	};
	int status = frame_name(speedscope, node, &frame.name);

	if (!frame.track)
		return -ENOMEM;
	node->user = (void *)(uintptr_t)frame.serial;
	return status < 0 ? status : order_push(&speedscope->order, &frame);
}

/* Puts frames into profiles: those before `until`, and what is too many to wait. */
static int frames_put(struct speedscope *speedscope, int64_t until, size_t keep)
{
	struct frame frame;
	int status = 0;

	while (status == 0 && speedscope->order.count > 0 &&
		(speedscope->order.frames[0].start < until || speedscope->order.count > keep)) {
		order_pop(&speedscope->order, &frame);
		status = track_put(frame.track, &speedscope->tracks, &frame);
	}
	return status;
}

static int speedscope_tree(struct sink *sink, struct node *root)
{
	struct speedscope *speedscope = (struct speedscope *)sink;
	int64_t start = root->start;
	uint64_t depth = 0;
	int status = 0;

	if (speedscope->serial == 0)
		speedscope->tracks.origin = start;
	enclose_tree(root);
	for (struct node *node = root; node && status == 0;
		node = node_next(root, node, true, &depth)) {
		if (node->type == NODE_EVENT)
			continue;
		status = node_push(speedscope, root, node);
		if (status == 0)
			status = frames_put(speedscope, INT64_MIN, WAITING_MAX);
	}
	return status < 0 ? status : frames_put(speedscope, start, WAITING_MAX);
}

static int tracks_close(struct speedscope *speedscope)
{
	const struct forest *forest = &speedscope->sink.forest;
	int status = frames_put(speedscope, INT64_MAX, 0);

	for (size_t v = 0; v < forest->vm_count; v++) {
		for (size_t c = 0; status == 0 && c < forest->vms[v]->vcpu_count; c++) {
			if (forest->vms[v]->vcpus[c]->user)
				status = track_close(
					forest->vms[v]->vcpus[c]->user, &speedscope->tracks);
		}
	}
	return status;
}

static int speedscope_end(struct sink *sink)
{
	struct speedscope *speedscope = (struct speedscope *)sink;
	int status = tracks_close(speedscope);

	if (speedscope->tracks.no_room > 0)
		fprintf(stderr,
			"sink.vspan.speedscope: %" PRIu64
			" spans are left out: too many overlap on "
			"their vCPU, or are in each other\n",
			speedscope->tracks.no_room);
	if (speedscope->names_other > 0)
		fprintf(stderr,
			"sink.vspan.speedscope: %" PRIu64 " spans are called \"%s\": there are too "
			"many names\n",
			speedscope->names_other, speedscope->names.strings[0].text);
	return status < 0 ? status
			  : document_write(&sink->forest, &speedscope->tracks, &speedscope->names,
				    sink->stream);
}

static void speedscope_free(struct sink *sink)
{
	struct speedscope *speedscope = (struct speedscope *)sink;

	for (size_t v = 0; v < sink->forest.vm_count; v++) {
		for (size_t c = 0; c < sink->forest.vms[v]->vcpu_count; c++) {
			struct vcpu *vcpu = sink->forest.vms[v]->vcpus[c];

			if (vcpu->user)
				track_clear(vcpu->user);
			free(vcpu->user);
			vcpu->user = NULL;
		}
	}
	spill_clear(&speedscope->tracks.spill);
	order_clear(&speedscope->order);
	intern_clear(&speedscope->names);
}

static const struct sink_class speedscope_class = {
	.name = "sink.vspan.speedscope",
	.size = sizeof(struct speedscope),
	.begin = speedscope_begin,
	.tree = speedscope_tree,
	.no_fields = true,
	.end = speedscope_end,
	.free = speedscope_free,
};

bt_component_class_initialize_method_status speedscope_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data)
{
	(void)configuration;
	(void)data;
	return sink_initialize(self, params, &speedscope_class);
}
