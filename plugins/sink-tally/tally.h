/* SPDX-License-Identifier: MIT */
/*
 * tally.h - the component class sink.vspan.tally, as the plugin registers it,
 * and its state for the files of this folder.
 */
#ifndef VSPAN_PLUGINS_SINK_TALLY_TALLY_H
#define VSPAN_PLUGINS_SINK_TALLY_TALLY_H

#include "model/sink.h"
#include "rows.h"

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stdint.h>

#define TALLY_DESCRIPTION "Print a table of how often spans were there, and how long they took"
extern const char tally_help[];

enum tally_format {
	TALLY_TEXT,
	TALLY_JSON,
};

/* Numbers of a row; each can be sorted by, and so can the name. */
enum tally_column {
	COLUMN_TIME,
	COLUMN_SHARE, /* of the time of all roots, in thousandths */
	COLUMN_SELF,
	COLUMN_CALLS,
	COLUMN_AVERAGE,
	COLUMN_MIN,
	COLUMN_P50,
	COLUMN_P95,
	COLUMN_P99,
	COLUMN_MAX,
	COLUMN_ERRORS,
	COLUMN_UNKNOWN,
	COLUMNS,
};

struct tally {
	struct sink sink; /* first: a sink is cast to it */
	/* Parameters. */
	char *by;
	char *name;
	unsigned int color;
	unsigned int format;
	unsigned int sort;
	uint64_t interval; /* ms */
	uint64_t limit;
	uint64_t names;
	bool refresh;
	/* What comes of them. */
	bool colored;
	bool screen; /* refreshed in place */
	/* What was counted. */
	struct rows rows;
	uint64_t root_time; /* ns, of all roots whose duration is known */
	uint64_t shown;     /* ns of CLOCK_MONOTONIC: when the table was last shown */
	bool changed;       /* since then */
};

bt_component_class_initialize_method_status tally_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data);

#endif /* VSPAN_PLUGINS_SINK_TALLY_TALLY_H */
