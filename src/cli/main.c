/* SPDX-License-Identifier: MIT */
/* main.c - the command `vspan`: finds the sub-command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vspan/version.h>
#include "cli.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	bool blocking; /* sets up channels that may block */
	const char *summary;
};

static const struct command commands[] = {
	{"doctor", cmd_doctor, false, "say what is missing on this machine, and the remedy"},
	{"record", cmd_record, true, "boot a guest and record its spans through LTTng"},
	{"run", cmd_run, false,
		"boot a guest ELF in a KVM micro-VM; its call sites appear in LTTng"},
};

static void usage(FILE *to)
{
	size_t i;

	fprintf(to,
		"Usage: vspan COMMAND [OPTIONS]\n\n"
		"Sees inside virtual machines: guests write spans into shared memory, vspan\n"
		"re-emits them as LTTng events, `babeltrace2 TRACE -c sink.vspan.tree` shows "
		"them.\n\n"
		"Commands:\n");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(to, "\n`vspan COMMAND --help` tells more. vspan --version prints the version.\n");
}

/*
 * lttng-ust honours a channel's blocking timeout only in processes started with
 * this variable, and reads it before main(): start over with it set.
 */
static void allow_blocking(char **argv)
{
	if (getenv("LTTNG_UST_ALLOW_BLOCKING") != NULL)
		return;
	setenv("LTTNG_UST_ALLOW_BLOCKING", "1", 1);
	execv("/proc/self/exe", argv);
	/* Not fatal: a burst may then be discarded, and is counted. */
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("vspan " VSPAN_VERSION);
		return EXIT_OK;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (commands[i].blocking)
			allow_blocking(argv);
		return commands[i].run(argc - 1, argv + 1);
	}
	cli_error("no command `%s`: `vspan --help` lists the commands", argv[1]);
	return EXIT_USAGE;
}
