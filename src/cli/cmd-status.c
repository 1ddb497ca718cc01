/* SPDX-License-Identifier: MIT */
/* cmd-status.c - `vspan status`: what a running daemon drains, ring by ring. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include "cli.h"
#include "client.h"
#include "json-read.h"
#include "ledger-print.h"
#include "table.h"

static void help(void)
{
	printf("Usage: vspan status [--control=PATH] [--format=text|json]\n\n"
	       "Asks a running `vspan attach` for its regions and rings: how full they are, and "
	       "what\n"
	       "became of their records. Unexplained is what the account lacks: 0 for every "
	       "honest\n"
	       "guest.\n\n"
	       "      --control=PATH     the daemon's control socket (default /run/vspan/control,\n"
	       "                         or the same in $XDG_RUNTIME_DIR for users other than "
	       "root)\n"
	       "      --format=FORMAT    text or json (default text)\n"
	       "  -h, --help             this text\n\n"
	       "Exit status: 0, or 1 if no daemon answers; 2 for a wrong command line.\n");
}

static const struct column columns[] = {
	{"VM", true},
	{"NAME", false},
	{"GUEST", false},
	{"RING", true},
	{"STATE", false},
	{"MODE", false},
	{"FILL%", true},
	{"ATTEMPTED", true},
	{"EMITTED", true},
	{"DISCARDED", true},
	{"TORN", true},
	{"INVALID", true},
	{"IN-RING", true},
	{"OPEN", true},
	{"CLOCK", true},
	{"UNEXPLAINED", true},
};

static void add_ledger(struct table *table, const struct vspan_ledger *ledger)
{
	table_number(table, ledger->attempted);
	table_number(table, ledger->emitted);
	table_number(table, ledger->discarded_guest + ledger->discarded_host);
	table_number(table, ledger->torn);
	table_number(table, ledger->invalid);
	table_number(table, ledger->in_ring);
}

static void add_unexplained(struct table *table, const struct vspan_ledger *ledger)
{
	const int64_t unexplained = vspan_ledger_unexplained(ledger);
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, unexplained);
	table_text(table, text);
	if (unexplained != 0)
		table_alarm(table);
}

/* The bound on its error, rounded up. */
static void add_clock(struct table *table, uint64_t error_ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	size_t unit = 0;
	char text[32];

	for (; error_ns >= 10000 && unit < 3; unit++)
		error_ns = error_ns / 1000 + 1;
	snprintf(text, sizeof(text), "%" PRIu64 "%s", error_ns, units[unit]);
	table_text(table, error_ns >= 10000 ? "?" : text);
}

static void add_ring(struct table *table, struct json_object *region, struct json_object *ring)
{
	struct vspan_ledger ledger;

	table_row(table);
	table_number(table, json_number(region, "vm"));
	table_text(table, json_text(region, "name"));
	table_text(table, json_flag(region, "hello") ? json_text(region, "guest") : "-");
	table_number(table, json_number(ring, "ring"));
	table_text(table, json_text(ring, "state"));
	table_text(table, json_text(ring, "mode"));
	table_number(table, json_number(ring, "fill_percent"));
	ledger_from_json(json_member(ring, "ledger"), &ledger);
	add_ledger(table, &ledger);
	table_number(table, json_number(ring, "open_spans"));
	add_clock(table, json_number(region, "clock_error_ns"));
	add_unexplained(table, &ledger);
}

/* Regions detached in the daemon's life are in it. */
static void add_total(struct table *table, struct json_object *answer)
{
	struct vspan_ledger ledger;
	int i;

	ledger_from_json(json_member(answer, "totals"), &ledger);
	table_row(table);
	table_text(table, "total");
	for (i = 0; i < 6; i++)
		table_text(table, "");
	add_ledger(table, &ledger);
	table_text(table, "");
	table_text(table, "");
	add_unexplained(table, &ledger);
}

static void print(struct json_object *answer)
{
	struct json_object *regions = json_member(answer, "regions");
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	struct json_object *region, *rings;
	size_t i, j;

	printf("vspan %s, process %" PRIu64 ", regions: %zu, session daemon: %s\n",
		json_text(answer, "version"), json_number(answer, "pid"), json_count(regions),
		json_text(answer, "session_daemon"));
	for (i = 0; i < json_count(regions); i++) {
		region = json_object_array_get_idx(regions, i);
		rings = json_member(region, "rings");
		for (j = 0; j < json_count(rings); j++)
			add_ring(table, region, json_object_array_get_idx(rings, j));
	}
	add_total(table, answer);
	table_print(table);
}

int cmd_status(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"control", required_argument, NULL, 'C'},
		{"format", required_argument, NULL, 'F'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct asking asking = {0};
	struct vspan_error error = {0};
	struct json_object *answer;
	int ret = asking_read(&asking, argc, argv, long_options, help);

	if (ret >= 0)
		return ret;
	if (optind < argc) {
		cli_error("`%s`: vspan status takes no arguments: see `vspan status --help`",
			argv[optind]);
		return EXIT_USAGE;
	}
	answer = client_call(asking.control, client_request("status"), -1, &error);
	if (answer == NULL) {
		cli_error("%s", error.text);
		return EXIT_FAILED;
	}
	if (asking.json)
		json_print(answer);
	else
		print(answer);
	json_object_put(answer);
	return EXIT_OK;
}
