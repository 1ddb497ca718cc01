/* SPDX-License-Identifier: MIT */
/*
 * html.c - the component class sink.vspan.html: the page's head, the trees as
 * they come, and at the end the summary and the page's script.
 */
#include "html.h"

#include "model/sink.h"
#include "page.h"
#include "records.h"
#include "summary.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

const char html_help[] =
	"Writes one page of HTML that shows the trace in a browser, without a network: a\n"
	"timeline, a flame graph, a table of names, totals and losses, and a search.\n"
	"\n"
	"Parameters:\n"
	"  fields=yes|no   put the spans' fields on the page [yes]\n"
	"  max-spans=N     spans on the page; later ones are counted only [2000000]\n" SINK_HELP;

#define SPANS_DEFAULT 2000000

struct html {
	struct sink sink;
	struct records *records;
	bool begun; /* the page's head is written */
	bool fields;
	uint64_t max_spans;
};

static const struct param html_params[] = {
	{"fields", PARAM_BOOL, offsetof(struct html, fields), NULL},
	{"max-spans", PARAM_COUNT, offsetof(struct html, max_spans), NULL},
};

static void html_defaults(struct sink *sink)
{
	struct html *html = (struct html *)sink;

	html->fields = true;
	html->max_spans = SPANS_DEFAULT;
}

static int html_begin(struct sink *sink, bt_self_component *component)
{
	struct html *html = (struct html *)sink;

	(void)component;
	html->records = malloc(sizeof(*html->records));
	if (!html->records)
		return -ENOMEM;
	records_init(html->records, sink->stream, html->fields, html->max_spans);
	return 0;
}

static void html_head(struct html *html)
{
	if (!html->begun)
		fwrite(page_head, 1, page_head_length, html->sink.stream);
	html->begun = true;
}

static int html_tree(struct sink *sink, struct node *root)
{
	struct html *html = (struct html *)sink;

	html_head(html);
	return records_tree(html->records, root);
}

static int html_end(struct sink *sink)
{
	struct html *html = (struct html *)sink;
	int status;

	html_head(html);
	chunk_flush(&html->records->chunk);
	status = summary_write(&sink->forest, html->records, sink->interrupted, sink->stream);
	fwrite(page_tail, 1, page_tail_length, sink->stream);
	return status;
}

static void html_free(struct sink *sink)
{
	struct html *html = (struct html *)sink;

	if (html->records)
		records_clear(html->records);
	free(html->records);
}

static const struct sink_class html_class = {
	.name = "sink.vspan.html",
	.size = sizeof(struct html),
	.params = html_params,
	.param_count = sizeof(html_params) / sizeof(html_params[0]),
	.defaults = html_defaults,
	.begin = html_begin,
	.tree = html_tree,
	.end = html_end,
	.free = html_free,
};

bt_component_class_initialize_method_status html_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data)
{
	(void)configuration;
	(void)data;
	return sink_initialize(self, params, &html_class);
}
