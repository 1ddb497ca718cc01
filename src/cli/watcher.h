/* SPDX-License-Identifier: MIT */
/*
 * watcher.h - whether the LTTng session daemon answers. A thread of its own asks,
 * because a daemon that hangs does not answer at all; nobody else ever waits.
 */
#ifndef VSPAN_CLI_WATCHER_H
#define VSPAN_CLI_WATCHER_H

#include <stdbool.h>

enum watched {
	WATCHED_UNKNOWN, /* not asked yet */
	WATCHED_ABSENT,
	WATCHED_ANSWERS,
	WATCHED_HUNG, /* asked WATCHER_PATIENCE_NS ago, no answer since */
};

#define WATCHER_PATIENCE_S 2

/* Starts asking, once a second, until the program ends. False: cannot. Once in a program. */
bool watcher_start(void);

/* How it is now; never waits. */
enum watched watcher_look(void);

/*
 * True if it answered, or was absent, only just now; never waits. If not, it is asked at
 * once, and this is worth another call soon. True as well while it has never answered:
 * then it has not taken us in, and lttng-ust does not ask it anything.
 */
bool watcher_answered(void);

/* True if a recording session was active when it last answered. */
bool watcher_recording(void);

/* "absent", "answers"... */
const char *watched_name(enum watched state);

/*
 * What to tell a user when it went from one state to another, and with which
 * syslog level; `answered`: it has answered before. NULL: nothing.
 */
const char *watched_news(enum watched before, enum watched now, bool answered, int *level);

#endif /* VSPAN_CLI_WATCHER_H */
