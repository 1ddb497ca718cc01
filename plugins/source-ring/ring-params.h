/* SPDX-License-Identifier: MIT */
/* ring-params.h - the parameters of source.vspan.ring. */
#ifndef VSPAN_PLUGINS_SOURCE_RING_RING_PARAMS_H
#define VSPAN_PLUGINS_SOURCE_RING_RING_PARAMS_H

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stdint.h>
#include "clock.h"

struct ring_params {
	char *path;             /* `path`, or NULL */
	const bt_value *inputs; /* `inputs`: an array of strings; a reference, or NULL */
	bool all;
	uint64_t offset;       /* of the region in the file, UINT64_MAX: to be found */
	char *clock_text;      /* as given, NULL: this machine's */
	struct clock clock;    /* what it says; ratio 0: this machine's */
	uint64_t clock_offset; /* ns after the epoch at CLOCK_MONOTONIC 0 */
};

/* Returns 0, or -EINVAL or -ENOMEM with a cause appended. ring_params_clear() in any case. */
int ring_params_read(
	struct ring_params *params, bt_self_component *component, const bt_value *values);

void ring_params_clear(struct ring_params *params);

/* How many files there are, and which. */
uint64_t ring_params_count(const struct ring_params *params);
const char *ring_params_file(const struct ring_params *params, uint64_t index);

#endif /* VSPAN_PLUGINS_SOURCE_RING_RING_PARAMS_H */
