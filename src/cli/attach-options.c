/* SPDX-License-Identifier: MIT */
/* attach-options.c - see attach-options.h. */
#include "attach-options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "places.h"

enum {
	OPTION_TO = 256,
	OPTION_CONTROL,
	OPTION_NO_CONTROL,
	OPTION_POLL,
	OPTION_QUIET_TIME,
	OPTION_STATE_DIR,
	OPTION_NO_STATE,
	OPTION_CLOCK,
	OPTION_SITE_QUOTA,
	OPTION_SITE_QUOTA_TOTAL,
	OPTION_KEEP_GOING,
	OPTION_SYMBOLS,
	OPTION_FUNCTIONS,
	OPTION_MIN_DURATION,
	OPTION_FORMAT,
};

static void help(void)
{
	printf("Usage: vspan attach [OPTIONS] REGION...\n"
	       "       vspan attach --to=CONTROL [--clock=CLOCK] REGION...\n\n"
	       "Drains regions made by `vspan create` and re-emits their spans through LTTng "
	       "until\n"
	       "it is stopped by SIGTERM or SIGINT; then prints the account. REGION is a file, or\n"
	       "fd:N, a descriptor that was passed on. With --to hands the regions to a daemon "
	       "that\n"
	       "runs already.\n\n"
	       "      --control=PATH     socket for `vspan status`, `list`, `attach --to`, "
	       "`detach`\n"
	       "                         (default /run/vspan/control, or the same in\n"
	       "                         $XDG_RUNTIME_DIR for users other than root)\n"
	       "      --no-control       no such socket; there has to be a REGION then\n"
	       "      --to=CONTROL       hand over to the daemon with that socket, and end\n"
	       "      --keep-going       a region that is refused is told, and the others served\n"
	       "      --state-dir=DIR    where to remember how far each region was read (default:\n"
	       "                         where the default socket is)\n"
	       "      --no-state         remember nothing\n"
	       "      --clock=CLOCK      of the guests: host, unknown, or offset:N, guest's "
	       "counter\n"
	       "                         minus host's in ticks (default host)\n"
	       "      --poll=TIME        first pause after a round that found nothing (default\n"
	       "                         100us)\n"
	       "      --quiet-time=TIME  after which an idle ring's unpublished end is read\n"
	       "                         (default 1ms)\n"
	       "      --site-quota=N     call sites of a region with LTTng events of their own\n"
	       "                         (default 1024)\n"
	       "      --site-quota-total=N  of all regions (default 8192)\n"
	       "      --symbols=DIR      name traced functions by the guest's files below DIR\n"
	       "      --functions=PATTERN,...\n"
	       "                         only functions of such names, or not, after a !\n"
	       "      --min-duration=TIME\n"
	       "                         leave out calls of functions that were shorter\n"
	       "      --format=FORMAT    of the account: text or json (default text)\n"
	       "  -h, --help             this text\n\n"
	       "Exit status: 0 after a signal; 1 if it failed; 2 for a wrong command line.\n");
}

static bool parse_quota(const char *text, uint32_t *quota)
{
	uint64_t number = 0;
	bool good = parse_number(text, 1, UINT32_MAX, &number);

	*quota = (uint32_t)number;
	return good;
}

