/* SPDX-License-Identifier: MIT */
/*
 * json.c - see json.h. Durations are integers, in ns; what a row does not have
 * is left out.
 */
#include "json.h"

#include "model/account.h"
#include "model/text.h"

#include <errno.h>
#include <string.h>

static const char *const names[COLUMNS] = {"time", "time_percent", "self", "calls", "average",
	"min", "p50", "p95", "p99", "max", "errors", "unknown"};

/* The name of a member, behind others if there are any. */
static void put_name(struct text *text, const char *name)
{
	if (text->data[text->length - 1] != '{')
		text_append(text, ",", 1);
	text_print(text, "\"%s\":", name);
}

static void put_number(struct text *text, const char *name, uint64_t value)
{
	put_name(text, name);
	text_append_unsigned(text, value);
}

/* Of an empty text or behind an array's bracket or comma. */
static void put_line(struct text *text, const struct line *line)
{
	const struct row *row = line->row;

	text_append(text, "{", 1);
	if (row && row->name) {
		put_name(text, "name");
		text_append_json(text, row->name, strlen(row->name));
	}
	if (row && row->vm)
		put_number(text, "vm", row->vm->number);
	if (row && row->vcpu)
		put_number(text, "vcpu", row->vcpu->number);
	for (unsigned int c = 0; c < COLUMNS; c++) {
		if (!line_has(line, c))
			continue;
		put_number(text, names[c], line->values[c] / (c == COLUMN_SHARE ? 10 : 1));
		if (c == COLUMN_SHARE)
			text_print(text, ".%u", (unsigned int)(line->values[c] % 10));
	}
	text_append(text, "}", 1);
}

static void put_rows(struct text *text, const struct lines *lines, size_t shown)
{
	put_name(text, "rows");
	text_append(text, "[", 1);
	for (size_t i = 0; i < shown; i++) {
		if (i)
			text_append(text, ",", 1);
		put_line(text, &lines->lines[i]);
	}
	text_append(text, "]", 1);
}

static void put_trace(struct text *text, const struct forest *forest)
{
	put_name(text, "vms");
	text_append(text, "[", 1);
	for (size_t i = 0; i < forest->vm_count; i++) {
		if (i)
			text_append(text, ",", 1);
		account_vm_json(text, forest->vms[i]);
	}
	text_append(text, "]", 1);
	put_name(text, "trace");
	account_trace_json(text, forest);
}

int json_write(const struct tally *tally, const struct lines *lines)
{
	const char *by = tally->by ? tally->by : "name";
	size_t shown = tally->limit && tally->limit < lines->count ? tally->limit : lines->count;
	struct text text = {0};
	bool failed;

	text_append(&text, "{", 1);
	if (text.failed)
		return -ENOMEM;
	put_name(&text, "by");
	text_append_json(&text, by, strlen(by));
	put_rows(&text, lines, shown);
	put_number(&text, "rows_hidden", lines->count - shown);
	put_name(&text, "total");
	put_line(&text, &lines->total);
	put_name(&text, "quantile_error");
	text_print(&text, "%.6f", 1.0 / HISTOGRAM_ERROR);
	put_trace(&text, &tally->sink.forest);
	text_append(&text, "}\n", 2);
	failed = text.failed;
	if (!failed)
		fwrite(text.data, 1, text.length, tally->sink.stream);
	text_clear(&text);
	return failed ? -ENOMEM : 0;
}
