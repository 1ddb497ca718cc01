/* SPDX-License-Identifier: MIT */
/*
 * line.c - see line.h. Columns are fixed, so that times and durations can be
 * read downwards; a name too long for its column only moves its own line.
 */
#include "line.h"

#include "model/forest.h"
#include "model/units.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

#define VCPU_COLUMNS 6
#define TIME_COLUMNS 18 /* of "14:03:05.123456789" */
#define NAME_COLUMNS 32
#define DURATION_COLUMNS 9
/* Deeper spans are shown at this indentation: a guest must not choose the width. */
#define INDENT_DEPTH_MAX 40

#define PAINT_DIM "2"
#define PAINT_RED "31"
#define PAINT_YELLOW "33"
#define PAINT_BOLD "1"

struct line {
	struct text *text;
	bool color;
};

static void line_put(const struct line *line, const char *string)
{
	text_append(line->text, string, strlen(string));
}

/* `paint` may be NULL: as it is. */
static void line_paint(const struct line *line, const char *paint, const char *string)
{
	if (line->color && paint && *string)
		text_print(line->text, "\033[%sm%s\033[0m", paint, string);
	else
		line_put(line, string);
}

static void line_time(
	const struct line *line, const struct node *node, uint64_t depth, int64_t origin)
{
	char column[1 + UNITS_TEXT];
	bool before = node->start < origin;
	size_t length;

	if (depth == 0) {
		length = units_time_of_day(column, node->start);
	} else {
		column[0] = before ? '-' : '+';
		length = 1 +
			units_duration(column + 1,
				before ? (uint64_t)origin - (uint64_t)node->start
				       : (uint64_t)node->start - (uint64_t)origin);
	}
	text_append_spaces(line->text, length < TIME_COLUMNS ? TIME_COLUMNS - length : 0);
	line_paint(line, PAINT_DIM, column);
	text_append(line->text, "  ", 2);
}

/* Roots say whose they are; below, only what differs is said, as a mark. */
static void line_vcpu(const struct line *line, const struct node *node, uint64_t depth)
{
	char column[16];
	size_t length;

	if (depth > 0) {
		text_append_spaces(line->text, VCPU_COLUMNS + 2);
		return;
	}
	length = (size_t)snprintf(column, sizeof(column), "%" PRIu32, node->vcpu->number);
	text_append_spaces(line->text, length < VCPU_COLUMNS ? VCPU_COLUMNS - length : 0);
	line_paint(line, PAINT_DIM, column);
	text_append(line->text, "  ", 2);
}

static const char *loss_reason(uint32_t reason)
{
	switch (reason) {
	case VSPAN_TRACE_LOST_FULL:
		return "ring full";
	case VSPAN_TRACE_LOST_TORN:
		return "writer died";
	case VSPAN_TRACE_LOST_OVERWRITTEN:
		return "overwritten";
	case VSPAN_TRACE_LOST_INVALID:
		return "failed validation";
	case VSPAN_TRACE_LOST_RESUMED:
		return "consumer replaced";
	default:
		return "unknown reason";
	}
}

static void line_loss(const struct line *line, const struct node *node)
{
	char span[UNITS_TEXT], over[UNITS_TEXT + 8] = "", count[32] = "", string[128];

	if (node->duration) {
		units_duration(span, node->duration);
		snprintf(over, sizeof(over), " over %s", span);
	}
	/* 0 stands for a number the host could not tell at the time. */
	if (node->count)
		snprintf(count, sizeof(count), "%" PRIu64 " ", node->count);
	snprintf(string, sizeof(string), "-- %srecord%s lost here (%s)%s --", count,
		node->count == 1 ? "" : "s", loss_reason(node->reason), over);
	line_paint(line, PAINT_RED, string);
}

