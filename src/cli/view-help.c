/* SPDX-License-Identifier: MIT */
/* view-help.c - what `vspan view --help` says. */
#include <stdio.h>
#include "view.h"

void view_help(void)
{
	printf("Usage: vspan view [OPTIONS] TRACE...\n\n"
	       "Shows what was recorded of spans. TRACE is the folder of an LTTng trace, a region\n"
	       "or a dump of one; with --live a recording session, by name or URL.\n\n"
	       "Views:\n"
	       "      --tree             trees of spans (default)\n"
	       "      --tally            a table of how often, and how long\n"
	       "      --html             a page to look around in; opened in a browser\n"
	       "      --perfetto         a file for Perfetto\n"
	       "      --speedscope       a file for speedscope\n"
	       "      --folded           folded stacks, for flame graphs\n"
	       "      --otlp             lines of OTLP JSON, for OpenTelemetry\n"
	       "      --text             the events as text, in guest time\n"
	       "      --ctf=DIR          a CTF trace in guest time\n"
	       "      --live             follow a session while it records: a tally, or --tree\n");
	printf("Tree:\n"
	       "      --depth=N          N levels of spans\n"
	       "      --min-duration=TIME  spans no shorter, and what they are in\n"
	       "      --top=N            the N slowest roots, or spans of that --name\n"
	       "      --collapse         repeated siblings as one line\n"
	       "      --from=CLOCK       what is after that time of day (UTC), as in 14:03:05.5\n"
	       "      --to=CLOCK         what is before\n"
	       "Regions:\n"
	       "      --all              also what a consumer has drained, as far as it is left\n"
	       "Tally:\n"
	       "      --by=WHAT          name, provider, vm, vcpu, or several: name,vcpu\n"
	       "      --sort=COLUMN      time, self, calls, average, min, p50, p95, p99, max,\n"
	       "                         errors or name\n"
	       "      --interval=TIME    with --live: refresh no oftener (default 1s)\n"
	       "Both:\n"
	       "      --name=GLOB        spans of that name\n"
	       "      --limit=N          the first N spans, or rows\n"
	       "      --format=FORMAT    text or json (default text)\n"
	       "      --color=WHEN       auto, always or never (default auto)\n");
	printf("Output:\n"
	       "  -o, --output=FILE      write there; `-`: standard output\n"
	       "      --no-open          open no browser\n"
	       "      --no-pager         no pager; otherwise $VSPAN_PAGER, $PAGER or less\n"
	       "      --verbose          all causes of a failure, and babeltrace2's warnings\n"
	       "  -h, --help             this text\n\n"
	       "Exit status: 0; 1 if the trace cannot be read or written, or was not read to its\n"
	       "end; 2 for a wrong command line.\n");
}
