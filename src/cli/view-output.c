/* SPDX-License-Identifier: MIT */
/*
 * view-output.c - see view-output.h. A pager is started when there is something
 * to page, so that it does not hide progress, nor errors before it.
 */
#include "view-output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "view-count.h"

#define LOOK_MS 200
#define PATIENCE_NS UINT64_C(1000000000) /* until progress is told */
#define CLEAR "\r\033[K"
#define LESS "less -FRSX"

struct progress {
	uint64_t begun; /* ns */
	bool told;
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void progress_tell(struct progress *progress, uint64_t events)
{
	const uint64_t elapsed = now() - progress->begun;

	if (elapsed < PATIENCE_NS)
		return;
	fprintf(stderr,
		CLEAR "%" PRIu64 ".%" PRIu64 " million events, %" PRIu64 " thousand per second",
		events / 1000000, events / 100000 % 10, events / (elapsed / 1000000));
	fflush(stderr);
	progress->told = true;
}

static void progress_clear(struct progress *progress)
{
	if (progress->told)
		fputs(CLEAR, stderr);
	progress->told = false;
}

/* Tells progress until there is output, or an end of it. True: there is output. */
static bool await(const struct view_output *output)
{
	struct pollfd watched[] = {
		{.fd = output->done, .events = POLLIN}, {.fd = output->from, .events = POLLIN}};
	struct progress progress = {.begun = now()};
	int ready;

	do {
		ready = poll(watched, 2, output->progress ? LOOK_MS : -1);
		if (ready == 0)
			progress_tell(&progress, view_count_read(output->events));
	} while (ready == 0 || (ready < 0 && errno == EINTR));
	progress_clear(&progress);
	return ready > 0 && watched[1].revents & POLLIN;
}

/* Reads from `from`, writes to the terminal. Returns its number, -1: it cannot be started. */
static pid_t start_pager(const struct view_output *output)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)output->pager, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	pid_t pager;
	int ret;

	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, output->from, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output->terminal, STDOUT_FILENO);
	ret = posix_spawnp(&pager, argv[0], &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return ret == 0 ? pager : -1;
}

static void copy(const struct view_output *output)
{
	char bytes[65536];
	ssize_t length, written, at;

	while ((length = read(output->from, bytes, sizeof(bytes))) != 0) {
		if (length < 0 && errno != EINTR)
			return;
		for (at = 0; at < length; at += written) {
			written = write(output->terminal, bytes + at, (size_t)(length - at));
			if (written < 0 && errno != EINTR)
				return;
			if (written < 0)
				written = 0;
		}
	}
}

static void *output_thread(void *data)
{
	struct view_output *output = data;
	pid_t pager = -1;

	if (await(output)) {
		if (output->pager != NULL)
			pager = start_pager(output);
		if (pager < 0)
			copy(output);
	}
	/* Whoever writes after a pager has ended is to be told that nobody reads. */
	if (output->from >= 0)
		close(output->from);
	while (pager > 0 && waitpid(pager, NULL, 0) < 0 && errno == EINTR)
		;
	return NULL;
}

bool view_output_gone(void)
{
	struct pollfd pipe = {.fd = STDOUT_FILENO};

	return poll(&pipe, 1, 0) > 0 && pipe.revents & POLLERR;
}

void view_output_drop(void)
{
	const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (nowhere < 0)
		return;
	dup2(nowhere, STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
	clearerr(stdout);
}

/* Puts a pipe in the place of standard output. */
static int output_redirect(struct view_output *output)
{
	int ends[2], ret = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	output->from = ends[0];
	output->terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (output->terminal < 0 || dup2(ends[1], STDOUT_FILENO) < 0)
		ret = -errno;
	close(ends[1]);
	/* A pager that is left early is no reason to die of. */
	signal(SIGPIPE, SIG_IGN);
	return ret;
}

int view_output_begin(
	struct view_output *output, const uint64_t *events, bool page, const char *pager)
{
	int ret = 0;

	*output = (struct view_output){
		.events = events,
		.pager = pager,
		.progress = isatty(STDERR_FILENO) == 1,
		.terminal = -1,
		.from = -1,
		.done = -1,
	};
	if (!page && !output->progress)
		return 0;
	output->done = eventfd(0, EFD_CLOEXEC);
	if (output->done < 0)
		return -errno;
	if (page)
		ret = output_redirect(output);
	if (ret == 0)
		ret = -pthread_create(&output->thread, NULL, output_thread, output);
	output->running = ret == 0;
	if (ret < 0)
		view_output_end(output);
	return ret;
}

void view_output_end(struct view_output *output)
{
	const uint64_t one = 1;
	ssize_t ignored;

	fflush(stdout);
	/* The pipe has no writer any more: what has been written is all. */
	if (output->terminal >= 0) {
		dup2(output->terminal, STDOUT_FILENO);
	} else if (output->running) {
		ignored = write(output->done, &one, sizeof(one));
		(void)ignored;
	}
	if (output->running)
		pthread_join(output->thread, NULL);
	else if (output->from >= 0)
		close(output->from);
	if (output->terminal >= 0)
		close(output->terminal);
	if (output->done >= 0)
		close(output->done);
	*output = (struct view_output){.terminal = -1, .from = -1, .done = -1};
}

/* True if a program of that name is in the PATH. */
static bool have(const char *program)
{
	const char *path = getenv("PATH");
	char file[4096];
	size_t length;

	for (; path != NULL && *path != '\0'; path += length + (path[length] == ':')) {
		length = strcspn(path, ":");
		snprintf(file, sizeof(file), "%.*s/%s", (int)length, path, program);
		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

const char *view_pager(void)
{
	const char *pager = getenv("VSPAN_PAGER");

	if (pager == NULL)
		pager = getenv("PAGER");
	if (pager != NULL)
		return pager[0] == '\0' || strcmp(pager, "cat") == 0 ? NULL : pager;
	return have("less") ? LESS : NULL;
}
