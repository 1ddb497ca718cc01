/* SPDX-License-Identifier: MIT */
/*
 * attach-options.h - the command line of `vspan attach`, read by vspan, which hands
 * regions over by itself, and by vspan-host, which serves them.
 */
#ifndef VSPAN_CLI_ATTACH_OPTIONS_H
#define VSPAN_CLI_ATTACH_OPTIONS_H

#include "daemon.h"

struct attach_options {
	struct daemon_options daemon;
	const char *to; /* a running daemon's control socket; NULL: serve */
	const char *clock;
	bool no_state;
	bool no_control;
};

/* Fills a zeroed *options. An exit code, or -1 to go on. */
int attach_options_read(struct attach_options *options, int argc, char **argv);

/* Directories and paths nobody gave. 0 or a negative errno. */
int attach_options_default(struct attach_options *options, struct vspan_error *error);

#endif /* VSPAN_CLI_ATTACH_OPTIONS_H */
