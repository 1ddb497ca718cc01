/* SPDX-License-Identifier: MIT */
/* cmd-list.c - `vspan list`: call sites of guests, from a daemon or from region files. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "client.h"
#include "error.h"
#include "json-read.h"
#include "ledger-print.h"
#include "region.h"
#include "sanitise.h"
#include "site-json.h"
#include "table.h"

static void help(void)
{
	printf("Usage: vspan list [--control=PATH] [--format=text|json]\n"
	       "       vspan list [--format=text|json] REGION...\n\n"
	       "Lists the call sites guests have published: the LTTng event of each, as in\n"
	       "`lttng enable-event -u EVENT`, its kind, log level, whether it is enabled, how "
	       "many\n"
	       "fields it has, and where it is in the source. Asks a running `vspan attach`, or\n"
	       "looks into region files.\n\n"
	       "      --control=PATH     the daemon's control socket (default /run/vspan/control,\n"
	       "                         or the same in $XDG_RUNTIME_DIR for users other than "
	       "root)\n"
	       "      --format=FORMAT    text or json (default text)\n"
	       "  -h, --help             this text\n\n"
	       "Exit status: 0, or 1 if no daemon answers or a file is no region; 2 for a wrong\n"
	       "command line.\n");
}

static const struct column columns[] = {
	{"VM", true},
	{"NAME", false},
	{"EVENT", false},
	{"KIND", false},
	{"LEVEL", false},
	{"ENABLED", false},
	{"FIELDS", true},
	{"WHERE", false},
};

static const char *level_name(uint64_t level)
{
	static const char *const names[] = {
		"emerg",
		"alert",
		"crit",
		"err",
		"warning",
		"notice",
		"info",
		"debug-system",
		"debug-program",
		"debug-process",
		"debug-module",
		"debug-unit",
		"debug-function",
		"debug-line",
		"debug",
	};

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "unknown";
}

/* LTTng's name; of a region file, what a consumer would ask LTTng for. */
static void add_event(struct table *table, struct json_object *site)
{
	char text[256];

	if (!json_flag(site, "valid"))
		snprintf(text, sizeof(text), "(invalid description, id %u)",
			(unsigned)json_number(site, "id"));
	else if (json_text(site, "event")[0] != '\0')
		snprintf(text, sizeof(text), "%s", json_text(site, "event"));
	else if (json_member(site, "from_file") != NULL)
		snprintf(text, sizeof(text), "vspan_%s:%s", json_text(site, "provider"),
			json_text(site, "name"));
	else
		snprintf(text, sizeof(text), "vspan:%s (%s:%s)", json_text(site, "kind"),
			json_text(site, "provider"), json_text(site, "name"));
	table_text(table, text);
}

static void add_site(struct table *table, struct json_object *region, struct json_object *site)
{
	char where[160];

	table_row(table);
	table_number(table, json_number(region, "vm"));
	table_text(table, json_text(region, "name"));
	add_event(table, site);
	table_text(table, json_text(site, "kind"));
	table_text(table, level_name(json_number(site, "level")));
	table_text(table, json_flag(site, "enabled") ? "yes" : "no");
	table_number(table, json_number(site, "fields"));
	snprintf(where, sizeof(where), "%s:%u", json_text(site, "file"),
		(unsigned)json_number(site, "line"));
	table_text(table, where);
	if (!json_flag(site, "valid"))
		table_alarm(table);
}

static void print(struct json_object *regions)
{
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	struct json_object *region, *sites;
	size_t i, j;

	for (i = 0; i < json_count(regions); i++) {
		region = json_object_array_get_idx(regions, i);
		sites = json_member(region, "sites");
		for (j = 0; j < json_count(sites); j++)
			add_site(table, region, json_object_array_get_idx(sites, j));
	}
	table_print(table);
}

static struct json_object *region_sites(const struct vspan_region *region, const char *path)
{
	struct json_object *object = json_object_new_object();
	struct json_object *sites = json_object_new_array();
	struct json_object *site;
	struct vspan_site_info info;
	char name[VSPAN_ABI_REGION_NAME];
	uint32_t i;

	sanitise_text(
		vspan_region_name(region), strlen(vspan_region_name(region)), name, sizeof(name));
	for (i = 0; vspan_region_read_site(region, i, &info) == 0; i++) {
		site = site_json(&info);
		json_object_object_add(site, "from_file", json_object_new_boolean(true));
		json_object_array_add(sites, site);
	}
	json_object_object_add(object, "name", json_object_new_string(name));
	json_object_object_add(object, "path", json_object_new_string(path));
	json_add_count(object, "vm", region_number(region));
	json_object_object_add(object, "sites", sites);
	return object;
}

static int add_file(struct json_object *regions, const char *path, struct vspan_error *error)
{
	struct vspan_region *region;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int ret;

	if (fd < 0)
		return error_set(
			error, errno, "cannot open the region %s: %s", path, strerror(errno));
	ret = vspan_region_open(fd, &region, error);
	close(fd);
	if (ret < 0)
		return error_set(error, -ret, "%s", path);
	json_object_array_add(regions, region_sites(region, path));
	vspan_region_close(region);
	return 0;
}

/* The answer a daemon would give. NULL: *error says why not. */
static struct json_object *look_into(int count, char **paths, struct vspan_error *error)
{
	struct json_object *answer = json_object_new_object();
	struct json_object *regions = json_object_new_array();
	int i, ret = 0;

	json_object_object_add(answer, "regions", regions);
	for (i = 0; i < count && ret == 0; i++)
		ret = add_file(regions, paths[i], error);
	if (ret == 0)
		return answer;
	json_object_put(answer);
	return NULL;
}

int cmd_list(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"control", required_argument, NULL, 'C'},
		{"format", required_argument, NULL, 'F'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct asking asking = {0};
	struct vspan_error error = {0};
	struct json_object *answer;
	int ret = asking_read(&asking, argc, argv, long_options, help);

	if (ret >= 0)
		return ret;
	if (optind < argc && asking.control != NULL) {
		cli_error("give either --control or region files: see `vspan list --help`");
		return EXIT_USAGE;
	}
	if (optind < argc)
		answer = look_into(argc - optind, argv + optind, &error);
	else
		answer = client_call(asking.control, client_request("sites"), -1, &error);
	if (answer == NULL) {
		cli_error("%s", error.text);
		return EXIT_FAILED;
	}
	if (asking.json)
		json_print(json_member(answer, "regions"));
	else
		print(json_member(answer, "regions"));
	json_object_put(answer);
	return EXIT_OK;
}
