/* SPDX-License-Identifier: MIT */
/*
 * answers.h - the requests of the control socket: JSON objects with a `command`,
 * answered by one with `ok`. vspan-attach(1) describes them.
 */
#ifndef VSPAN_CLI_ANSWERS_H
#define VSPAN_CLI_ANSWERS_H

#include <stddef.h>
#include "service.h"

/* Answers a request for service `data`; a server_answer. */
char *answer_request(void *data, const char *request, size_t length, int fd);

#endif /* VSPAN_CLI_ANSWERS_H */
