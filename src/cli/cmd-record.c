/* SPDX-License-Identifier: MIT */
/*
 * cmd-record.c - `vspan record`: from nothing to a trace in one command. Sets up
 * a recording session, runs a guest or a program in it, says where the trace is.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "machine.h"
#include "program.h"
#include "session.h"

enum { OPTION_SESSION = 256, OPTION_FILTER, OPTION_EDGES };

static void help(void)
{
	printf("Usage: vspan record [OPTIONS] GUEST.elf [ARGUMENT...]\n"
	       "       vspan record [OPTIONS] -- PROGRAM [ARGUMENT...]\n\n"
	       "Creates an LTTng recording session, enables all guest call sites ('vspan_*') and\n"
	       "vspan's own events ('vspan:*'), boots the guest in the micro-VM or runs the\n"
	       "program, stops, and prints where the trace is. Uses your session daemon, or a\n"
	       "private one if none runs.\n\n"
	       "Recording:\n"
	       "  -o, --output=DIR       where the trace goes (default ~/lttng-traces/SESSION)\n"
	       "      --session=NAME     of the recording session (default vspan-DATE-TIME)\n"
	       "      --filter=EXPR      record only matching spans and events, LTTng's syntax,\n"
	       "                         e.g. 'duration > 1000000 || status == 2'\n"
	       "      --edges            also record each begin and end as it happens\n"
	       "%s%s\n"
	       "Exit status: the guest's or program's own, 128 + N if signal N ended it; 1 if\n"
	       "anything failed; 2 for a wrong command line.\n",
		program_help, machine_help);
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

/* What the command line asks for. */
struct recording {
	struct machine_options machine;
	struct program_options program;
	struct session_options session;
	int machine_only; /* an option given that means nothing for a program; 0: none */
};

/* What was run, and how it went. */
struct outcome {
	struct machine_result machine;
	struct program_result program;
};

static int run(
	const struct recording *recording, struct outcome *outcome, struct vspan_error *error)
{
	if (recording->program.argv != NULL)
		return program_run(
			&recording->machine, &recording->program, &outcome->program, error);
	return machine_run(&recording->machine, &outcome->machine, error);
}

/* Standard output is the program's own; a guest has none. */
static int tell(const struct recording *recording, const struct session *session,
	const struct outcome *outcome)
{
	const struct machine_options *machine = &recording->machine;
	const bool program = recording->program.argv != NULL;

	if (program)
		program_print(stderr, machine->json, &recording->program, &outcome->program);
	else
		machine_print(stdout, machine, &outcome->machine);
	fprintf(program || machine->json ? stderr : stdout,
		"trace:      %s\nlook:       vspan view %s\n", session->output, session->output);
	return program ? program_exit_code(machine, &outcome->program)
		       : machine_exit_code(machine, &outcome->machine);
}

static int record(const struct recording *recording)
{
	struct vspan_error error = {0};
	struct outcome outcome;
	struct session session;
	int ret;

	ret = session_start(&session, &recording->session, &error);
	if (ret == 0)
		ret = run(recording, &outcome, &error);
	if (session_stop(&session, ret == 0 ? &error : NULL) < 0)
		ret = -1;
	if (ret < 0) {
		cli_error("%s", error.text);
		return EXIT_FAILED;
	}
	return tell(recording, &session, &outcome);
}

/* Takes one option; false: wrong, and told. */
static bool take(struct recording *recording, int code, char **argv)
{
	int ret = record_option(&recording->session, code, optarg);

	if (ret == 0)
		ret = program_option(&recording->program, code, optarg);
	if (ret == 0)
		ret = machine_option(&recording->machine, code, optarg);
	if (ret == 0)
		cli_option_error(code, argv);
	if (!program_shares(code))
		recording->machine_only = code;
	return ret == 1;
}

/* The guest, or after `--` the program; false: wrong, and told. */
static bool take_target(struct recording *recording, int argc, char **argv)
{
	const bool program = strcmp(argv[optind - 1], "--") == 0;
	const char *slash;

	if (!program)
		return machine_guest(&recording->machine, "record", argc - optind, argv + optind);
	if (optind == argc) {
		cli_error("no program given: `vspan record [OPTIONS] -- PROGRAM [ARGUMENT...]`");
		return false;
	}
	if (recording->machine_only != 0) {
		cli_error("a program has no virtual machine: leave out --cpus, --memory, --quiet, "
			  "--kill-cpu and --drain-on-exit, and give --rings for its threads");
		return false;
	}
	recording->program.argv = argv + optind;
	slash = strrchr(argv[optind], '/');
	if (recording->machine.name == NULL)
		recording->machine.name = slash != NULL ? slash + 1 : argv[optind];
	return true;
}

int cmd_record(int argc, char **argv)
{
	static const struct option long_options[] = {
		MACHINE_LONG_OPTIONS,
		PROGRAM_LONG_OPTIONS,
		{"output", required_argument, NULL, 'o'},
		{"session", required_argument, NULL, OPTION_SESSION},
		{"filter", required_argument, NULL, OPTION_FILTER},
		{"edges", no_argument, NULL, OPTION_EDGES},
		{0},
	};
	struct recording recording = {0};
	int code, ret;

	machine_defaults(&recording.machine);
	program_defaults(&recording.program);
	while ((code = getopt_long(argc, argv, MACHINE_SHORT_OPTIONS "o:", long_options, NULL)) !=
		-1) {
		if (code == 'h') {
			help();
			return EXIT_OK;
		}
		if (!take(&recording, code, argv))
			return EXIT_USAGE;
	}
	if (!take_target(&recording, argc, argv))
		return EXIT_USAGE;
	ret = record(&recording);
	free(recording.machine.arguments);
	return ret;
}
