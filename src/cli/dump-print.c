/* SPDX-License-Identifier: MIT */
/* dump-print.c - a dump for people: what dump.c found, in tables. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "dump.h"
#include "json-read.h"
#include "ledger-print.h"
#include "table.h"

#define COLUMNS(columns) (columns), sizeof(columns) / sizeof((columns)[0])
#define TEXT_SIZE 512

static void print_head(struct json_object *dump)
{
	struct json_object *guest = json_member(dump, "guest");
	struct vspan_ledger totals;

	printf("region:     %s, VM %" PRIu64 ", ABI %s, %" PRIu64 " bytes at byte %" PRIu64
	       " of %s\n",
		json_text(dump, "name"), json_number(dump, "vm"), json_text(dump, "abi"),
		json_number(dump, "size"), json_number(dump, "offset"), json_text(dump, "path"));
	printf("identity:   %s\n", json_text(dump, "identity"));
	if (guest != NULL)
		printf("guest:      \"%s\", ABI %s, call sites: %" PRIu64 ", refused: %" PRIu64
		       "\n",
			json_text(guest, "name"), json_text(guest, "abi"),
			json_number(guest, "sites"), json_number(guest, "sites_refused"));
	else
		puts("guest:      none has said hello");
	printf("consumer:   %s, heartbeat %" PRIu64 "\n",
		json_flag(dump, "draining") ? "attached" : "none attached",
		json_number(dump, "heartbeat"));
	ledger_from_json(json_member(dump, "totals"), &totals);
	ledger_print(stdout, &totals);
}

static const struct column ring_columns[] = {
	{"RING", true},
	{"STATE", false},
	{"MODE", false},
	{"EPOCH", true},
	{"SLOTS", true},
	{"PUBLISHED", true},
	{"CURSOR", true},
	{"RESERVED", true},
	{"FILL%", true},
	{"ATTEMPTED", true},
	{"DRAINED", true},
	{"READ", true},
	{"DISCARDED", true},
	{"TORN", true},
	{"INVALID", true},
	{"OPEN", true},
};

/* What others had drained, and what was read now, is one number in the account. */
static void ring_row(struct table *table, struct json_object *ring)
{
	const uint64_t drained = json_number(ring, "drained_records");
	struct vspan_ledger ledger;

	ledger_from_json(json_member(ring, "ledger"), &ledger);
	table_row(table);
	table_number(table, json_number(ring, "ring"));
	table_text(table, json_text(ring, "state"));
	table_text(table, json_text(ring, "mode"));
	table_number(table, json_number(ring, "epoch"));
	table_number(table, json_number(ring, "slots"));
	table_number(table, json_number(ring, "published"));
	table_number(table, json_number(ring, "cursor"));
	table_number(table, json_number(ring, "reserved"));
	table_number(table, json_number(ring, "fill_percent"));
	table_number(table, ledger.attempted);
	table_number(table, drained);
	table_number(table, ledger.emitted - drained);
	table_number(table, ledger.discarded_guest + ledger.discarded_host);
	table_number(table, ledger.torn);
	table_number(table, ledger.invalid);
	table_number(table, json_count(json_member(ring, "open")));
	if (ledger.violations != 0 || vspan_ledger_unexplained(&ledger) != 0)
		table_alarm(table);
}

static void print_rings(struct json_object *rings)
{
	struct table *table = table_new(COLUMNS(ring_columns));
	size_t i;

	for (i = 0; i < json_count(rings); i++)
		ring_row(table, json_object_array_get_idx(rings, i));
	puts("\nRings:");
	table_print(table);
}

static void print_violations(struct json_object *rings)
{
	size_t i;

	for (i = 0; i < json_count(rings); i++) {
		struct json_object *ring = json_object_array_get_idx(rings, i);
		struct json_object *broken = json_member(ring, "violations");

		json_object_object_foreach(broken, name, count)
			printf("Ring %" PRIu64 " broke rule `%s` %" PRIu64 " times\n",
				json_number(ring, "ring"), name, json_object_get_uint64(count));
	}
}

/* The members of `fields` as `name=value name=value`. */
static void fields_text(struct json_object *fields, char *text, size_t size)
{
	size_t used = strlen(text);

	if (fields == NULL)
		return;
	json_object_object_foreach(fields, name, value)
	{
		int length = snprintf(text + used, size - used, "%s%s=%s", used ? " " : "", name,
			json_object_to_json_string_ext(
				value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));

		if (length < 0 || (size_t)length >= size - used)
			return;
		used += (size_t)length;
	}
}

static const struct column site_columns[] = {
	{"SITE", true},
	{"NAME", false},
	{"KIND", false},
	{"ENABLED", false},
	{"FIELDS", false},
	{"WHERE", false},
};

