/* SPDX-License-Identifier: MIT */
/* program-options.c - the options of `vspan record -- PROGRAM`. */
#include <string.h>
#include "cli.h"
#include "program.h"

#define RINGS_DEFAULT 64u
#define SITES_DEFAULT 1024u
/* As many as a process uses: VSPAN_WRITERS_MAX of the guest library, less the one of nobody. */
#define RINGS_MAX 255u

const char program_help[] =
	"Programs (after --):\n"
	"      --rings=N          threads that can write at a time, 1 to 255 (default 64)\n"
	"      --sites=N          call sites it can describe (default 1024)\n"
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
	default:
		return 0;
	}
	if (!good)
		cli_value_error(argument, expected(code));
	return good ? 1 : -1;
}
