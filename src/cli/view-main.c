/* SPDX-License-Identifier: MIT */
/*
 * view-main.c - the program vspan-view, `vspan view` (cmd-host.c): finds the
 * traces, makes a graph, runs it, says what became of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "log.h"
#include "view-error.h"
#include "view-graph.h"
#include "view-open.h"
#include "view-output.h"
#include "view-run.h"
#include "view-traces.h"

static bool colors_wanted(const struct view_options *options, const char *file)
{
	if (options->color == NULL || strcmp(options->color, "auto") == 0)
		return file == NULL && log_colours(stdout);
	return strcmp(options->color, "always") == 0;
}

/* Where it is, and what to do with it. */
static void say_file(const struct view_options *options, const char *file)
{
	const char *remedy = view_classes[options->kind].remedy;

	if (options->kind == VIEW_HTML && options->open && view_open(file))
		remedy = "opened in a browser";
	printf("%s%s%s\n", file, remedy != NULL ? ": " : "", remedy != NULL ? remedy : "");
}

/* An exit code. */
static int conclude(const struct view_options *options, const char *file, enum view_result result)
{
	switch (result) {
	case RESULT_DONE:
		if (file != NULL)
			say_file(options, file);
		return EXIT_OK;
	case RESULT_GONE:
		return EXIT_OK;
	case RESULT_INTERRUPTED:
		/* It is how one ends to follow a session. */
		if (options->live)
			return EXIT_OK;
		cli_error("interrupted: %s has what was read until then",
			file != NULL ? file : "the output");
		return EXIT_FAILED;
	default:
		view_error("view", options->traces[0], options->verbose);
		return EXIT_FAILED;
	}
}

/* Makes the graph and runs it; what goes wrong before it runs has been printed. */
static int show(const struct view_options *options, const struct view_plugins *plugins,
	const struct view_traces *traces, const char *file)
{
	const struct view_place place = {file, colors_wanted(options, file)};
	const bool page = file == NULL && !options->live && isatty(STDOUT_FILENO) == 1;
	const bt_error *error = NULL;
	struct view_output output;
	struct view_graph graph;
	enum view_result result;
	int ret;

	if (view_graph_make(&graph, options, plugins, traces, &place) < 0) {
		view_graph_clear(&graph);
		return EXIT_FAILED;
	}
	ret = view_output_begin(
		&output, &graph.events, page, page && options->pager ? view_pager() : NULL);
	if (ret < 0)
		cli_error("cannot page: %s; --no-pager shows all at once", strerror(-ret));
	view_run_signals();
	result = view_run(&graph);
	if (result == RESULT_FAILED)
		error = bt_current_thread_take_error();
	if (result != RESULT_DONE && view_output_gone()) {
		/* What failed is to write to nobody, who does not need the rest either. */
		result = RESULT_GONE;
		view_output_end(&output);
		view_output_drop();
	}
	view_graph_clear(&graph);
	view_output_end(&output);
	if (error != NULL)
		bt_current_thread_move_error(error);
	ret = conclude(options, file, result);
	bt_current_thread_clear_error();
	return ret;
}

/* sink.ctf.fs would add to a trace that is there, which then has everything twice. */
static bool ctf_fits(const struct view_options *options)
{
	if (options->kind != VIEW_CTF || rmdir(options->output) == 0 || errno == ENOENT)
		return true;
	cli_error("cannot make the trace %s: %s; give another folder", options->output,
		errno == ENOTEMPTY ? "there is something in it" : strerror(errno));
	return false;
}

static int find_and_show(const struct view_options *options)
{
	struct view_plugins plugins;
	struct view_traces traces = {0};
	char *file = NULL;
	int ret = EXIT_FAILED;

	if (view_plugins_find(&plugins) == 0 && view_traces_find(&traces, options, &plugins) == 0 &&
		ctf_fits(options)) {
		file = view_file(options);
		ret = show(options, &plugins, &traces, file);
	}
	free(file);
	view_traces_clear(&traces);
	view_plugins_clear(&plugins);
	return ret;
}

int main(int argc, char **argv)
{
	struct view_options options;
	int ret;

	if (argc < 2 || strcmp(argv[1], "view") != 0) {
		cli_error("vspan-view is started by `vspan`: see `vspan view --help`");
		return EXIT_USAGE;
	}
	ret = view_options_read(&options, argc - 1, argv + 1);
	if (ret < 0)
		ret = find_and_show(&options);
	view_options_clear(&options);
	return ret;
}
