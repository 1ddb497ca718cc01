/* SPDX-License-Identifier: MIT */
/*
 * init.c - the first program of a Linux guest in tests: runs the commands of its
 * arguments, `+` between those that run at once, `,` where the ones before have to
 * be done. As process 1 it sets up the file systems first, and in the end switches
 * the machine off with their status. It also runs as any other process, so that the
 * same commands can be tested without a VM. Linked statically.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 16
/* QEMU's isa-debug-exit, as tests/qemu/guest.c sets it up. */
#define EXIT_PORT 0xf4

static int failed; /* commands, so far */

static void file_systems_mount(void)
{
	static const char *const mounts[][2] = {
		{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}};
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i][1], 0755);
		if (mount(mounts[i][0], mounts[i][1], mounts[i][0], 0, NULL) < 0 && errno != EBUSY)
			perror(mounts[i][1]);
	}
}

static void command_start(char **words)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		failed++;
	if (child != 0)
		return;
	execv(words[0], words);
	perror(words[0]);
	_exit(127);
}

static void commands_await(void)
{
	int status;

	while (wait(&status) > 0)
		if (status != 0) {
			printf("init: a command ended with wait status 0x%x\n", (unsigned)status);
			failed++;
		}
}

static void commands_run(char **arguments)
{
	char *words[WORDS_MAX + 1];
	int count = 0;

	for (;; arguments++) {
		const bool end = *arguments == NULL || strcmp(*arguments, ",") == 0;

		if (!end && strcmp(*arguments, "+") != 0) {
			if (count < WORDS_MAX)
				words[count++] = *arguments;
			continue;
		}
		words[count] = NULL;
		if (count != 0)
			command_start(words);
		count = 0;
		if (end)
			commands_await();
		if (*arguments == NULL)
			return;
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	if (getpid() == 1)
		file_systems_mount();
	commands_run(argv + 1);
	fflush(stdout);
	if (getpid() != 1)
		return failed != 0;
	/* What is still on its way to the console gets there first. */
	usleep(100000);
	if (iopl(3) == 0)
		outb(failed != 0, EXIT_PORT);
	reboot(RB_POWER_OFF);
	return 1;
}
