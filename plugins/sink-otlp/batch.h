/* SPDX-License-Identifier: MIT */
/*
 * batch.h - spans that make up a line: one TracesData, in which they are grouped
 * by VM (resource) and provider (scope).
 */
#ifndef VSPAN_PLUGINS_SINK_OTLP_BATCH_H
#define VSPAN_PLUGINS_SINK_OTLP_BATCH_H

#include "json.h"
#include "model/forest.h"

#include <stdio.h>

struct batch_scope {
	const struct vm *vm;
	struct json_object *scopes; /* of the VM; borrowed */
	struct json_object *spans;  /* borrowed */
	char *provider;
};

/* All zeroes is an empty batch. */
struct batch {
	struct json_object *resources; /* NULL: empty */
	struct batch_scope *scopes;
	size_t count;
	size_t capacity;
	size_t items;
};

/* Adds a span, which it takes over, in any case. `host`: of the trace, NULL: not known. */
void batch_add(struct batch *batch, struct json *json, const struct node *node, const char *host,
	struct json_object *span, size_t items);

/* Writes the line and empties the batch. Returns 0 or -ENOMEM. */
int batch_write(struct batch *batch, FILE *stream);

void batch_clear(struct batch *batch);

#endif /* VSPAN_PLUGINS_SINK_OTLP_BATCH_H */
