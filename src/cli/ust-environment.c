/* SPDX-License-Identifier: MIT */
/* ust-environment.c - see ust-environment.h. */
#include "ust-environment.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static const struct variable {
	unsigned flag;
	const char *name;
	const char *value;
} variables[] = {
	{UST_ALLOW_BLOCKING, "LTTNG_UST_ALLOW_BLOCKING", "1"},
	{UST_NO_WAIT, "LTTNG_UST_REGISTER_TIMEOUT", "0"},
};

void ust_environment(unsigned wanted, char **argv)
{
	char program[PATH_MAX];
	int missing = 0;
	ssize_t length;
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		if ((variables[i].flag & wanted) == 0 || getenv(variables[i].name) != NULL)
			continue;
		setenv(variables[i].name, variables[i].value, 1);
		missing++;
	}
	if (missing == 0)
		return;
	/* By its path: the process's name in traces is that of the file. */
	length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (length > 0) {
		program[length] = '\0';
		execv(program, argv);
	}
	/* Not fatal: a burst may be discarded, and is counted; the start may take 6 s. */
}
