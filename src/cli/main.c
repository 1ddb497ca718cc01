/* SPDX-License-Identifier: MIT */
/* main.c - the command `vspan`: finds the sub-command. */
#include <stdio.h>
#include <string.h>
#include <vspan/version.h>
#include "cli.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static const struct command commands[] = {
	{"attach", cmd_attach,
		"drain regions and re-emit their spans through LTTng, until stopped"},
	{"call", cmd_host, "boot a guest that offers functions, and call one"},
	{"create", cmd_create, "make a region for a VM or process to write to"},
	{"detach", cmd_detach, "have a running vspan attach let go of regions"},
	{"doctor", cmd_doctor, "say what is missing on this machine, and the remedy"},
	{"dump", cmd_dump, "show what a dead guest left in its region, or in a memory dump"},
	{"list", cmd_list, "list the call sites guests have published"},
	{"record", cmd_host, "boot a guest or run a program, and record its spans through LTTng"},
	{"run", cmd_host, "boot a guest ELF in a KVM micro-VM; its call sites appear in LTTng"},
	{"status", cmd_status, "show what a running vspan attach drains"},
	{"view", cmd_view, "show a trace: trees of spans, a tally, pages for other tools"},
};

static void usage(FILE *to)
{
	size_t i;

	fprintf(to,
		"Usage: vspan COMMAND [OPTIONS]\n\n"
		"Sees inside virtual machines: guests write spans into shared memory, vspan\n"
		"re-emits them as LTTng events, `vspan view TRACE` shows them.\n\n"
		"Commands:\n");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(to, "\n`vspan COMMAND --help` tells more. vspan --version prints the version.\n");
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
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	cli_error("no command `%s`: `vspan --help` lists the commands", argv[1]);
	return EXIT_USAGE;
}
