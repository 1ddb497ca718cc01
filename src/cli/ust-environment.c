/* SPDX-License-Identifier: MIT */
/*
 * ust-environment.c - variables lttng-ust reads as it is loaded, long before main():
 * a command that needs other values than lttng-ust's own starts over with them.
 * Called by the dynamic linker, before any library is initialised; so it asks the
 * kernel only, and no sanitizer may look at it.
 */
#include <limits.h>
#include <stddef.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EARLY                                                                                   \
	__attribute__((no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined"), \
		no_stack_protector))
#define ENTRIES_MAX 4096

/* Channels may wait: their blocking timeout is honoured. */
#define BLOCKING "LTTNG_UST_ALLOW_BLOCKING=1"
/* A session daemon that hangs does not delay the start, by 6 s or more. */
#define NO_WAIT "LTTNG_UST_REGISTER_TIMEOUT=0"
/* One that ends soon: killed in the middle of registering it would leave half a trace. */
#define SHORT_WAIT "LTTNG_UST_REGISTER_TIMEOUT=500"

static const struct need {
	const char *command;
	const char *setting;
} needs[] = {
	{"attach", BLOCKING},
	{"attach", NO_WAIT},
	{"create", SHORT_WAIT},
	{"detach", SHORT_WAIT},
	{"doctor", SHORT_WAIT},
	{"list", SHORT_WAIT},
	{"record", BLOCKING},
	{"status", SHORT_WAIT},
};

EARLY static bool same(const char *one, const char *other, char end)
{
	while (*one == *other && *one != end && *one != '\0') {
		one++;
		other++;
	}
	return *one == *other;
}

/* True if the user, or we, have set that variable. */
EARLY static bool is_set(const char *setting, char **environment)
{
	size_t i;

	for (i = 0; environment[i] != NULL; i++)
		if (same(setting, environment[i], '='))
			return true;
	return false;
}

EARLY static void ust_environment(int argc, char **argv, char **environment)
{
	const char *more[ENTRIES_MAX];
	char program[PATH_MAX];
	size_t i, count = 0, missing = 0;
	long length;

	for (i = 0; argc >= 2 && i < sizeof(needs) / sizeof(needs[0]); i++)
		if (same(needs[i].command, argv[1], '\0') && !is_set(needs[i].setting, environment))
			more[missing++] = needs[i].setting;
	if (missing == 0)
		return;
	for (count = 0; environment[count] != NULL && missing < ENTRIES_MAX - 1; count++)
		more[missing++] = environment[count];
	more[missing] = NULL;
	/* By its path: the process's name in traces is that of the file. */
	length = syscall(SYS_readlink, "/proc/self/exe", program, sizeof(program) - 1);
	if (length > 0) {
		program[length] = '\0';
		syscall(SYS_execve, program, argv, more);
	}
	/* Not fatal: a burst may be discarded, and is counted; the start may take 6 s. */
}

__attribute__((section(".preinit_array"), used)) static void (*const early)(
	int argc, char **argv, char **environment) = ust_environment;
