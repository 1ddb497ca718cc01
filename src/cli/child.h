/* SPDX-License-Identifier: MIT */
/*
 * child.h - the program that `vspan record -- PROGRAM` records: started with the
 * region in its environment, waited for, and told of the signals we are sent.
 */
#ifndef VSPAN_CLI_CHILD_H
#define VSPAN_CLI_CHILD_H

#include <stdint.h>
#include <vspan/host.h>

struct child_options {
	char **argv;             /* NULL-terminated; argv[0] is looked up in PATH */
	int region_fd;           /* passed on under its own number */
	const char *region_path; /* NULL: told by its descriptor */
	const char *preload;     /* a library for LD_PRELOAD, before the user's; NULL: none */
	uint64_t timeout_ns;     /* SIGTERM after it, SIGKILL some time later; 0: never */
	uint64_t kill_ns;        /* SIGKILL after it; 0: never */
};

/*
 * From here on the signals a user ends or steers a program with are not ours but
 * the child's: blocked, read by child_run(), and ours again when that has returned.
 * Before other threads are started.
 */
void child_signals_block(void);

/*
 * Starts the program, passes on signals that came to this process alone (those of
 * the terminal reach both), waits for its end. *status is as from waitpid(). 0, or a
 * negative errno with *error filled: it could not be started.
 */
int child_run(const struct child_options *options, int *status, struct vspan_error *error);

#endif /* VSPAN_CLI_CHILD_H */
