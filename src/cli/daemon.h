/* SPDX-License-Identifier: MIT */
/*
 * daemon.h - the life of `vspan attach`: attach what was named, serve until a
 * signal, drain, detach, account. In the foreground; a service manager does the rest.
 */
#ifndef VSPAN_CLI_DAEMON_H
#define VSPAN_CLI_DAEMON_H

#include <stdbool.h>
#include <vspan/host.h>

struct daemon_options {
	struct vspan_consumer_options consumer;
	struct vspan_attach_options clock;
	struct vspan_attach_options functions; /* see service.h */
	const char *state_directory;           /* NULL: none */
	const char *control;                   /* NULL: no control socket */
	bool keep_going;                       /* a region that is refused is no reason to end */
	bool json;                             /* the account at the end */
	char **regions;                        /* paths and fd:N */
	int region_count;
};

/* An exit code. */
int daemon_run(const struct daemon_options *options);

#endif /* VSPAN_CLI_DAEMON_H */
