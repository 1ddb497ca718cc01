/* SPDX-License-Identifier: MIT */
/* cmd-create.c - `vspan create`: a region in a file, for a VM or process to map. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vspan/host.h>
#include "cli.h"
#include "error.h"
#include "ledger-print.h"
#include "region.h"

#define NAME_MAX_LENGTH (VSPAN_ABI_REGION_NAME - 1)

struct create_options {
	struct vspan_region_options region;
	bool force;
	bool json;
	bool enable; /* call sites are on without a consumer */
};

static void help(void)
{
	printf("Usage: vspan create [OPTIONS] FILE\n\n"
	       "Makes a region: a file a guest writes its spans to, through shared memory, and\n"
	       "`vspan attach FILE` reads. Put it on a tmpfs such as /dev/shm. Prints its path "
	       "and\n"
	       "size.\n\n"
	       "  -c, --rings=N          one for each vCPU, or thread of a process (default 1)\n"
	       "  -r, --ring-size=SIZE   of each ring, a power of two, 64k to 1G (default 1M)\n"
	       "      --mode=MODE        when a ring is full: block, discard or overwrite "
	       "(default\n"
	       "                         block)\n"
	       "      --sites=N          call sites it can describe (default 256)\n"
	       "  -n, --name=NAME        of the VM in the trace (default: the file's)\n"
	       "      --enable           call sites are on without a consumer: for reading "
	       "the\n"
	       "                         file itself, alive or dead\n"
	       "      --force            replace FILE if it exists\n"
	       "      --format=FORMAT    of what is printed: text or json (default text)\n"
	       "  -h, --help             this text\n\n"
	       "Exit status: 0, or 1 if it failed; 2 for a wrong command line.\n");
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void print(const struct vspan_region *region, const char *path, bool json)
{
	const struct geometry *geometry = &region->geometry;
	struct json_object *object;

	if (!json) {
		printf("%s: %llu bytes, %u ring%s\n", path,
			(unsigned long long)geometry->region_size, geometry->ring_count,
			geometry->ring_count == 1 ? "" : "s");
		return;
	}
	object = json_object_new_object();
	json_object_object_add(object, "path", json_object_new_string(path));
	json_object_object_add(object, "name", json_object_new_string(region->name));
	json_add_count(object, "size", geometry->region_size);
	json_add_count(object, "host_size", geometry->host_size);
	json_add_count(object, "rings", geometry->ring_count);
	json_add_count(
		object, "ring_size", (uint64_t)region->rings[0].slot_count * VSPAN_ABI_SLOT_SIZE);
	json_object_object_add(
		object, "mode", json_object_new_string(mode_name(region->rings[0].mode)));
	json_add_count(object, "sites", geometry->site_capacity);
	json_add_count(object, "vm", region_number(region));
	printf("%s\n",
		json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

/* With --force a finished file takes the old one's place: who has that mapped keeps it. */
static int create(
	struct create_options *options, struct vspan_region **region, struct vspan_error *error)
{
	const char *path = options->region.path;
	char fresh[PATH_MAX];
	int ret;

	if (!options->force)
		return vspan_region_create(&options->region, region, error);
	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.%ld", path, (long)getpid()) >= sizeof(fresh))
		return error_set(error, ENAMETOOLONG, "the path %s is too long", path);
	options->region.path = fresh;
	ret = vspan_region_create(&options->region, region, error);
	options->region.path = path;
	if (ret < 0)
		return ret;
	if (rename(fresh, path) == 0)
		return 0;
	ret = error_set(error, errno, "cannot replace %s: %s", path, strerror(errno));
	unlink(fresh);
	vspan_region_close(*region);
	return ret;
}

static bool option(struct create_options *options, int code, const char *argument)
{
	uint64_t number = 0;

	switch (code) {
	case 'c':
		if (!parse_number(argument, 1, VSPAN_ABI_RINGS_MAX, &number))
			break;
		options->region.ring_count = (uint32_t)number;
		return true;
	case 'r':
		if (!parse_ring_size(argument, &number))
			break;
		options->region.ring_size = (uint32_t)number;
		return true;
	case 'M':
		if (!parse_mode(argument, &options->region.mode))
			break;
		return true;
	case 's':
		if (!parse_number(argument, 1, VSPAN_ABI_SITES_MAX, &number))
			break;
		options->region.site_capacity = (uint32_t)number;
		return true;
	case 'n':
		if (argument[0] == '\0' || strlen(argument) > NAME_MAX_LENGTH)
			break;
		options->region.name = argument;
		return true;
	case 'e':
		return options->enable = true;
	case 'f':
		return options->force = true;
	default:
		if (!parse_format(argument, &options->json))
			break;
		return true;
	}
	return false;
}

static const char *expected(int code)
{
	switch (code) {
	case 'c':
		return "--rings: a number from 1 to 1024";
	case 'r':
		return "--ring-size: a power of two from 64k to 1G";
	case 'M':
		return "--mode: block, discard or overwrite";
	case 's':
		return "--sites: a number from 1 to 65536";
	case 'n':
		return "--name: 1 to 63 bytes";
	default:
		return "--format: text or json";
	}
}

/* An exit code, or -1 to go on. */
static int options_read(struct create_options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		{"rings", required_argument, NULL, 'c'},
		{"ring-size", required_argument, NULL, 'r'},
		{"mode", required_argument, NULL, 'M'},
		{"sites", required_argument, NULL, 's'},
		{"name", required_argument, NULL, 'n'},
		{"enable", no_argument, NULL, 'e'},
		{"force", no_argument, NULL, 'f'},
		{"format", required_argument, NULL, 'F'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int code;

	while ((code = getopt_long(argc, argv, ":c:r:n:h", long_options, NULL)) != -1) {
		if (code == 'h') {
			help();
			return EXIT_OK;
		}
		if (code == '?' || code == ':') {
			cli_option_error(code, argv);
			return EXIT_USAGE;
		}
		if (!option(options, code, optarg)) {
			cli_value_error(optarg, expected(code));
			return EXIT_USAGE;
		}
	}
	if (argc - optind != 1) {
		cli_error("give one file to create: `vspan create [OPTIONS] FILE`");
		return EXIT_USAGE;
	}
	options->region.path = argv[optind];
	return -1;
}

int cmd_create(int argc, char **argv)
{
	struct create_options options = {.region.ring_count = 1};
	struct vspan_region *region = NULL;
	struct vspan_error error = {0};
	char name[VSPAN_ABI_REGION_NAME];
	uint32_t i;
	int ret = options_read(&options, argc, argv);

	if (ret >= 0)
		return ret;
	if (options.region.name == NULL) {
		snprintf(name, sizeof(name), "%.*s", (int)NAME_MAX_LENGTH,
			file_name(options.region.path));
		options.region.name = name;
	}
	if (create(&options, &region, &error) < 0 || region == NULL) {
		cli_error("%s%s", error.text, error.code == EEXIST ? "; --force replaces it" : "");
		return EXIT_FAILED;
	}
	for (i = 0; options.enable && i < region->geometry.site_capacity; i++)
		region_enable_site(region, i, true);
	print(region, options.region.path, options.json);
	vspan_region_close(region);
	return EXIT_OK;
}
