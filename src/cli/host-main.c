/* SPDX-License-Identifier: MIT */
/* host-main.c - the program vspan-host: commands of `vspan` that emit events (cmd-host.c). */
#include <string.h>
#include "cli.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"attach", cmd_serve},
	{"call", cmd_call},
	{"record", cmd_record},
	{"run", cmd_run},
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc >= 2 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	cli_error("vspan-host is started by `vspan`: see `vspan --help`");
	return EXIT_USAGE;
}