static void line_name(
	const struct line *line, const struct node *node, uint64_t depth, uint64_t indent)
{
	size_t columns = indent + text_columns(node->label);

	if (node->type == NODE_EVENT) {
		text_append(line->text, ". ", 2);
		columns += 2;
	}
	line_paint(line, depth || node->type == NODE_EVENT ? NULL : PAINT_BOLD, node->label);
	text_append_spaces(line->text, columns < NAME_COLUMNS ? NAME_COLUMNS - columns : 0);
}

static void line_duration(const struct line *line, const struct node *node)
{
	char duration[UNITS_TEXT] = "";
	size_t length = 0;

	/* An end or a begin without a trace of when: rather nothing than a zero. */
	if (node->type == NODE_SPAN &&
		(node->source < SOURCE_EDGES ||
			(node->duration == 0 && (node->flags & VSPAN_TRACE_FLAG_END_LOST))))
		length = (size_t)snprintf(duration, sizeof(duration), "? ns");
	else if (node->type == NODE_SPAN)
		length = units_duration(duration, node->duration);
	text_append_spaces(
		line->text, 2 + (length < DURATION_COLUMNS ? DURATION_COLUMNS - length : 0));
	text_append(line->text, duration, length);
	text_append(line->text, " ", 1);
}

/* OpenTelemetry's kinds; nobody wants to read "internal" on most lines. */
static void line_kind(const struct line *line, const struct node *node)
{
	static const char *const kinds[] = {
		NULL, " [server]", " [client]", " [producer]", " [consumer]"};
	char mark[32];

	if (node->kind == 0)
		return;
	if (node->kind < sizeof(kinds) / sizeof(kinds[0])) {
		line_paint(line, PAINT_YELLOW, kinds[node->kind]);
		return;
	}
	snprintf(mark, sizeof(mark), " [kind %u]", node->kind);
	line_paint(line, PAINT_YELLOW, mark);
}

static void line_flags(const struct line *line, const struct node *node)
{
	static const struct {
		uint32_t flag;
		const char *mark;
	} marks[] = {
		{VSPAN_TRACE_FLAG_ABORTED, " [aborted]"},
		{VSPAN_TRACE_FLAG_END_LOST, " [end lost]"},
		{VSPAN_TRACE_FLAG_EVICTED, " [evicted]"},
		{VSPAN_TRACE_FLAG_INTERRUPT, " [irq]"},
		{VSPAN_TRACE_FLAG_DETACHED, " [detached]"},
		{VSPAN_TRACE_FLAG_CLAMPED, " [clamped]"},
		{VSPAN_TRACE_FLAG_CUT, " [cut]"},
	};

	if (node->type == NODE_SPAN && node->source == SOURCE_ENTRY)
		line_paint(line, PAINT_YELLOW, " [unfinished]");
	else if (node->type == NODE_SPAN && node->source == SOURCE_EXIT)
		line_paint(line, PAINT_YELLOW, " [begin unknown]");
	if (!node->flags)
		return;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (node->flags & marks[i].flag)
			line_paint(line, PAINT_YELLOW, marks[i].mark);
	}
}

/* How the node stands to its parent, where that is not what one expects. */
static void line_parent(const struct line *line, const struct node *node)
{
	const char *relation = node->type == NODE_SPAN ? "parent" : "span";
	const struct vcpu *vcpu = node->vcpu;
	char mark[64] = "";

	if (node->parent && node->parent->vcpu->vm != vcpu->vm)
		snprintf(mark, sizeof(mark), " [VM %" PRIu32 " vCPU %" PRIu32 "]", vcpu->vm->number,
			vcpu->number);
	else if (node->parent && node->parent->vcpu != vcpu)
		snprintf(mark, sizeof(mark), " [vCPU %" PRIu32 "]", vcpu->number);
	line_paint(line, PAINT_YELLOW, mark);
	if (node->parent_unknown) {
		snprintf(mark, sizeof(mark), " [%s 0x%" PRIx64 " %s]", relation, node->parent_id,
			node->flags & VSPAN_TRACE_FLAG_REMOTE ? "remote" : "unknown");
		line_paint(line, PAINT_YELLOW, mark);
	}
	if (node->parent_loop)
		line_paint(line, PAINT_YELLOW, " [parent is a descendant]");
}

