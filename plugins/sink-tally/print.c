/* SPDX-License-Identifier: MIT */
/*
 * print.c - see print.h. The table is put together in memory and written at
 * once, so that a screen that is refreshed does not flicker.
 */
#include "print.h"

#include "model/units.h"
#include "notes.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PAINT_BOLD "1"
#define PAINT_RED "31"
#define PAINT_YELLOW "33"

#define SCREEN_BEGIN "\033[?7l\033[H" /* lines are cut, not folded; to the top */
#define SCREEN_LINE "\033[K\n"        /* nothing old right of it */
#define SCREEN_END "\033[J\033[?7h"   /* nor below */
#define SCREEN_CLEAR "\033[H\033[2J"
/* Lines of the screen besides rows and notes: header, total, how many more, the cursor's. */
#define SCREEN_OTHERS 4

enum lead { LEAD_VM, LEAD_VCPU, LEAD_NAME, LEADS };

static const char *const lead_heads[LEADS] = {"VM", "vCPU", "Name"};

static const char *const heads[COLUMNS] = {"Time", "Time(%)", "Self", "Calls", "Average", "Min",
	"p50", "p95", "p99", "Max", "Errors", "Unknown"};

struct table {
	const struct tally *tally;
	const struct lines *lines;
	struct text text;
	struct text cell; /* reused */
	bool leads[LEADS];
	bool columns[COLUMNS];
	size_t lead_widths[LEADS];
	size_t widths[COLUMNS];
};

/* `paint` NULL: as it is. Padded to `width` columns, on the left if `right`. */
static void put(
	struct table *table, const char *paint, const char *string, size_t width, bool right)
{
	size_t columns = text_columns(string);
	int padding = columns < width ? (int)(width - columns) : 0;
	bool painted = paint && table->tally->colored && *string;

	if (right)
		text_print(&table->text, "%*s", padding, "");
	if (painted)
		text_print(&table->text, "\033[%sm%s\033[0m", paint, string);
	else
		text_print(&table->text, "%s", string);
	if (!right)
		text_print(&table->text, "%*s", padding, "");
}

/* Of the totals, and of what was not told apart, the first column holds the name. */
static const char *lead_text(struct table *table, const struct line *line, enum lead lead)
{
	const struct row *row = line->row;
	bool first = true;

	table->cell.length = 0;
	for (unsigned int l = 0; l < lead; l++)
		first = first && !table->leads[l];
	if (!row)
		return first ? "total" : "";
	if (row == table->tally->rows.others)
		return first ? row->name : "";
	if (lead == LEAD_NAME)
		return row->name;
	if (lead == LEAD_VM)
		vm_append(&table->cell, row->vm);
	else
		text_print(&table->cell, "%" PRIu32, row->vcpu->number);
	return table->cell.data && !table->cell.failed ? table->cell.data : "";
}

static void number_text(char text[UNITS_TEXT], const struct line *line, enum tally_column column)
{
	uint64_t value = line->values[column];

	if (!line_has(line, column))
		snprintf(text, UNITS_TEXT, "%s", line->row ? "-" : "");
	else if (column == COLUMN_SHARE)
		snprintf(text, UNITS_TEXT, "%" PRIu64 ".%" PRIu64, value / 10, value % 10);
	else if (column == COLUMN_CALLS || column == COLUMN_ERRORS || column == COLUMN_UNKNOWN)
		snprintf(text, UNITS_TEXT, "%" PRIu64, value);
	else
		units_duration(text, value);
}

static void widen(size_t *width, size_t columns)
{
	if (columns > *width)
		*width = columns;
}

static void measure_line(struct table *table, const struct line *line)
{
	char number[UNITS_TEXT];

	for (unsigned int l = 0; l < LEADS; l++) {
		if (table->leads[l])
			widen(&table->lead_widths[l], text_columns(lead_text(table, line, l)));
	}
	for (unsigned int c = 0; c < COLUMNS; c++) {
		number_text(number, line, c);
		widen(&table->widths[c], strlen(number));
	}
}

static void measure(struct table *table, size_t rows)
{
	unsigned int by = table->tally->rows.by;

	table->leads[LEAD_VM] = by & (BY_VM | BY_VCPU);
	table->leads[LEAD_VCPU] = by & BY_VCPU;
	table->leads[LEAD_NAME] = by & (BY_NAME | BY_PROVIDER);
	for (unsigned int l = 0; l < LEADS; l++)
		table->lead_widths[l] = strlen(lead_heads[l]);
	for (unsigned int c = 0; c < COLUMNS; c++) {
		table->columns[c] =
			c != COLUMN_UNKNOWN || table->lines->total.values[COLUMN_UNKNOWN] > 0;
		table->widths[c] = strlen(heads[c]);
	}
	for (size_t i = 0; i < rows; i++)
		measure_line(table, &table->lines->lines[i]);
	measure_line(table, &table->lines->total);
}

