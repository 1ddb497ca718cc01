/* SPDX-License-Identifier: MIT */
/* test-watcher.c - what users are told of the session daemon, and that nobody waits for it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include "cli/watcher.h"

static int level;

Test(watcher, no_change_is_no_news)
{
	cr_expect_null(watched_news(WATCHED_HUNG, WATCHED_HUNG, true, &level));
	cr_expect_null(watched_news(WATCHED_UNKNOWN, WATCHED_UNKNOWN, false, &level));
}

Test(watcher, absent_from_the_start_is_normal_and_gone_is_not)
{
	cr_expect_not_null(strstr(
		watched_news(WATCHED_UNKNOWN, WATCHED_ABSENT, false, &level), "when one does"));
	cr_expect_eq(level, LOG_NOTICE);
	cr_expect_not_null(
		strstr(watched_news(WATCHED_ANSWERS, WATCHED_ABSENT, true, &level), "is gone"));
	cr_expect_eq(level, LOG_WARNING);
}

Test(watcher, it_comes_and_comes_again)
{
	cr_expect_str_eq(watched_news(WATCHED_ABSENT, WATCHED_ANSWERS, false, &level),
		"a session daemon answers");
	cr_expect_not_null(
		strstr(watched_news(WATCHED_HUNG, WATCHED_ANSWERS, true, &level), "again"));
	cr_expect_not_null(strstr(
		watched_news(WATCHED_ANSWERS, WATCHED_HUNG, true, &level), "does not answer"));
	cr_expect_eq(level, LOG_WARNING);
	cr_expect_str_eq(watched_name(WATCHED_HUNG), "hung");
}

/* The state within `seconds`. */
static bool becomes(enum watched state, int seconds)
{
	const struct timespec pause = {0, 10000000};
	int i;

	for (i = 0; i < seconds * 100; i++) {
		if (watcher_look() == state)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* After a while in which nobody wanted to know. */
static bool answered_within(int tries)
{
	const struct timespec pause = {0, 50000000};
	struct timespec stale = {0, 300000000};

	for (nanosleep(&stale, NULL); tries > 0; tries--) {
		if (watcher_answered())
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

Test(watcher, without_a_watcher_nobody_is_held_up)
{
	cr_expect(watcher_answered());
}

/* A socket that takes connections and says nothing plays the daemon that hangs. */
Test(watcher, a_daemon_that_never_answers_hangs, .timeout = 60)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char home[] = "/tmp/vspan-watcher-XXXXXX";
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	cr_assert_not_null(mkdtemp(home));
	setenv("LTTNG_HOME", home, 1);
	if (getuid() == 0) {
		/* Root's daemon is looked for in /run alone: that one may be there. */
		cr_assert(watcher_start());
		cr_expect(becomes(WATCHED_ABSENT, 10) || watcher_look() == WATCHED_ANSWERS);
		cr_expect(answered_within(10), "asked at once, not after the second's pause");
		rmdir(home);
		return;
	}
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/.lttng", home);
	mkdir(address.sun_path, 0700);
	strcat(address.sun_path, "/client-lttng-sessiond");
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	cr_assert_eq(listen(fd, 8), 0);
	cr_assert(watcher_start());
	cr_expect(becomes(WATCHED_HUNG, 10));
	cr_expect(watcher_answered(), "nothing waits for one that never answered");
	unlink(address.sun_path);
	close(fd);
}
