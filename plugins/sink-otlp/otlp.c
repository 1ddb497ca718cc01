/* SPDX-License-Identifier: MIT */
/*
 * otlp.c - see otlp.h. Trees are written as they come; a line is what a
 * collector takes in one request.
 */
#include "otlp.h"

#include "batch.h"
#include "hosts.h"
#include "model/sink.h"
#include "span.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

#define BATCH_DEFAULT 512u

const char otlp_help[] =
	"Writes spans as OpenTelemetry's OTLP in its JSON encoding, one TracesData a line:\n"
	"what a collector takes at /v1/traces. A VM is a resource, a provider a scope, a\n"
	"tree a trace; point events and losses are events of the span they are in.\n"
	"\n"
	"Parameters:\n"
	"  batch=N         begin a new line after N spans, events and links [512]\n" SINK_HELP;

struct otlp {
	struct sink sink;
	uint64_t batch_size;
	struct identity identity;
	struct hosts hosts;
	struct batch batch;
	uint64_t events; /* that are in no span, or were given apart from theirs */
	uint64_t losses;
};

static const struct param otlp_params[] = {
	{"batch", PARAM_COUNT, offsetof(struct otlp, batch_size), NULL},
};

static int otlp_begin(struct sink *sink, bt_self_component *component)
{
	struct otlp *otlp = (struct otlp *)sink;

	(void)component;
	if (otlp->batch_size == 0)
		otlp->batch_size = BATCH_DEFAULT;
	return 0;
}

static int otlp_record(struct sink *sink, const struct record *record)
{
	struct otlp *otlp = (struct otlp *)sink;

	if (record->kind->role == EVENT_CONTEXT)
		otlp->identity.contexts = true;
	return record->kind->role == EVENT_ATTACH ? hosts_take(&otlp->hosts, record) : 0;
}

static int otlp_flush(struct otlp *otlp)
{
	return batch_write(&otlp->batch, &otlp->hosts, otlp->sink.stream);
}

static int otlp_span(struct otlp *otlp, struct node *node, const struct trace_id *trace)
{
	struct text *spans = batch_spans(&otlp->batch, node);

	if (!spans || identity_give(&otlp->identity, node, trace) < 0)
		return -ENOMEM;
	otlp->batch.items += span_append(spans, &otlp->identity, node, trace);
	return otlp->batch.items >= otlp->batch_size || batch_crowded(&otlp->batch)
		? otlp_flush(otlp)
		: 0;
}

static int otlp_tree(struct sink *sink, struct node *root)
{
	struct otlp *otlp = (struct otlp *)sink;
	struct trace_id trace;
	uint64_t depth = 0;
	int status = 0;

	otlp->events += root->type == NODE_EVENT;
	otlp->losses += root->type == NODE_LOST;
	if (root->type != NODE_SPAN)
		return 0;
	trace = identity_trace(&otlp->identity, root);
	for (struct node *node = root; node && status == 0;
		node = node_next(root, node, true, &depth)) {
		if (node->type == NODE_SPAN)
			status = otlp_span(otlp, node, &trace);
	}
	return status;
}

static int otlp_idle(struct sink *sink)
{
	return otlp_flush((struct otlp *)sink);
}

static int otlp_end(struct sink *sink)
{
	struct otlp *otlp = (struct otlp *)sink;
	uint64_t forgotten = forest_contexts_forgotten(&sink->forest);

	if (otlp->events || otlp->losses)
		fprintf(stderr,
			"sink.vspan.otlp: OTLP has no place for what is in no span: left out "
			"%" PRIu64 " point events, %" PRIu64 " losses\n",
			otlp->events, otlp->losses);
	if (forgotten)
		fprintf(stderr,
			"sink.vspan.otlp: %" PRIu64
			" trace contexts were forgotten: spans may have trace ids of their own\n",
			forgotten);
	return otlp_flush(otlp);
}

static void otlp_free(struct sink *sink)
{
	struct otlp *otlp = (struct otlp *)sink;

	batch_clear(&otlp->batch);
	identity_clear(&otlp->identity);
	hosts_clear(&otlp->hosts);
}

static const struct sink_class otlp_class = {
	.name = "sink.vspan.otlp",
	.size = sizeof(struct otlp),
	.params = otlp_params,
	.param_count = sizeof(otlp_params) / sizeof(otlp_params[0]),
	.begin = otlp_begin,
	.record = otlp_record,
	.tree = otlp_tree,
	.idle = otlp_idle,
	.end = otlp_end,
	.free = otlp_free,
};

bt_component_class_initialize_method_status otlp_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data)
{
	(void)configuration;
	(void)data;
	return sink_initialize(self, params, &otlp_class);
}