static void put_head(struct table *table)
{
	for (unsigned int l = 0; l < LEADS; l++) {
		if (!table->leads[l])
			continue;
		put(table, PAINT_BOLD, lead_heads[l], table->lead_widths[l], l == LEAD_VCPU);
		text_append(&table->text, "  ", 2);
	}
	for (unsigned int c = 0; c < COLUMNS; c++) {
		if (!table->columns[c])
			continue;
		put(table, PAINT_BOLD, heads[c], table->widths[c], true);
		text_append(&table->text, "  ", 2);
	}
	table->text.length -= 2;
	text_append(&table->text, "\n", 1);
}

static const char *number_paint(const struct line *line, enum tally_column column)
{
	if (column == COLUMN_ERRORS && line->values[column])
		return PAINT_RED;
	if (column == COLUMN_UNKNOWN && line->values[column])
		return PAINT_YELLOW;
	return line->row ? NULL : PAINT_BOLD;
}

static void put_line(struct table *table, const struct line *line)
{
	const char *paint = line->row ? NULL : PAINT_BOLD;
	char number[UNITS_TEXT];

	for (unsigned int l = 0; l < LEADS; l++) {
		if (!table->leads[l])
			continue;
		put(table, paint, lead_text(table, line, l), table->lead_widths[l], l == LEAD_VCPU);
		text_append(&table->text, "  ", 2);
	}
	for (unsigned int c = 0; c < COLUMNS; c++) {
		if (!table->columns[c])
			continue;
		number_text(number, line, c);
		put(table, number_paint(line, c), number, table->widths[c], true);
		text_append(&table->text, "  ", 2);
	}
	table->text.length -= 2;
	text_append(&table->text, "\n", 1);
}

static uint64_t count_lines(const struct text *text)
{
	uint64_t count = 0;

	for (size_t i = 0; i < text->length; i++)
		count += text->data[i] == '\n';
	return count;
}

/* How many rows are shown: as many as asked for, and as the screen has room for. */
static size_t rows_shown(
	const struct tally *tally, const struct lines *lines, uint64_t notes, bool last)
{
	struct winsize size;
	uint64_t rows = tally->limit && tally->limit < lines->count ? tally->limit : lines->count;
	uint64_t others = notes + SCREEN_OTHERS;

	if (tally->screen && !last && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
		size.ws_row > others && rows > size.ws_row - others)
		rows = size.ws_row - others;
	return (size_t)rows;
}

static void put_table(struct table *table, size_t rows)
{
	size_t hidden = table->lines->count - rows;

	measure(table, rows);
	put_head(table);
	for (size_t i = 0; i < rows; i++)
		put_line(table, &table->lines->lines[i]);
	if (hidden)
		text_print(&table->text, "... %zu more row%s\n", hidden, hidden == 1 ? "" : "s");
	put_line(table, &table->lines->total);
}

/* Over what was there before, without clearing it first. */
static void write_screen(const struct tally *tally, const struct text *text)
{
	const char *at = text->data;
	FILE *stream = tally->sink.stream;

	fputs(tally->shown ? SCREEN_BEGIN : SCREEN_CLEAR SCREEN_BEGIN, stream);
	for (const char *end; (end = strchr(at, '\n')); at = end + 1) {
		fwrite(at, 1, (size_t)(end - at), stream);
		fputs(SCREEN_LINE, stream);
	}
	fputs(SCREEN_END, stream);
}

static void write_text(const struct tally *tally, const struct text *text, bool last)
{
	FILE *stream = tally->sink.stream;

	if (tally->screen && !last) {
		write_screen(tally, text);
		return;
	}
	if (tally->screen && tally->shown)
		fputs(SCREEN_CLEAR, stream);
	else if (tally->shown)
		fputc('\n', stream);
	fwrite(text->data, 1, text->length, stream);
}

int print_write(struct tally *tally, const struct lines *lines, bool last)
{
	struct table table = {.tally = tally, .lines = lines};
	struct text notes = {0};
	bool failed;

	notes_append(&notes, &tally->sink.forest);
	if (tally->sink.forest.vm_count > 0)
		put_table(&table, rows_shown(tally, lines, count_lines(&notes), last));
	text_append(&table.text, notes.data ? notes.data : "", notes.length);
	failed = table.text.failed || table.cell.failed || notes.failed;
	if (!failed)
		write_text(tally, &table.text, last);
	text_clear(&table.text);
	text_clear(&table.cell);
	text_clear(&notes);
	return failed ? -ENOMEM : 0;
}
