/* SPDX-License-Identifier: MIT */
/* cmd-run.c - `vspan run`: a guest in the micro-VM, its call sites visible to LTTng. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "cli.h"
#include "machine.h"

static void help(void)
{
	printf("Usage: vspan run [OPTIONS] GUEST.elf [ARGUMENT...]\n\n"
	       "Boots a freestanding x86-64 ELF on /dev/kvm and drains its spans while it runs.\n"
	       "Enable its call sites in a recording session of your own, before or meanwhile:\n"
	       "  lttng enable-event -u 'vspan_*'\n\n%s\n"
	       "Exit status: the guest's own; 1 if it ended otherwise; 2 for a wrong command "
	       "line.\n",
		machine_help);
}

int cmd_run(int argc, char **argv)
{
	static const struct option long_options[] = {MACHINE_LONG_OPTIONS, {0}};
	struct machine_options options;
	struct machine_result result;
	struct vspan_error error = {0};
	int code, ret;

	machine_defaults(&options);
	while ((code = getopt_long(argc, argv, MACHINE_SHORT_OPTIONS, long_options, NULL)) != -1) {
		if (code == 'h') {
			help();
			return EXIT_OK;
		}
		ret = machine_option(&options, code, optarg);
		if (ret == 0)
			cli_option_error(code, argv);
		if (ret != 1)
			return EXIT_USAGE;
	}
	if (!machine_guest(&options, "run", argc - optind, argv + optind))
		return EXIT_USAGE;
	ret = machine_run(&options, &result, &error);
	free(options.arguments);
	if (ret < 0) {
		cli_error("%s", error.text);
		return EXIT_FAILED;
	}
	machine_print(stdout, &options, &result);
	return machine_exit_code(&options, &result);
}
