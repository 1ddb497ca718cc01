/* SPDX-License-Identifier: MIT */
/*
 * ust-environment.h - variables lttng-ust reads before main(): a command that needs
 * other values than lttng-ust's own starts over with them.
 */
#ifndef VSPAN_CLI_UST_ENVIRONMENT_H
#define VSPAN_CLI_UST_ENVIRONMENT_H

#define UST_ALLOW_BLOCKING 0x1u /* its channels may wait: their blocking timeout is honoured */
#define UST_NO_WAIT 0x2u        /* a session daemon that hangs does not delay the start */

/* Returns if the user or we have set them all, or if the program cannot be started again. */
void ust_environment(unsigned wanted, char **argv);

#endif /* VSPAN_CLI_UST_ENVIRONMENT_H */
