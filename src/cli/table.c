/* SPDX-License-Identifier: MIT */
/* table.c - see table.h. */
#include "table.h"

#include <inttypes.h>
#include <libsmartcols.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include "cli.h"
#include "log.h"

struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t next;
};

static void *have(void *memory)
{
	if (memory == NULL) {
		cli_error("out of memory for a table");
		exit(EXIT_FAILED);
	}
	return memory;
}

struct table *table_new(const struct column *columns, size_t count)
{
	struct table *table = have(calloc(1, sizeof(*table)));
	size_t i;

	/* Widths of names that are not ASCII. */
	setlocale(LC_CTYPE, "");
	table->scols = have(scols_new_table());
	scols_table_enable_colors(table->scols, log_colours(stdout));
	for (i = 0; i < count; i++)
		have(scols_table_new_column(
			table->scols, columns[i].name, 0, columns[i].number ? SCOLS_FL_RIGHT : 0));
	return table;
}

void table_row(struct table *table)
{
	table->line = have(scols_table_new_line(table->scols, NULL));
	table->next = 0;
}

void table_text(struct table *table, const char *text)
{
	scols_line_set_data(table->line, table->next++, text);
}

void table_number(struct table *table, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	table_text(table, text);
}

void table_alarm(struct table *table)
{
	scols_line_set_color(table->line, "red");
}

void table_print(struct table *table)
{
	scols_print_table(table->scols);
	scols_unref_table(table->scols);
	free(table);
}
