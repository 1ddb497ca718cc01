/* SPDX-License-Identifier: MIT */
/* private-daemon.c - starts and stops a session daemon as a child process. */
#include "private-daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <lttng/lttng.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include "error.h"

#define PAUSE_NS 20000000
#define START_TRIES 500
#define STOP_TRIES 500

/* True if the child has ended within about tries * PAUSE_NS. */
static bool ended_within(pid_t daemon, int tries)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};

	while (tries-- > 0) {
		if (waitpid(daemon, NULL, WNOHANG) != 0)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

int private_daemon_start(pid_t *daemon, struct vspan_error *error)
{
	char *const argv[] = {(char *)"lttng-sessiond", (char *)"--no-kernel", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int i, ret;

	/* Not of our process group: what a terminal sends to that would end the recording. */
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	ret = posix_spawnp(daemon, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (ret != 0) {
		*daemon = 0;
		return error_set(error, ret,
			"no session daemon runs and lttng-sessiond cannot be started (%s): install "
			"the package lttng-tools",
			strerror(ret));
	}
	for (i = 0; i < START_TRIES; i++) {
		if (lttng_session_daemon_alive())
			return 0;
		if (ended_within(*daemon, 1))
			break;
	}
	private_daemon_stop(*daemon);
	*daemon = 0;
	return error_set(error, ETIMEDOUT,
		"lttng-sessiond does not come up: run `lttng-sessiond -v` to see why");
}

void private_daemon_stop(pid_t daemon)
{
	if (daemon == 0)
		return;
	kill(daemon, SIGTERM);
	if (ended_within(daemon, STOP_TRIES))
		return;
	kill(daemon, SIGKILL);
	waitpid(daemon, NULL, 0);
}
