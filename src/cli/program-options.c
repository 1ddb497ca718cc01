/* SPDX-License-Identifier: MIT */
/* program-options.c - the options of `vspan record -- PROGRAM`. */
#include <string.h>
#include "cli.h"
#include "program.h"

#define RINGS_DEFAULT 64u
#define SITES_DEFAULT 8192u
/* As many as a process uses: VSPAN_WRITERS_MAX of the guest library, less the one of nobody. */
#define RINGS_MAX 255u

const char program_help[] =
	"Programs (after --):\n"
	"      --functions[=PATTERN,...]\n"
	"                         also trace what is compiled with -finstrument-functions:\n"
	"                         functions with such names, or not, after a !\n"
	"      --min-duration=TIME\n"
	"                         leave out calls of functions that were shorter\n"
	"      --heap             trace what is allocated and freed, for sink.vspan.heap\n"
	"      --preload=LIBRARY  instead of ours, to trace functions with\n"
	"      --rings=N          threads that can write at a time, 1 to 255 (default 64)\n"
	"      --sites=N          call sites it can describe (default 8192)\n"
	"      --region=FILE      keep what the program writes to in FILE\n"
	"and these: --name, --ring-size, --mode, --timeout, --kill-after, --poll, --format,\n"
	"and --traceparent.\n\n";

void program_defaults(struct program_options *options)
{
	*options = (struct program_options){.rings = RINGS_DEFAULT, .sites = SITES_DEFAULT};
}

bool program_shares(int code)
{
	return strchr("cmqKD", code) == NULL;
}

static const char *expected(int code)
{
	if (code == PROGRAM_MIN_DURATION)
		return "--min-duration: a time such as 500us, 20ms or 3s";
	return code == PROGRAM_RINGS ? "--rings: a number from 1 to 255"
				     : "--sites: a number from 1 to 65536";
}

int program_option(struct program_options *options, int code, const char *argument)
{
	bool good = true;

	switch (code) {
	case PROGRAM_RINGS:
		good = parse_number(argument, 1, RINGS_MAX, &options->rings);
		break;
	case PROGRAM_SITES:
		good = parse_number(argument, 1, VSPAN_ABI_SITES_MAX, &options->sites);
		break;
	case PROGRAM_REGION:
		options->region_path = argument;
		break;
	case PROGRAM_FUNCTIONS:
		options->functions = true;
		options->patterns = argument;
		break;
	case PROGRAM_MIN_DURATION:
		good = parse_duration(argument, &options->min_duration);
		break;
	case PROGRAM_HEAP:
		options->heap = true;
		break;
	case PROGRAM_PRELOAD:
		options->functions = !options->heap;
		options->preload = argument;
		break;
	default:
		return 0;
	}
	/* Each of the two libraries is a guest, and a region has one. */
	if (options->heap && options->functions) {
		cli_error("a recording has either functions or heap: leave out --functions or "
			  "--heap");
		return -1;
	}
	if (!good)
		cli_value_error(argument, expected(code));
	return good ? 1 : -1;
}