static void site_row(struct table *table, struct json_object *site)
{
	struct json_object *types = json_member(site, "types");
	char name[256], fields[TEXT_SIZE] = "", where[160];
	size_t used = 0, i;

	snprintf(name, sizeof(name), "%s:%s", json_text(site, "provider"), json_text(site, "name"));
	snprintf(where, sizeof(where), "%s:%" PRIu64, json_text(site, "file"),
		json_number(site, "line"));
	for (i = 0; i < json_count(types) && used < sizeof(fields); i++)
		used += (size_t)snprintf(fields + used, sizeof(fields) - used, "%s%s",
			i ? ", " : "", json_object_get_string(json_object_array_get_idx(types, i)));
	table_row(table);
	table_number(table, json_number(site, "id"));
	table_text(table, json_flag(site, "valid") ? name : "(invalid description)");
	table_text(table, json_text(site, "kind"));
	table_text(table, json_flag(site, "enabled") ? "yes" : "no");
	table_text(table, fields);
	table_text(table, where);
	if (!json_flag(site, "valid"))
		table_alarm(table);
}

static void print_sites(struct json_object *sites)
{
	struct table *table;
	size_t i;

	if (json_count(sites) == 0)
		return;
	table = table_new(COLUMNS(site_columns));
	for (i = 0; i < json_count(sites); i++)
		site_row(table, json_object_array_get_idx(sites, i));
	puts("\nCall sites:");
	table_print(table);
}

static const struct column open_columns[] = {
	{"RING", true},
	{"SPAN", false},
	{"PARENT", false},
	{"TSC", true},
	{"NAME", false},
	{"FIELDS", false},
};

static void open_rows(struct table *table, struct json_object *ring)
{
	struct json_object *spans = json_member(ring, "open");
	size_t i;

	for (i = 0; i < json_count(spans); i++) {
		struct json_object *span = json_object_array_get_idx(spans, i);
		char text[TEXT_SIZE] = "";

		fields_text(json_member(span, "fields"), text, sizeof(text));
		table_row(table);
		table_number(table, json_number(ring, "ring"));
		table_text(table, json_text(span, "span"));
		table_text(table, json_text(span, "parent"));
		table_number(table, json_number(span, "tsc"));
		table_text(table, json_text(span, "name"));
		table_text(table, text);
	}
}

static const struct column record_columns[] = {
	{"RING", true},
	{"POSITION", true},
	{"TSC", true},
	{"KIND", false},
	{"DRAINED", false},
	{"NAME", false},
	{"CONTENT", false},
};

/* Members that have no column of their own. */
static void record_text(struct json_object *record, char *text, size_t size)
{
	static const char *const shown[] = {
		"position", "tsc", "kind", "drained", "name", "fields", "interrupt"};
	struct json_object *rest = json_object_new_object();

	json_object_object_foreach(record, name, value)
	{
		bool has_column = false;
		size_t i;

		for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
			has_column |= strcmp(shown[i], name) == 0;
		if (!has_column)
			json_object_object_add(rest, name, json_object_get(value));
	}
	fields_text(rest, text, size);
	fields_text(json_member(record, "fields"), text, size);
	json_object_put(rest);
}

static void record_rows(struct table *table, struct json_object *ring)
{
	struct json_object *records = json_member(ring, "records");
	size_t i;

	for (i = 0; i < json_count(records); i++) {
		struct json_object *record = json_object_array_get_idx(records, i);
		char text[TEXT_SIZE] = "";

		record_text(record, text, sizeof(text));
		table_row(table);
		table_number(table, json_number(ring, "ring"));
		table_number(table, json_number(record, "position"));
		table_number(table, json_number(record, "tsc"));
		table_text(table, json_text(record, "kind"));
		table_text(table, json_flag(record, "drained") ? "yes" : "no");
		table_text(table, json_text(record, "name"));
		table_text(table, text);
		if (json_member(record, "invalid") != NULL)
			table_alarm(table);
	}
}

/* One table of all rings, under a title, unless there is nothing in it. */
static void print_rows(const char *title, struct json_object *rings, const char *member,
	const struct column *columns, size_t column_count,
	void (*rows)(struct table *table, struct json_object *ring))
{
	struct table *table = table_new(columns, column_count);
	size_t i, count = 0;

	for (i = 0; i < json_count(rings); i++) {
		struct json_object *ring = json_object_array_get_idx(rings, i);

		count += json_count(json_member(ring, member));
		rows(table, ring);
	}
	if (count != 0)
		printf("\n%s\n", title);
	table_print(table);
}

void dump_print(struct json_object *dump, bool sites)
{
	struct json_object *rings = json_member(dump, "rings");

	print_head(dump);
	print_rings(rings);
	print_violations(rings);
	if (sites)
		print_sites(json_member(dump, "sites"));
	print_rows("Open spans:", rings, "open", COLUMNS(open_columns), open_rows);
	print_rows("Last records:", rings, "records", COLUMNS(record_columns), record_rows);
}
