/* SPDX-License-Identifier: MIT */
/*
 * view-plugins.h - the plugins of babeltrace2 that a view is made with: its own
 * three, and vspan's, which is installed or in the build tree.
 */
#ifndef VSPAN_CLI_VIEW_PLUGINS_H
#define VSPAN_CLI_VIEW_PLUGINS_H

#include <babeltrace2/babeltrace.h>

enum view_plugin { PLUGIN_VSPAN, PLUGIN_CTF, PLUGIN_UTILS, PLUGIN_TEXT, PLUGINS };

struct view_plugins {
	const bt_plugin *plugins[PLUGINS];
};

/* Returns 0, or -1 with the reason printed; view_plugins_clear() in any case. */
int view_plugins_find(struct view_plugins *plugins);
void view_plugins_clear(struct view_plugins *plugins);

/* The plugin of that name. */
const bt_plugin *view_plugins_get(const struct view_plugins *plugins, const char *name);

#endif /* VSPAN_CLI_VIEW_PLUGINS_H */
