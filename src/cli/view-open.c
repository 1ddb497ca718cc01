/* SPDX-License-Identifier: MIT */
/* view-open.c - see view-open.h. */
#include "view-open.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

static bool set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0';
}

/* Not waited for: some browsers stay until they are closed. */
bool view_open(const char *file)
{
	char *const argv[] = {(char *)"xdg-open", (char *)file, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int ret;

	if (!set("DISPLAY") && !set("WAYLAND_DISPLAY"))
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	ret = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return ret == 0;
}