/* What is shown apart from the tree it belongs to, because that is open too long. */
static void line_parts(const struct line *line, const struct node *node)
{
	char mark[64];

	if (node->part) {
		line_paint(line, PAINT_YELLOW, " [in ");
		line_paint(line, PAINT_YELLOW, node->parent->label);
		snprintf(mark, sizeof(mark), " 0x%" PRIx64 ", still open]", node->parent->id);
		line_paint(line, PAINT_YELLOW, mark);
	}
	if (node->parts) {
		snprintf(mark, sizeof(mark), " [%" PRIu64 " below it shown before]", node->parts);
		line_paint(line, PAINT_YELLOW, mark);
	}
}

static void line_marks(const struct line *line, const struct node *node)
{
	line_kind(line, node);
	line_flags(line, node);
	line_parent(line, node);
	line_parts(line, node);
}

static void line_status(const struct line *line, const struct node *node)
{
	if (node->status == VSPAN_ABI_STATUS_OK)
		line_put(line, " status=ok");
	else if (node->status == VSPAN_ABI_STATUS_ERROR)
		line_paint(line, PAINT_RED, " status=error");
	else if (node->status != VSPAN_ABI_STATUS_UNSET)
		text_print(line->text, " status=%u", node->status);
	if (node->message) {
		text_append(line->text, " ", 1);
		text_append_quoted(line->text, node->message->text, strlen(node->message->text));
	}
	for (const struct note *link = node->links; link; link = link->next) {
		line_put(line, " link=");
		text_append_hex(line->text, link->linked);
	}
}

static uint64_t line_begin(
	const struct line *line, const struct node *node, uint64_t depth, int64_t origin)
{
	uint64_t indent = 2 * (depth < INDENT_DEPTH_MAX ? depth : INDENT_DEPTH_MAX);

	assert(depth == 0 || node->parent);
	line_vcpu(line, node, depth);
	line_time(line, node, depth, origin);
	text_append_spaces(line->text, indent);
	return indent;
}

static void line_end(const struct line *line)
{
	struct text *text = line->text;

	while (text->length > 0 && text->data[text->length - 1] == ' ')
		text->length--;
	text_append(text, "\n", 1);
}

void line_append(
	struct text *text, const struct node *node, uint64_t depth, int64_t origin, bool color)
{
	const struct line line = {.text = text, .color = color};
	uint64_t indent = line_begin(&line, node, depth, origin);

	if (node->type == NODE_LOST) {
		line_loss(&line, node);
		line_marks(&line, node);
	} else {
		line_name(&line, node, depth, indent);
		line_duration(&line, node);
		line_marks(&line, node);
		text_append(text, " ", 1);
		values_text(text, &node->values);
		if (text->length > 0 && text->data[text->length - 1] == ' ')
			text->length--;
		line_status(&line, node);
	}
	line_end(&line);
}

void line_append_run(struct text *text, const struct node *node, const struct run *run,
	uint64_t depth, int64_t origin, bool color)
{
	const struct line line = {.text = text, .color = color};
	uint64_t indent = line_begin(&line, node, depth, origin);
	char total[UNITS_TEXT], average[UNITS_TEXT], longest[UNITS_TEXT];
	size_t length;

	line_name(&line, node, depth, indent);
	if (node->type == NODE_SPAN) {
		units_duration(total, run->total);
		units_duration(average, run->total / run->count);
		units_duration(longest, run->longest);
		length = strlen(total);
		text_append_spaces(
			text, 2 + (length < DURATION_COLUMNS ? DURATION_COLUMNS - length : 0));
		text_print(text, "%s  %" PRIu64 " times, %s on average, %s at most", total,
			run->count, average, longest);
	} else {
		text_append_spaces(text, 2 + DURATION_COLUMNS);
		text_print(text, "  %" PRIu64 " times", run->count);
	}
	line_end(&line);
}
