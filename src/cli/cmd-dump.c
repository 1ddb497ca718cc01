/* SPDX-License-Identifier: MIT */
/* cmd-dump.c - `vspan dump`: what is in a region whose guest is dead, or in a memory dump. */
#include <getopt.h>
#include <stdio.h>
#include "cli.h"
#include "client.h"
#include "dump.h"
#include "json-read.h"
#include "region-copy.h"

#define RECORDS_DEFAULT 10
#define RECORDS_MAX 1000000

static void help(void)
{
	printf("Usage: vspan dump [OPTIONS] FILE\n\n"
	       "Shows what a guest left in its region: rings and their accounts, call sites, "
	       "spans\n"
	       "that were open, the last records. FILE is a region made by `vspan create`, or "
	       "holds\n"
	       "one, as a memory dump does. It is only read; no consumer and no LTTng are "
	       "needed.\n\n"
	       "      --offset=N         the region begins at byte N (default: at 0, or where "
	       "one is\n"
	       "                         found)\n"
	       "      --records=N        of each ring the last N (default 10)\n"
	       "      --sites            with a table of the call sites\n"
	       "      --format=FORMAT    text or json (default text)\n"
	       "  -h, --help             this text\n\n"
	       "Exit status: 0, or 1 if there is no region; 2 for a wrong command line.\n");
}

static bool option(struct dump_options *options, int code, const char *argument)
{
	switch (code) {
	case 'o':
		return parse_number(argument, 0, INT64_MAX, &options->offset);
	case 'r':
		return parse_number(argument, 0, RECORDS_MAX, &options->records);
	case 's':
		return options->sites = true;
	default:
		return parse_format(argument, &options->json);
	}
}

static const char *expected(int code)
{
	switch (code) {
	case 'o':
		return "--offset: a number of bytes";
	case 'r':
		return "--records: a number up to 1000000";
	default:
		return "--format: text or json";
	}
}

/* An exit code, or -1 to go on. */
static int options_read(struct dump_options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		{"offset", required_argument, NULL, 'o'},
		{"records", required_argument, NULL, 'r'},
		{"sites", no_argument, NULL, 's'},
		{"format", required_argument, NULL, 'F'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int code;

	while ((code = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
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
		cli_error("give one file to look into: `vspan dump [OPTIONS] FILE`");
		return EXIT_USAGE;
	}
	options->path = argv[optind];
	return -1;
}

int cmd_dump(int argc, char **argv)
{
	struct dump_options options = {.offset = REGION_COPY_SEARCH, .records = RECORDS_DEFAULT};
	struct vspan_error error = {0};
	struct json_object *dump;
	int ret = options_read(&options, argc, argv);

	if (ret >= 0)
		return ret;
	dump = dump_region(&options, &error);
	if (dump == NULL) {
		cli_error("%s", error.text);
		return EXIT_FAILED;
	}
	if (options.json)
		json_print(dump);
	else
		dump_print(dump, options.sites);
	json_object_put(dump);
	return EXIT_OK;
}
