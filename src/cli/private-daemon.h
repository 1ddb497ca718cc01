/* SPDX-License-Identifier: MIT */
/* private-daemon.h - a session daemon for users who run none; it lives as long as the recording. */
#ifndef VSPAN_CLI_PRIVATE_DAEMON_H
#define VSPAN_CLI_PRIVATE_DAEMON_H

#include <sys/types.h>
#include <vspan/host.h>

/* Starts lttng-sessiond and waits until it answers. 0 or a negative errno, *error filled. */
int private_daemon_start(pid_t *daemon, struct vspan_error *error);

/* Ends it and waits. 0 is no daemon. */
void private_daemon_stop(pid_t daemon);

#endif /* VSPAN_CLI_PRIVATE_DAEMON_H */
