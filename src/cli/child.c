/* SPDX-License-Identifier: MIT */
/* child.c - see child.h. */
#include "child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "clock.h"
#include "error.h"

/* From SIGTERM to SIGKILL. */
#define PATIENCE_NS UINT64_C(2000000000)
#define OWN_VARIABLES 3u
/*
 * How long a thread waits for room, in ms: as long as a vCPU of `vspan run`, for the
 * consumer is as near.
 */
#define FULL_TIMEOUT "VSPAN_FULL_TIMEOUT_MS"
#define FULL_TIMEOUT_MS "1000"

static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

/* What was blocked before: the child's mask. */
static sigset_t mask_before;

static void signals_set(sigset_t *set)
{
	size_t i;

	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		sigaddset(set, passed_on[i]);
}

void child_signals_block(void)
{
	sigset_t set;

	signals_set(&set);
	sigprocmask(SIG_BLOCK, &set, &mask_before);
}

static bool variable_is(const char *entry, const char *name)
{
	const size_t length = strlen(name);

	return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

/* The child's environment: ours, but for what names the region and what is preloaded. */
struct surroundings {
	char **entries;
	char *own[OWN_VARIABLES];
	uint32_t own_count;
};

static void surroundings_free(struct surroundings *surroundings)
{
	while (surroundings->own_count > 0)
		free(surroundings->own[--surroundings->own_count]);
	free(surroundings->entries);
}

static bool surroundings_add(struct surroundings *surroundings, const char *format, const char *one,
	const char *separator, const char *two)
{
	char *entry;

	if (asprintf(&entry, format, one, separator, two) < 0)
		return false;
	surroundings->own[surroundings->own_count++] = entry;
	return true;
}

static bool surroundings_own(struct surroundings *surroundings, const struct child_options *options,
	const char *preloaded)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", options->region_fd);
	if (options->preload != NULL &&
		!surroundings_add(surroundings, "LD_PRELOAD=%s%s%s", options->preload,
			preloaded != NULL ? ":" : "", preloaded != NULL ? preloaded : ""))
		return false;
	if (getenv(FULL_TIMEOUT) == NULL &&
		!surroundings_add(surroundings, "%s=%s%s", FULL_TIMEOUT, FULL_TIMEOUT_MS, ""))
		return false;
	if (options->region_path != NULL)
		return surroundings_add(
			surroundings, "VSPAN_REGION=%s%s%s", options->region_path, "", "");
	return surroundings_add(surroundings, "VSPAN_REGION_FD=%s%s%s", number, "", "");
}

static bool surroundings_make(
	struct surroundings *surroundings, const struct child_options *options)
{
	size_t count = 0, kept = 0, i;

	*surroundings = (struct surroundings){0};
	while (environ[count] != NULL)
		count++;
	surroundings->entries = calloc(count + OWN_VARIABLES + 1, sizeof(char *));
	if (surroundings->entries == NULL ||
		!surroundings_own(surroundings, options, getenv("LD_PRELOAD")))
		return false;
	for (i = 0; i < count; i++)
		if (!variable_is(environ[i], "VSPAN_REGION") &&
			!variable_is(environ[i], "VSPAN_REGION_FD") &&
			(options->preload == NULL || !variable_is(environ[i], "LD_PRELOAD")))
			surroundings->entries[kept++] = environ[i];
	for (i = 0; i < surroundings->own_count; i++)
		surroundings->entries[kept++] = surroundings->own[i];
	return true;
}

static int child_start(const struct child_options *options, pid_t *child)
{
	posix_spawn_file_actions_t actions;
	struct surroundings surroundings;
	posix_spawnattr_t attributes;
	int ret = ENOMEM;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &mask_before);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	/* Onto itself: that takes close-on-exec away, in the child alone. */
	if (options->region_path == NULL)
		posix_spawn_file_actions_adddup2(&actions, options->region_fd, options->region_fd);
	if (surroundings_make(&surroundings, options))
		ret = posix_spawnp(child, options->argv[0], &actions, &attributes, options->argv,
			surroundings.entries);
	surroundings_free(&surroundings);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

struct wait {
	pid_t child;
	int signals;
	uint64_t term_at; /* CLOCK_MONOTONIC, UINT64_MAX: never */
	uint64_t kill_at;
};

/*
 * The signals that came to us, for the child while it is there. What the kernel sends
 * for a terminal went to the child as well.
 */
static void signals_take(const struct wait *wait, bool alive)
{
	struct signalfd_siginfo info;

	while (read(wait->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (alive && info.ssi_signo != SIGCHLD && info.ssi_code <= 0)
			kill(wait->child, (int)info.ssi_signo);
}

/* What is due by now; the next moment something will be. */
static uint64_t deadlines(struct wait *wait, uint64_t now)
{
	if (now >= wait->kill_at) {
		kill(wait->child, SIGKILL);
		wait->kill_at = wait->term_at = UINT64_MAX;
	}
	if (now >= wait->term_at) {
		kill(wait->child, SIGTERM);
		wait->term_at = UINT64_MAX;
		if (wait->kill_at > now + PATIENCE_NS)
			wait->kill_at = now + PATIENCE_NS;
	}
	return wait->kill_at < wait->term_at ? wait->kill_at : wait->term_at;
}

static int child_wait(struct wait *wait)
{
	struct pollfd fd = {.fd = wait->signals, .events = POLLIN};
	uint64_t now, next;
	int status, pause;

	while (waitpid(wait->child, &status, WNOHANG) == 0) {
		now = clock_now_ns();
		next = deadlines(wait, now);
		pause = next == UINT64_MAX ? -1 : (int)((next - now) / 1000000u + 1u);
		if (poll(&fd, 1, pause) > 0)
			signals_take(wait, true);
	}
	signals_take(wait, false);
	return status;
}

static uint64_t moment(uint64_t from, uint64_t after)
{
	return after != 0 && after < UINT64_MAX - from ? from + after : UINT64_MAX;
}

int child_run(const struct child_options *options, int *status, struct vspan_error *error)
{
	const uint64_t now = clock_now_ns();
	struct wait wait = {
		.term_at = moment(now, options->timeout_ns),
		.kill_at = moment(now, options->kill_ns),
	};
	sigset_t set;
	int ret;

	signals_set(&set);
	wait.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (wait.signals < 0)
		return error_set(error, errno, "cannot wait for a program: %s", strerror(errno));
	ret = child_start(options, &wait.child);
	if (ret == 0)
		*status = child_wait(&wait);
	else
		error_set(error, ret, "cannot start %s: %s", options->argv[0], strerror(ret));
	close(wait.signals);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	return -ret;
}
