/* SPDX-License-Identifier: MIT */
/* client.c - see client.h. */
#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "error.h"
#include "places.h"

#define PATIENCE_S 30
#define ANSWER_MAX (UINT64_C(256) << 20)

struct json_object *client_request(const char *command)
{
	struct json_object *request = json_object_new_object();

	json_object_object_add(request, "command", json_object_new_string(command));
	return request;
}

static int client_connect(const char *control, struct vspan_error *error)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(control) >= sizeof(address.sun_path))
		return error_set(error, ENAMETOOLONG, "%s: a socket's path has at most %zu bytes",
			control, sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, control);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_set(error, errno, "cannot make a socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error_set(error, errno,
		errno == EACCES ? "you may not talk to the daemon at %s (%s): run as its user"
				: "no daemon answers at %s (%s): start one with `vspan attach "
				  "REGION`, or give its control socket",
		control, strerror(errno));
	close(fd);
	return -error->code;
}

/* The text and its newline; the descriptor goes with the first byte. */
static int client_send(int socket, const char *text, int fd, struct vspan_error *error)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.header = {
			     .cmsg_len = CMSG_LEN(sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS,
		     }};
	struct iovec parts[2] = {
		{(void *)(uintptr_t)text, strlen(text)},
		{(void *)(uintptr_t) "\n", 1},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t sent;

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.space);
	}
	sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	/* A request fits the socket's buffer: it goes as a whole. */
	if (sent == (ssize_t)(parts[0].iov_len + 1))
		return 0;
	return error_set(error, sent < 0 ? errno : EIO, "the daemon does not take the request: %s",
		strerror(sent < 0 ? errno : EIO));
}

static struct json_object *client_receive(int socket, struct vspan_error *error)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *answer = NULL;
	uint64_t total = 0;
	char part[65536];
	ssize_t length;

	do {
		length = recv(socket, part, sizeof(part), 0);
		if (length <= 0)
			break;
		total += (uint64_t)length;
		answer = json_tokener_parse_ex(tokener, part, (int)length);
	} while (answer == NULL && total < ANSWER_MAX &&
		json_tokener_get_error(tokener) == json_tokener_continue);
	json_tokener_free(tokener);
	if (answer == NULL)
		error_set(error, EPROTO,
			"no answer from the daemon within %d s: see its log for the reason",
			PATIENCE_S);
	return answer;
}

/* The daemon's refusal becomes an error. */
static struct json_object *client_judge(struct json_object *answer, struct vspan_error *error)
{
	struct json_object *value;

	if (answer == NULL ||
		(json_object_object_get_ex(answer, "ok", &value) && json_object_get_boolean(value)))
		return answer;
	error_set(error, EREMOTEIO, "%s",
		json_object_object_get_ex(answer, "error", &value) ? json_object_get_string(value)
								   : "refused");
	json_object_put(answer);
	return NULL;
}

struct json_object *client_call(
	const char *control, struct json_object *request, int fd, struct vspan_error *error)
{
	struct json_object *answer = NULL;
	char place[PATH_MAX];
	int socket = -1;

	if (control == NULL && places_control(place, error))
		control = place;
	if (control != NULL)
		socket = client_connect(control, error);
	if (socket >= 0) {
		if (client_send(socket,
			    json_object_to_json_string_ext(request,
				    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			    fd, error) == 0)
			answer = client_judge(client_receive(socket, error), error);
		close(socket);
	}
	json_object_put(request);
	return answer;
}
