/* SPDX-License-Identifier: MIT */
/*
 * session.h - one LTTng recording session around a run, through liblttng-ctl:
 * daemon, session, channel, events, start, stop.
 */
#ifndef VSPAN_CLI_SESSION_H
#define VSPAN_CLI_SESSION_H

#include <stdbool.h>
#include <sys/types.h>
#include <vspan/host.h>

struct session_options {
	const char *name;   /* NULL: vspan-<date>-<time> */
	const char *output; /* directory; NULL: LTTng's default */
	const char *filter; /* of the guests' events; NULL: none */
	bool edges;         /* also vspanedge_* */
};

struct session {
	char name[64];
	char output[4096];
	pid_t daemon; /* the private session daemon we started; 0: the user's own */
	bool created;
	bool started;
};

/*
 * Starts recording; returns when this process sees its own control events
 * enabled. 0 or a negative errno with *error filled; session_stop() in any case.
 */
int session_start(
	struct session *session, const struct session_options *options, struct vspan_error *error);

/* Stops, waits until the trace is complete, destroys; ends a private daemon. */
int session_stop(struct session *session, struct vspan_error *error);

#endif /* VSPAN_CLI_SESSION_H */
