/* SPDX-License-Identifier: MIT */
/* view-options.c - the command line of `vspan view`. */
#include <getopt.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "view.h"

/* Options that are a view come first: their code is FIRST_VIEW + enum view_kind. */
enum {
	FIRST_VIEW = 256,
	OPTION_NO_OPEN = FIRST_VIEW + VIEW_KINDS,
	OPTION_NO_PAGER,
	OPTION_LIVE,
	OPTION_ALL,
	OPTION_VERBOSE,
	OPTION_COLOR,
	OPTION_FORMAT,
	FIRST_PARAM, /* index in `params` */
};

const struct view_class view_classes[VIEW_KINDS] = {
	[VIEW_TREE] = {"--tree", "vspan", "tree", NULL, NULL, false, true},
	[VIEW_TALLY] = {"--tally", "vspan", "tally", NULL, NULL, false, true},
	[VIEW_PERFETTO] = {"--perfetto", "vspan", "perfetto", ".perfetto-trace",
		"open it in https://ui.perfetto.dev", false, false},
	[VIEW_OTLP] = {"--otlp", "vspan", "otlp", NULL, NULL, false, false},
	[VIEW_FOLDED] = {"--folded", "vspan", "folded", NULL, NULL, false, false},
	[VIEW_SPEEDSCOPE] = {"--speedscope", "vspan", "speedscope", ".speedscope.json",
		"open it in https://www.speedscope.app", false, false},
	[VIEW_HTML] = {"--html", "vspan", "html", ".html", "open it in a browser", false, false},
	[VIEW_TEXT] = {"--text", "text", "pretty", NULL, NULL, true, true},
	[VIEW_CTF] = {"--ctf", "ctf", "fs", NULL, "a trace in guest time", true, false},
};

#define OF(kind) (1u << (kind))

enum param_kind {
	PARAM_COUNT,
	PARAM_DURATION,
	PARAM_FLAG,
	PARAM_TEXT,
	PARAM_WORD,  /* one of some */
	PARAM_WORDS, /* some of them, commas between */
};

/* Options that are parameters of sinks, by the same name. */
static const struct view_param {
	const char *name;
	enum param_kind kind;
	unsigned views;
	const char *words; /* of PARAM_WORD, PARAM_WORDS: blanks between */
} params[] = {
	{"by", PARAM_WORDS, OF(VIEW_TALLY), "name provider vm vcpu"},
	{"collapse", PARAM_FLAG, OF(VIEW_TREE)},
	{"depth", PARAM_COUNT, OF(VIEW_TREE)},
	{"from", PARAM_TEXT, OF(VIEW_TREE)},
	{"interval", PARAM_DURATION, OF(VIEW_TALLY)},
	{"limit", PARAM_COUNT, OF(VIEW_TREE) | OF(VIEW_TALLY)},
	{"min-duration", PARAM_DURATION, OF(VIEW_TREE)},
	{"name", PARAM_TEXT, OF(VIEW_TREE) | OF(VIEW_TALLY)},
	{"sort", PARAM_WORD, OF(VIEW_TALLY),
		"time self calls average min p50 p95 p99 max errors name"},
	{"to", PARAM_TEXT, OF(VIEW_TREE)},
	{"top", PARAM_COUNT, OF(VIEW_TREE)},
};

#define PARAM_OPTIONS (sizeof(params) / sizeof(params[0]))

static bool is_word(const char *word, size_t length, const char *words)
{
	size_t each;

	for (; *words != '\0'; words += each + (words[each] == ' ')) {
		each = strcspn(words, " ");
		if (each == length && strncmp(words, word, length) == 0)
			return true;
	}
	return false;
}

/* True if all that stands between the commas of `value` is among the words. */
static bool words_fit(const char *value, const char *words, bool several)
{
	size_t length;

	for (;; value += length + 1) {
		length = strcspn(value, ",");
		if (!is_word(value, length, words) || (value[length] == ',' && !several))
			return false;
		if (value[length] == '\0')
			return true;
	}
}