/* True if the value does. */
static bool option(struct attach_options *options, int code, const char *argument)
{
	struct daemon_options *daemon = &options->daemon;

	switch (code) {
	case OPTION_TO:
		options->to = argument;
		return true;
	case OPTION_CONTROL:
		daemon->control = argument;
		return true;
	case OPTION_NO_CONTROL:
		return options->no_control = true;
	case OPTION_POLL:
		return parse_duration(argument, &daemon->consumer.poll_ns);
	case OPTION_QUIET_TIME:
		return parse_duration(argument, &daemon->consumer.quiet_ns);
	case OPTION_STATE_DIR:
		daemon->state_directory = argument;
		return true;
	case OPTION_NO_STATE:
		return options->no_state = true;
	case OPTION_CLOCK:
		options->clock = argument;
		return parse_clock(argument, &daemon->clock);
	case OPTION_SITE_QUOTA:
		return parse_quota(argument, &daemon->consumer.site_quota);
	case OPTION_SITE_QUOTA_TOTAL:
		return parse_quota(argument, &daemon->consumer.site_quota_total);
	case OPTION_SYMBOLS:
		daemon->functions.symbols_root = argument;
		return true;
	case OPTION_FUNCTIONS:
		daemon->functions.functions = argument;
		return true;
	case OPTION_MIN_DURATION:
		return parse_duration(argument, &daemon->functions.functions_min_ns);
	case OPTION_KEEP_GOING:
		return daemon->keep_going = true;
	default:
		return parse_format(argument, &daemon->json);
	}
}

static const char *expected(int code)
{
	switch (code) {
	case OPTION_CLOCK:
		return "--clock: host, unknown or offset: and a number of ticks";
	case OPTION_SITE_QUOTA:
	case OPTION_SITE_QUOTA_TOTAL:
		return "a number of call sites";
	case OPTION_FORMAT:
		return "--format: text or json";
	default:
		return "a duration such as 500us, 20ms or 3s";
	}
}

static const struct option long_options[] = {
	{"to", required_argument, NULL, OPTION_TO},
	{"control", required_argument, NULL, OPTION_CONTROL},
	{"no-control", no_argument, NULL, OPTION_NO_CONTROL},
	{"poll", required_argument, NULL, OPTION_POLL},
	{"quiet-time", required_argument, NULL, OPTION_QUIET_TIME},
	{"state-dir", required_argument, NULL, OPTION_STATE_DIR},
	{"no-state", no_argument, NULL, OPTION_NO_STATE},
	{"clock", required_argument, NULL, OPTION_CLOCK},
	{"site-quota", required_argument, NULL, OPTION_SITE_QUOTA},
	{"site-quota-total", required_argument, NULL, OPTION_SITE_QUOTA_TOTAL},
	{"symbols", required_argument, NULL, OPTION_SYMBOLS},
	{"functions", required_argument, NULL, OPTION_FUNCTIONS},
	{"min-duration", required_argument, NULL, OPTION_MIN_DURATION},
	{"keep-going", no_argument, NULL, OPTION_KEEP_GOING},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"help", no_argument, NULL, 'h'},
	{0},
};

int attach_options_read(struct attach_options *options, int argc, char **argv)
{
	int code;

	while ((code = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		if (code == 'h') {
			help();
			return EXIT_OK;
		}
		if (code == '?' || code == ':') {
			cli_option_error(code, argv);
			return EXIT_USAGE;
		}
		if (!option(options, code, optarg)) {
			cli_value_error(optarg, expected(code));
			return EXIT_USAGE;
		}
	}
	options->daemon.regions = argv + optind;
	options->daemon.region_count = argc - optind;
	if (options->daemon.region_count == 0 && (options->no_control || options->to != NULL)) {
		cli_error("no region given: `vspan attach [OPTIONS] REGION...`");
		return EXIT_USAGE;
	}
	return -1;
}

int attach_options_default(struct attach_options *options, struct vspan_error *error)
{
	static char directory[PATH_MAX], control[PATH_MAX];
	struct daemon_options *daemon = &options->daemon;
	const bool own_state = daemon->state_directory == NULL && !options->no_state;
	const bool own_control = daemon->control == NULL && !options->no_control;

	if (options->no_state)
		daemon->state_directory = NULL;
	if (options->no_control)
		daemon->control = NULL;
	if (!places_directory(directory, error) || !places_control(control, error))
		return own_state || own_control ? -error->code : 0;
	if (own_state)
		daemon->state_directory = directory;
	if (own_control)
		daemon->control = control;
	if (own_control || own_state)
		return places_make(directory, error);
	return 0;
}
