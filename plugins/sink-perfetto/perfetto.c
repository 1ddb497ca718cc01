/* SPDX-License-Identifier: MIT */
/* perfetto.c - see perfetto.h. The trees are written as they come, by slices.c. */
#include "perfetto.h"

#include "model/sink.h"
#include "slices.h"

#include <inttypes.h>

const char perfetto_help[] =
	"Writes a trace in Perfetto's binary format: a process for each VM, a thread for\n"
	"each vCPU, spans as slices, point events and losses as instants, and arrows to\n"
	"spans on other vCPUs, in other VMs and between linked spans.\n"
	"\n"
	"Parameters:\n" SINK_HELP;

struct perfetto {
	struct sink sink;
	struct slices slices;
};

static int perfetto_tree(struct sink *sink, struct node *root)
{
	struct perfetto *perfetto = (struct perfetto *)sink;

	perfetto->slices.packets.stream = sink->stream;
	perfetto->slices.tracks.packets = &perfetto->slices.packets;
	return slices_tree(&perfetto->slices, root);
}

static int perfetto_end(struct sink *sink)
{
	struct perfetto *perfetto = (struct perfetto *)sink;

	/* Without a span it is a trace all the same. */
	perfetto->slices.packets.stream = sink->stream;
	trace_packets_begin(&perfetto->slices.packets, 0, -1);
	if (perfetto->slices.crowded)
		fprintf(stderr,
			"sink.vspan.perfetto: %" PRIu64 " spans are shown as instants: more than "
			"%u ran beside each other on a vCPU\n",
			perfetto->slices.crowded, TRACKS_LANES_MAX);
	return 0;
}

static void perfetto_free(struct sink *sink)
{
	slices_clear(&((struct perfetto *)sink)->slices);
}

static const struct sink_class perfetto_class = {
	.name = "sink.vspan.perfetto",
	.size = sizeof(struct perfetto),
	.binary = true,
	.tree = perfetto_tree,
	.end = perfetto_end,
	.free = perfetto_free,
};

bt_component_class_initialize_method_status perfetto_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data)
{
	(void)configuration;
	(void)data;
	return sink_initialize(self, params, &perfetto_class);
}
