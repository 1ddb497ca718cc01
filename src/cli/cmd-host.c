/* SPDX-License-Identifier: MIT */
/*
 * cmd-host.c - commands that are carried out by another program. Those that emit
 * events by vspan-host: what is linked with lttng-ust registers with the session
 * daemon before main(), and a command that ends at once would leave half a trace
 * in every recording. Those that read traces by vspan-view, which is there if
 * vspan was built with babeltrace2.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"

#define HOST "vspan-host"
#define VIEW "vspan-view"

/* Read by lttng-ust as it is loaded; what the user has set stays. */
static const struct variable {
	const char *command;
	const char *name;
	const char *value;
} variables[] = {
	/* Channels may wait: their blocking timeout is honoured. */
	{"attach", "LTTNG_UST_ALLOW_BLOCKING", "1"},
	{"record", "LTTNG_UST_ALLOW_BLOCKING", "1"},
	/*
	 * Before main() lttng-ust waits until a session daemon has said what it
	 * records, so that nothing is emitted to nobody: long enough for a busy
	 * machine, and not the 6 s that one which hangs would cost. It is also what the
	 * registration of a call site waits for an answer; lttng-ust tries no other
	 * one after an answer that came too late.
	 */
	{"attach", "LTTNG_UST_REGISTER_TIMEOUT", "1500"},
};

/* Beside this program, installed and in the build directory alike. */
static bool beside(const char *program, char path[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - strlen(program) - 1);
	char *slash;

	if (length <= 0)
		return false;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return false;
	strcpy(slash + 1, program);
	return true;
}

static int start(const char *program, int argc, char **argv)
{
	char **words = calloc((size_t)argc + 2, sizeof(*words));
	char path[PATH_MAX];
	size_t i;

	if (words == NULL || !beside(program, path)) {
		cli_error("cannot find %s: is /proc mounted?", program);
		free(words);
		return EXIT_FAILED;
	}
	words[0] = path;
	memcpy(words + 1, argv, (size_t)argc * sizeof(*words));
	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (strcmp(variables[i].command, argv[0]) == 0)
			setenv(variables[i].name, variables[i].value, 0);
	execv(path, words);
	cli_error("cannot start %s: %s; install it beside vspan", path, strerror(errno));
	free(words);
	return EXIT_FAILED;
}

int cmd_host(int argc, char **argv)
{
	return start(HOST, argc, argv);
}

int cmd_view(int argc, char **argv)
{
	return start(VIEW, argc, argv);
}
