/* SPDX-License-Identifier: MIT */
/* cmd-detach.c - `vspan detach`: takes regions from a running daemon. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include "cli.h"
#include "client.h"
#include "json-read.h"
#include "ledger-print.h"

static void help(void)
{
	printf("Usage: vspan detach [--to=CONTROL] [--format=text|json] REGION...\n\n"
	       "Has a running `vspan attach` drain and let go of regions, and prints their "
	       "account.\n"
	       "REGION is a path, a name, or the number of a VM.\n\n"
	       "      --to=CONTROL       the daemon's control socket (default /run/vspan/control,\n"
	       "                         or the same in $XDG_RUNTIME_DIR for users other than "
	       "root)\n"
	       "      --format=FORMAT    of the account: text or json (default text)\n"
	       "  -h, --help             this text\n\n"
	       "Exit status: 0, or 1 if it failed; 2 for a wrong command line.\n");
}

static void print_text(struct json_object *answer)
{
	struct json_object *region = json_member(answer, "region");
	struct vspan_ledger ledger;

	printf("vm:         %s (%u), %s\n", json_text(region, "name"),
		(unsigned)json_number(region, "vm"), json_text(region, "path"));
	ledger_from_json(json_member(answer, "ledger"), &ledger);
	ledger_print(stdout, &ledger);
}

static struct json_object *detach(
	const struct asking *asking, const char *key, struct vspan_error *error)
{
	struct json_object *request = client_request("detach");
	char path[PATH_MAX];

	json_object_object_add(request, "region", json_object_new_string(key));
	/* Its path as the daemon knows it, if it is a file. */
	if (realpath(key, path) != NULL)
		json_object_object_add(request, "path", json_object_new_string(path));
	return client_call(asking->control, request, -1, error);
}

int cmd_detach(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"to", required_argument, NULL, 'C'},
		{"format", required_argument, NULL, 'F'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct asking asking = {0};
	struct json_object *list, *answer;
	int ret = asking_read(&asking, argc, argv, long_options, help);

	if (ret >= 0)
		return ret;
	if (optind == argc) {
		cli_error("no region given: `vspan detach [OPTIONS] REGION...`");
		return EXIT_USAGE;
	}
	list = json_object_new_array();
	for (ret = EXIT_OK; optind < argc; optind++) {
		struct vspan_error error = {0};

		answer = detach(&asking, argv[optind], &error);
		if (answer == NULL) {
			cli_error("%s", error.text);
			ret = EXIT_FAILED;
			continue;
		}
		if (!asking.json)
			print_text(answer);
		json_object_array_add(list, answer);
	}
	if (asking.json)
		json_print(list);
	json_object_put(list);
	return ret;
}
