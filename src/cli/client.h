/* SPDX-License-Identifier: MIT */
/* client.h - asks a running `vspan attach` through its control socket. */
#ifndef VSPAN_CLI_CLIENT_H
#define VSPAN_CLI_CLIENT_H

#include <json-c/json.h>
#include <vspan/host.h>

/* A request with that command. The caller adds members. */
struct json_object *client_request(const char *command);

/*
 * Sends the request, which is gone then, and `fd` (-1: none) with it to the daemon at
 * `control` (NULL: where daemons of this user are by default). The answer, which the
 * caller puts, or NULL with *error: none came, or the daemon's own words.
 */
struct json_object *client_call(
	const char *control, struct json_object *request, int fd, struct vspan_error *error);

#endif /* VSPAN_CLI_CLIENT_H */