static bool read_param(const struct view_param *param, const char *value, uint64_t *number)
{
	switch (param->kind) {
	case PARAM_COUNT:
		return parse_number(value, 0, INT64_MAX, number);
	case PARAM_DURATION:
		return parse_duration(value, number) && *number <= INT64_MAX;
	case PARAM_WORD:
	case PARAM_WORDS:
		return words_fit(value, param->words, param->kind == PARAM_WORDS);
	default:
		return true;
	}
}

static int refuse_param(const struct view_param *param, const char *value)
{
	static const char *const expected[] = {
		[PARAM_COUNT] = "a number",
		[PARAM_DURATION] = "a time as in 500us, 20ms, 3s",
		[PARAM_WORD] = "one of ",
		[PARAM_WORDS] = "one or, with commas between, several of ",
	};

	cli_error("`%s` does not do: expected --%s: %s%s", value, param->name,
		expected[param->kind], param->words != NULL ? param->words : "");
	return EXIT_USAGE;
}

/* An exit code, or -1 to go on. */
static int set_param(
	struct view_options *options, const struct view_param *param, const char *value)
{
	uint64_t number = 0;
	int status;

	if (!read_param(param, value, &number))
		return refuse_param(param, value);
	if (strcmp(param->name, "interval") == 0) /* a parameter in ms */
		number = number / 1000000 + (number % 1000000 != 0);
	if (param->kind == PARAM_FLAG)
		status = bt_value_map_insert_bool_entry(options->params, param->name, BT_TRUE);
	else if (param->kind >= PARAM_TEXT)
		status = bt_value_map_insert_string_entry(options->params, param->name, value);
	else
		status = bt_value_map_insert_signed_integer_entry(
			options->params, param->name, (int64_t)number);
	if (status == BT_VALUE_MAP_INSERT_ENTRY_STATUS_OK)
		return -1;
	cli_error("out of memory for the command line");
	return EXIT_FAILED;
}

static int set_view(struct view_options *options, enum view_kind kind)
{
	if (options->kind_given && options->kind != kind) {
		cli_error("%s and %s are two views: give one of them",
			view_classes[options->kind].option, view_classes[kind].option);
		return EXIT_USAGE;
	}
	options->kind = kind;
	options->kind_given = true;
	if (kind == VIEW_CTF)
		options->output = optarg;
	return -1;
}

static bool is_color(const char *color)
{
	return strcmp(color, "auto") == 0 || strcmp(color, "always") == 0 ||
		strcmp(color, "never") == 0;
}

/* An exit code, or -1 to go on. */
static int set_option(struct view_options *options, int code, char **argv)
{
	if (code >= FIRST_PARAM)
		return set_param(options, &params[code - FIRST_PARAM], optarg);
	if (code >= FIRST_VIEW && code < FIRST_VIEW + VIEW_KINDS)
		return set_view(options, (enum view_kind)(code - FIRST_VIEW));
	switch (code) {
	case OPTION_NO_OPEN:
		options->open = false;
		return -1;
	case OPTION_NO_PAGER:
		options->pager = false;
		return -1;
	case OPTION_LIVE:
		options->live = true;
		return -1;
	case OPTION_ALL:
		options->all = true;
		return -1;
	case OPTION_VERBOSE:
		options->verbose = true;
		return -1;
	case OPTION_COLOR:
		options->color = optarg;
		if (is_color(optarg))
			return -1;
		cli_value_error(optarg, "--color: auto, always or never");
		return EXIT_USAGE;
	case OPTION_FORMAT:
		if (parse_format(optarg, &options->json))
			return -1;
		cli_value_error(optarg, "--format: text or json");
		return EXIT_USAGE;
	case 'o':
		options->output = optarg;
		return -1;
	case 'h':
		view_help();
		return EXIT_OK;
	default:
		cli_option_error(code, argv);
		return EXIT_USAGE;
	}
}

