/* SPDX-License-Identifier: MIT */
/*
 * cmd-record.c - `vspan record`: from nothing to a trace in one command. Sets up
 * a recording session, runs the guest in it, says where the trace is.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "cli.h"
#include "machine.h"
#include "session.h"

enum { OPTION_SESSION = 256, OPTION_FILTER, OPTION_EDGES };

static void help(void)
{
	printf("Usage: vspan record [OPTIONS] GUEST.elf [ARGUMENT...]\n\n"
	       "Creates an LTTng recording session, enables all guest call sites ('vspan_*') and\n"
	       "vspan's own events ('vspan:*'), boots the guest in the micro-VM, stops, and "
	       "prints\n"
	       "where the trace is. Uses your session daemon, or a private one if none runs.\n\n"
	       "Recording:\n"
	       "  -o, --output=DIR       where the trace goes (default ~/lttng-traces/SESSION)\n"
	       "      --session=NAME     of the recording session (default vspan-DATE-TIME)\n"
	       "      --filter=EXPR      record only matching spans and events, LTTng's syntax,\n"
	       "                         e.g. 'duration > 1000000 || status == 2'\n"
	       "      --edges            also record each begin and end as it happens\n"
	       "%s\n"
	       "Exit status: the guest's own; 1 if anything failed; 2 for a wrong command line.\n",
		machine_help);
}

/* 1: taken; 0: not ours; -1: wrong. */
static int record_option(struct session_options *options, int code, const char *argument)
{
	switch (code) {
	case 'o':
		options->output = argument;
		return 1;
	case OPTION_SESSION:
		options->name = argument;
		return 1;
	case OPTION_FILTER:
		options->filter = argument;
		return 1;
	case OPTION_EDGES:
		options->edges = true;
		return 1;
	default:
		return 0;
	}
}

static int record(const struct machine_options *machine, const struct session_options *options)
{
	struct vspan_error error = {0};
	struct machine_result result;
	struct session session;
	int ret;

	ret = session_start(&session, options, &error);
	if (ret == 0)
		ret = machine_run(machine, &result, &error);
	if (session_stop(&session, ret == 0 ? &error : NULL) < 0)
		ret = -1;
	if (ret < 0) {
		cli_error("%s", error.text);
		return EXIT_FAILED;
	}
	machine_print(stdout, machine, &result);
	fprintf(machine->json ? stderr : stdout, "trace:      %s\nlook:       vspan view %s\n",
		session.output, session.output);
	return machine_exit_code(machine, &result);
}

int cmd_record(int argc, char **argv)
{
	static const struct option long_options[] = {
		MACHINE_LONG_OPTIONS,
		{"output", required_argument, NULL, 'o'},
		{"session", required_argument, NULL, OPTION_SESSION},
		{"filter", required_argument, NULL, OPTION_FILTER},
		{"edges", no_argument, NULL, OPTION_EDGES},
		{0},
	};
	struct session_options session = {0};
	struct machine_options machine;
	int code, ret;

	machine_defaults(&machine);
	while ((code = getopt_long(argc, argv, MACHINE_SHORT_OPTIONS "o:", long_options, NULL)) !=
		-1) {
		if (code == 'h') {
			help();
			return EXIT_OK;
		}
		ret = record_option(&session, code, optarg);
		if (ret == 0)
			ret = machine_option(&machine, code, optarg);
		if (ret == 0)
			cli_option_error(code, argv);
		if (ret != 1)
			return EXIT_USAGE;
	}
	if (!machine_guest(&machine, "record", argc - optind, argv + optind))
		return EXIT_USAGE;
	ret = record(&machine, &session);
	free(machine.arguments);
	return ret;
}
