/* SPDX-License-Identifier: MIT */
/*
 * heap.h - the component class sink.vspan.heap, as the plugin registers it, and its
 * state for the files of this folder.
 */
#ifndef VSPAN_PLUGINS_SINK_HEAP_HEAP_H
#define VSPAN_PLUGINS_SINK_HEAP_HEAP_H

#include "model/sink.h"
#include "names.h"
#include "profile.h"
#include "sorter.h"

#include <babeltrace2/babeltrace.h>

#define HEAP_DESCRIPTION "Print what was allocated, what is left of it, and who asked for it"
extern const char heap_help[];

enum heap_format {
	HEAP_TEXT,
	HEAP_JSON,
};

struct heap_sink {
	struct sink sink;
	unsigned int format;
	uint64_t top; /* stacks shown of each order; 0: all */
	struct profile_limits limits;
	char *elf;
	char *root;
	struct names names;
	struct sorter sorter;
};

bt_component_class_initialize_method_status heap_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data);

#endif /* VSPAN_PLUGINS_SINK_HEAP_HEAP_H */