/* Each option has a view it is for. */
static bool options_fit(const struct view_options *options)
{
	const char *view = view_classes[options->kind].option;
	size_t i;

	for (i = 0; i < PARAM_OPTIONS; i++)
		if (bt_value_map_has_entry(options->params, params[i].name) &&
			(params[i].views & OF(options->kind)) == 0) {
			cli_error("--%s is of no use with %s: see `vspan view --help`",
				params[i].name, view);
			return false;
		}
	if (options->json && options->kind != VIEW_TREE && options->kind != VIEW_TALLY) {
		cli_error("--format=json is of --tree and --tally, not of %s", view);
		return false;
	}
	if (options->live && options->kind != VIEW_TREE && options->kind != VIEW_TALLY &&
		options->kind != VIEW_TEXT) {
		cli_error("--live goes with --tally, --tree or --text, not with %s", view);
		return false;
	}
	return true;
}

static int options_finish(struct view_options *options, int count, char **words)
{
	options->traces = words;
	options->trace_count = (size_t)count;
	if (count > 0 && strncmp(words[0], "net", 3) == 0 && strstr(words[0], "://") != NULL)
		options->live = true;
	if (options->live && !options->kind_given)
		options->kind = VIEW_TALLY;
	if (count == 0) {
		cli_error("which trace? Give the folder of one: see `vspan view --help`");
		return EXIT_USAGE;
	}
	if (options->live && count > 1) {
		cli_error("--live follows one session, not %d", count);
		return EXIT_USAGE;
	}
	return options_fit(options) ? -1 : EXIT_USAGE;
}

/* Views, the others, and those that are parameters of sinks. */
static void long_options_make(struct option *long_options)
{
	static const struct option others[] = {
		{"no-open", no_argument, NULL, OPTION_NO_OPEN},
		{"no-pager", no_argument, NULL, OPTION_NO_PAGER},
		{"live", no_argument, NULL, OPTION_LIVE},
		{"all", no_argument, NULL, OPTION_ALL},
		{"verbose", no_argument, NULL, OPTION_VERBOSE},
		{"color", required_argument, NULL, OPTION_COLOR},
		{"format", required_argument, NULL, OPTION_FORMAT},
		{"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
	};
	struct option *next = long_options;
	size_t i;

	for (i = 0; i < VIEW_KINDS; i++)
		*next++ = (struct option){view_classes[i].option + 2,
			i == VIEW_CTF ? required_argument : no_argument, NULL, FIRST_VIEW + (int)i};
	for (i = 0; i < PARAM_OPTIONS; i++)
		*next++ = (struct option){params[i].name,
			params[i].kind == PARAM_FLAG ? no_argument : required_argument, NULL,
			FIRST_PARAM + (int)i};
	memcpy(next, others, sizeof(others));
	next[sizeof(others) / sizeof(others[0])] = (struct option){0};
}

int view_options_read(struct view_options *options, int argc, char **argv)
{
	struct option long_options[VIEW_KINDS + PARAM_OPTIONS + 16];
	int code, ret = -1;

	*options =
		(struct view_options){.open = true, .pager = true, .params = bt_value_map_create()};
	if (options->params == NULL) {
		cli_error("out of memory for the command line");
		return EXIT_FAILED;
	}
	long_options_make(long_options);
	while (ret < 0 && (code = getopt_long(argc, argv, ":ho:", long_options, NULL)) != -1)
		ret = set_option(options, code, argv);
	return ret < 0 ? options_finish(options, argc - optind, argv + optind) : ret;
}

void view_options_clear(struct view_options *options)
{
	bt_value_put_ref(options->params);
	options->params = NULL;
}

char *view_file(const struct view_options *options)
{
	const char *suffix = view_classes[options->kind].suffix;
	char *name, *file = NULL;

	if (options->output != NULL)
		return strcmp(options->output, "-") == 0 ? NULL : strdup(options->output);
	if (suffix == NULL)
		return NULL;
	/* "." and "trace/.." have a name only when looked up. */
	name = realpath(options->traces[0], NULL);
	if (name != NULL && asprintf(&file, "%s%s", basename(name), suffix) < 0)
		file = NULL;
	free(name);
	return file;
}
