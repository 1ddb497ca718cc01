/* SPDX-License-Identifier: MIT */
/*
 * batch.h - spans that make up a line: one TracesData, in which they are grouped
 * by VM (resource) and provider (scope).
 */
#ifndef VSPAN_PLUGINS_SINK_OTLP_BATCH_H
#define VSPAN_PLUGINS_SINK_OTLP_BATCH_H

#include "hosts.h"
#include "model/forest.h"
#include "model/text.h"

#include <stdio.h>

/* Groups of a line; with more it is written before it is full. */
#define BATCH_GROUPS_MAX 256u

struct batch_group {
	const struct vm *vm;
	char *provider;
	struct text spans; /* with commas between them */
};

/* All zeroes is an empty batch. */
struct batch {
	struct batch_group groups[BATCH_GROUPS_MAX];
	size_t count;
	size_t items;
	struct text line; /* reused */
};

/* Where a node's span is to be appended; NULL if memory ran out. */
struct text *batch_spans(struct batch *batch, const struct node *node);

/* Whether there is no room for one more group. */
static inline bool batch_crowded(const struct batch *batch)
{
	return batch->count == BATCH_GROUPS_MAX;
}

/* Writes the line and empties the batch. Returns 0 or -ENOMEM. */
int batch_write(struct batch *batch, const struct hosts *hosts, FILE *stream);

void batch_clear(struct batch *batch);

#endif /* VSPAN_PLUGINS_SINK_OTLP_BATCH_H */
