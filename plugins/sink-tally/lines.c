/* SPDX-License-Identifier: MIT */
/* lines.c - see lines.h. */
#include "lines.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const sort_names[] = {"time", "self", "calls", "average", "min", "p50", "p95", "p99",
	"max", "errors", "name", NULL};

/* By the index of the name; COLUMNS: by name. */
static const enum tally_column sort_columns[] = {COLUMN_TIME, COLUMN_SELF, COLUMN_CALLS,
	COLUMN_AVERAGE, COLUMN_MIN, COLUMN_P50, COLUMN_P95, COLUMN_P99, COLUMN_MAX, COLUMN_ERRORS,
	COLUMNS};

static_assert(sizeof(sort_names) / sizeof(sort_names[0]) - 1 ==
		sizeof(sort_columns) / sizeof(sort_columns[0]),
	"a column for each name");

bool line_has(const struct line *line, enum tally_column column)
{
	const struct row *row = line->row;

	switch (column) {
	case COLUMN_TIME:
	case COLUMN_SELF:
		return !row || row->calls > 0;
	case COLUMN_SHARE:
		return line->values[COLUMN_SHARE] != UINT64_MAX && (!row || row->calls > 0);
	case COLUMN_AVERAGE:
	case COLUMN_MIN:
	case COLUMN_P50:
	case COLUMN_P95:
	case COLUMN_P99:
	case COLUMN_MAX:
		return row && row->calls > 0;
	default:
		return true;
	}
}

/* The middle of a bucket may lie outside of what there was. */
static uint64_t quantile(const struct row *row, unsigned int percent)
{
	uint64_t value = histogram_quantile(&row->durations, percent);

	return value < row->min ? row->min : value > row->max ? row->max : value;
}

/* UINT64_MAX: of nothing. Rounded; floating point, for the product may not fit. */
static uint64_t share(uint64_t time, uint64_t all)
{
	return all ? (uint64_t)((double)time * 1000 / (double)all + 0.5) : UINT64_MAX;
}

static void line_make(struct line *line, const struct row *row, uint64_t root_time)
{
	uint64_t *values = line->values;

	*line = (struct line){.row = row};
	values[COLUMN_TIME] = row->time;
	values[COLUMN_SHARE] = share(row->time, root_time);
	values[COLUMN_SELF] = row->self;
	values[COLUMN_CALLS] = row->calls;
	values[COLUMN_ERRORS] = row->errors;
	values[COLUMN_UNKNOWN] = row->unknown;
	if (row->calls == 0)
		return;
	values[COLUMN_AVERAGE] = row->sum / row->calls + (row->sum % row->calls * 2 >= row->calls);
	values[COLUMN_MIN] = row->min;
	values[COLUMN_P50] = quantile(row, 50);
	values[COLUMN_P95] = quantile(row, 95);
	values[COLUMN_P99] = quantile(row, 99);
	values[COLUMN_MAX] = row->max;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Largest first, then by name, VM and vCPU; what was not told apart is last. */
static int line_compare(const void *left, const void *right, void *data)
{
	const struct line *a = left, *b = right;
	const struct tally *tally = data;
	enum tally_column column = sort_columns[tally->sort];
	int order = (a->row == tally->rows.others) - (b->row == tally->rows.others);

	if (order == 0 && column != COLUMNS)
		order = compare_numbers(b->values[column], a->values[column]);
	if (order == 0 && a->row->name && b->row->name)
		order = strcmp(a->row->name, b->row->name);
	if (order == 0 && a->row->vm && b->row->vm)
		order = compare_numbers(a->row->vm->number, b->row->vm->number);
	if (order == 0 && a->row->vcpu && b->row->vcpu)
		order = compare_numbers(a->row->vcpu->number, b->row->vcpu->number);
	return order;
}

static void lines_total(struct lines *lines, uint64_t root_time)
{
	static const enum tally_column sums[] = {
		COLUMN_SELF, COLUMN_CALLS, COLUMN_ERRORS, COLUMN_UNKNOWN};
	struct line *total = &lines->total;

	for (size_t i = 0; i < lines->count; i++) {
		for (size_t s = 0; s < sizeof(sums) / sizeof(sums[0]); s++)
			total->values[sums[s]] = add_saturating(
				total->values[sums[s]], lines->lines[i].values[sums[s]]);
	}
	total->values[COLUMN_TIME] = root_time;
	total->values[COLUMN_SHARE] = share(root_time, root_time);
}

int lines_make(struct lines *lines, const struct tally *tally)
{
	struct row **rows;

	*lines = (struct lines){0};
	rows = rows_list(&tally->rows, &lines->count);
	if (!rows)
		return -ENOMEM;
	lines->lines = calloc(lines->count + 1, sizeof(*lines->lines));
	if (!lines->lines) {
		free(rows);
		return -ENOMEM;
	}
	for (size_t i = 0; i < lines->count; i++)
		line_make(&lines->lines[i], rows[i], tally->root_time);
	free(rows);
	qsort_r(lines->lines, lines->count, sizeof(*lines->lines), line_compare, (void *)tally);
	lines_total(lines, tally->root_time);
	return 0;
}

void lines_clear(struct lines *lines)
{
	free(lines->lines);
	*lines = (struct lines){0};
}
