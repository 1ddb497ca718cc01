/* SPDX-License-Identifier: MIT */
/*
 * view-traces.c - see view-traces.h. The chunks of a rotated session, and the
 * snapshots of one, are parts of one trace: source.ctf.fs says which.
 */
#include "view-traces.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "cli.h"
#include "view-cut.h"
#include "view-live.h"

/* Folders in folders that are looked into. */
#define DEPTH_MOST 32

struct finder {
	struct view_traces *traces;
	const bt_component_class_source *ctf;
	const bt_component_class_source *ring; /* NULL: the plugin has none */
};

int view_traces_add(struct view_traces *traces, const bt_component_class_source *class,
	const char *group, const char *input)
{
	struct view_source *source = traces->sources;
	size_t i;

	for (i = 0; group != NULL && i < traces->count; i++, source++)
		if (source->class == class && source->group != NULL &&
			strcmp(source->group, group) == 0)
			return bt_value_array_append_string_element(source->inputs, input);
	source = reallocarray(traces->sources, traces->count + 1, sizeof(*source));
	if (source == NULL)
		return -1;
	traces->sources = source;
	source += traces->count++;
	*source = (struct view_source){
		class, group != NULL ? strdup(group) : NULL, bt_value_array_create()};
	if (source->inputs == NULL || (group != NULL && source->group == NULL))
		return -1;
	return bt_value_array_append_string_element(source->inputs, input);
}

static double weight_of(const bt_value *value)
{
	if (value != NULL && bt_value_is_map(value))
		value = bt_value_map_borrow_entry_value_const(value, "weight");
	return value != NULL && bt_value_is_real(value) ? bt_value_real_get(value) : 0;
}

/* What a class says of an input: the weight it gives itself, and *group (freed by the caller). */
static double ask(
	const bt_component_class_source *class, const char *type, const char *input, char **group)
{
	bt_value *params = bt_value_map_create();
	bt_query_executor *query = NULL;
	const bt_value *answer = NULL, *value;
	double weight = 0;

	*group = NULL;
	if (params != NULL &&
		bt_value_map_insert_string_entry(params, "type", type) ==
			BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK &&
		bt_value_map_insert_string_entry(params, "input", input) ==
			BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK)
		query = bt_query_executor_create(
			bt_component_class_source_as_component_class_const(class),
			"babeltrace.support-info", params);
	if (query != NULL &&
		bt_query_executor_query(query, &answer) == BT_QUERY_EXECUTOR_QUERY_STATUS_OK) {
		weight = weight_of(answer);
		value = bt_value_is_map(answer)
			? bt_value_map_borrow_entry_value_const(answer, "group")
			: NULL;
		if (value != NULL && bt_value_is_string(value))
			*group = strdup(bt_value_string_get(value));
	}
	bt_current_thread_clear_error();
	bt_value_put_ref(answer);
	bt_query_executor_put_ref(query);
	bt_value_put_ref(params);
	return weight;
}

/* Returns how many traces that made, or -1: memory ran out. */
static int add_folder(const struct finder *finder, const char *path)
{
	char *group;
	int ret;

	view_cut_tell(path);
	/* A damaged `metadata` is not passed over: opening it says what is wrong. */
	ask(finder->ctf, "directory", path, &group);
	ret = view_traces_add(finder->traces, finder->ctf, group, path);
	free(group);
	return ret == 0 ? 1 : -1;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* All folders at or below `path` with a file `metadata`. Returns as above. */
static int add_folders(const struct finder *finder, char *path)
{
	char *const paths[] = {path, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	int found = 0, ret = 0;
	FTSENT *entry;

	while (walk != NULL && ret >= 0 && (entry = fts_read(walk)) != NULL) {
		if (entry->fts_level > DEPTH_MOST)
			fts_set(walk, entry, FTS_SKIP);
		if (entry->fts_info != FTS_F || strcmp(entry->fts_name, "metadata") != 0)
			continue;
		entry->fts_path[entry->fts_pathlen - strlen("/metadata")] = '\0';
		ret = add_folder(finder, entry->fts_path);
		entry->fts_path[entry->fts_pathlen - strlen("/metadata")] = '/';
		found++;
	}
	if (walk == NULL || fts_close(walk) < 0 || ret < 0)
		return -1;
	return found;
}

static int add_file(const struct finder *finder, const char *path)
{
	char *group = NULL;
	int ret = 0;

	if (finder->ring != NULL && ask(finder->ring, "file", path, &group) > 0)
		ret = view_traces_add(finder->traces, finder->ring, group, path) == 0 ? 1 : -1;
	if (ret > 0)
		finder->traces->sources[finder->traces->count - 1].region = true;
	free(group);
	return ret;
}

/* Returns 0, or -1 with the reason printed. */
static int add_path(const struct finder *finder, char *path)
{
	struct stat status;
	int found;

	if (stat(path, &status) < 0) {
		cli_error("cannot read %s: %s", path, strerror(errno));
		return -1;
	}
	found = S_ISDIR(status.st_mode) ? add_folders(finder, path) : add_file(finder, path);
	if (found < 0)
		cli_error("out of memory for the traces in %s", path);
	else if (found == 0 && S_ISDIR(status.st_mode))
		cli_error("no trace in %s: the folder of one holds a file `metadata`; if it is "
			  "being recorded, stop it with `lttng stop`",
			path);
	else if (found == 0)
		cli_error("%s is no region of vspan and no dump of one: give the folder of a "
			  "trace, or a region",
			path);
	return found > 0 ? 0 : -1;
}

int view_traces_find(struct view_traces *traces, const struct view_options *options,
	const struct view_plugins *plugins)
{
	struct finder finder = {
		traces,
		bt_plugin_borrow_source_component_class_by_name_const(
			plugins->plugins[PLUGIN_CTF], "fs"),
		bt_plugin_borrow_source_component_class_by_name_const(
			plugins->plugins[PLUGIN_VSPAN], "ring"),
	};
	size_t i;

	*traces = (struct view_traces){0};
	if (options->live)
		return view_live_add(traces, plugins, options->traces[0], options->verbose);
	for (i = 0; i < options->trace_count; i++)
		if (add_path(&finder, options->traces[i]) < 0)
			return -1;
	return 0;
}

void view_traces_clear(struct view_traces *traces)
{
	size_t i;

	for (i = 0; i < traces->count; i++) {
		free(traces->sources[i].group);
		bt_value_put_ref(traces->sources[i].inputs);
	}
	free(traces->sources);
	*traces = (struct view_traces){0};
}
