/* SPDX-License-Identifier: MIT */
/*
 * log.h - what `vspan attach` tells while it runs: one line each on standard
 * error, from any thread. Under systemd with its priority in front; on a terminal
 * warnings and errors are coloured, unless NO_COLOR is set.
 */
#ifndef VSPAN_CLI_LOG_H
#define VSPAN_CLI_LOG_H

#include <stdbool.h>
#include <stdio.h>
#include <syslog.h>

/* `level` is one of syslog's; `region` names whom it is about, NULL: nobody in particular. */
void log_line(int level, const char *region, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A struct vspan_consumer_options.log. */
void log_consumer(void *data, int level, const char *text);

/* True if `to` is a terminal and the user has nothing against colours. */
bool log_colours(FILE *to);

#endif /* VSPAN_CLI_LOG_H */
