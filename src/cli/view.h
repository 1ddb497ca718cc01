/* SPDX-License-Identifier: MIT */
/*
 * view.h - what the files of vspan-view share: the command line as it was
 * understood, and what is made of it.
 */
#ifndef VSPAN_CLI_VIEW_H
#define VSPAN_CLI_VIEW_H

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is made of a trace: a view. */
enum view_kind {
	VIEW_TREE,
	VIEW_TALLY,
	VIEW_PERFETTO,
	VIEW_OTLP,
	VIEW_FOLDED,
	VIEW_SPEEDSCOPE,
	VIEW_HTML,
	VIEW_TEXT,
	VIEW_CTF,
	VIEW_KINDS,
};

struct view_options {
	enum view_kind kind;
	bool kind_given;
	bool live;
	bool all;  /* of a region, also what a consumer has drained */
	bool open; /* in a browser, if there is one */
	bool pager;
	bool verbose;
	bool json;
	const char *color;  /* NULL: as the terminal is */
	const char *output; /* a file, or --ctf's directory; NULL: the view's default; "-" */
	bt_value *params;   /* of the sink, as given */
	char **traces;      /* ended by NULL */
	size_t trace_count;
};

/* What a view is drawn with. */
struct view_class {
	const char *option; /* "--tally" */
	const char *plugin; /* whose sink it is */
	const char *sink;
	const char *suffix; /* of the file it goes to unless told; NULL: standard output */
	const char *remedy; /* what to do with that file; NULL: nothing special */
	bool filter;        /* filter.vspan.spans in front: the sink knows nothing of spans */
	bool colors;        /* has a parameter `color` */
};

extern const struct view_class view_classes[VIEW_KINDS];

void view_help(void);

/* An exit code, or -1 to go on. *options is to be cleared in any case. */
int view_options_read(struct view_options *options, int argc, char **argv);
void view_options_clear(struct view_options *options);

/* The file a view goes to, freed by the caller; NULL: standard output. */
char *view_file(const struct view_options *options);

#endif /* VSPAN_CLI_VIEW_H */
