/* SPDX-License-Identifier: MIT */
/* view-plugins.c - see view-plugins.h. */
#include "view-plugins.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "view-error.h"

#define FILE_NAME "babeltrace-plugin-vspan.so"

static const char *const names[PLUGINS] = {"vspan", "ctf", "utils", "text"};

/* Loads it from that folder, if it is there. */
static bool load(const char *folder, size_t length, const bt_plugin **plugin)
{
	const bt_plugin_set *set = NULL;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%.*s/" FILE_NAME, (int)length, folder) >=
			(int)sizeof(path) ||
		access(path, R_OK) < 0)
		return false;
	if (bt_plugin_find_all_from_file(path, BT_TRUE, &set) !=
		BT_PLUGIN_FIND_ALL_FROM_FILE_STATUS_OK) {
		bt_current_thread_clear_error();
		return false;
	}
	*plugin = bt_plugin_set_borrow_plugin_by_index_const(set, 0);
	bt_plugin_get_ref(*plugin);
	bt_plugin_set_put_ref(set);
	return true;
}

/* What a user asks for in the environment, colons between. */
static bool load_from_list(const char *list, const bt_plugin **plugin)
{
	size_t length;

	for (; list != NULL && *list != '\0'; list += length + (list[length] == ':')) {
		length = strcspn(list, ":");
		if (length > 0 && load(list, length, plugin))
			return true;
	}
	return false;
}

/* In the build tree this program is in src/cli, the plugin in plugins. */
static bool load_from_build(const bt_plugin **plugin)
{
	char path[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof("/plugins"));
	int i;

	if (length <= 0)
		return false;
	path[length] = '\0';
	for (i = 0; i < 3; i++) {
		char *slash = strrchr(path, '/');

		if (slash == NULL)
			return false;
		*slash = '\0';
	}
	strcat(path, "/plugins");
	return load(path, strlen(path), plugin);
}

static bool find_vspan(const bt_plugin **plugin)
{
	return load_from_list(getenv("BABELTRACE_PLUGIN_PATH"), plugin) ||
		load_from_build(plugin) ||
		load(VSPAN_PLUGIN_DIR, strlen(VSPAN_PLUGIN_DIR), plugin) ||
		/* Where babeltrace2 itself would look. */
		bt_plugin_find(names[PLUGIN_VSPAN], BT_TRUE, BT_TRUE, BT_TRUE, BT_FALSE, BT_TRUE,
			plugin) == BT_PLUGIN_FIND_STATUS_OK;
}

int view_plugins_find(struct view_plugins *plugins)
{
	int i;

	*plugins = (struct view_plugins){0};
	if (!find_vspan(&plugins->plugins[PLUGIN_VSPAN])) {
		bt_current_thread_clear_error();
		cli_error("no babeltrace2 plugin of vspan, " FILE_NAME ": install it to %s, or set "
			  "BABELTRACE_PLUGIN_PATH to the folder it is in",
			VSPAN_PLUGIN_DIR);
		return -1;
	}
	for (i = PLUGIN_VSPAN + 1; i < PLUGINS; i++)
		if (bt_plugin_find(names[i], BT_TRUE, BT_TRUE, BT_TRUE, BT_TRUE, BT_TRUE,
			    &plugins->plugins[i]) != BT_PLUGIN_FIND_STATUS_OK) {
			bt_current_thread_clear_error();
			cli_error("babeltrace2's plugin `%s` cannot be found: is babeltrace2 "
				  "installed (Debian: libbabeltrace2-0)?",
				names[i]);
			return -1;
		}
	return 0;
}

void view_plugins_clear(struct view_plugins *plugins)
{
	int i;

	for (i = 0; i < PLUGINS; i++)
		bt_plugin_put_ref(plugins->plugins[i]);
	*plugins = (struct view_plugins){0};
}

const bt_plugin *view_plugins_get(const struct view_plugins *plugins, const char *name)
{
	int i;

	for (i = 0; i < PLUGINS; i++)
		if (strcmp(names[i], name) == 0)
			return plugins->plugins[i];
	return NULL;
}
