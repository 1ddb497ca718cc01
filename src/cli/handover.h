/* SPDX-License-Identifier: MIT */
/* handover.h - `vspan attach --to`: gives regions to a daemon that runs already. */
#ifndef VSPAN_CLI_HANDOVER_H
#define VSPAN_CLI_HANDOVER_H

/*
 * Hands over each word, a path or fd:N, as an open descriptor: the daemon needs no
 * access to the path. `clock` as on the command line, NULL: the default. An exit code.
 */
int handover(const char *control, const char *clock, int count, char **words);

#endif /* VSPAN_CLI_HANDOVER_H */
