/* SPDX-License-Identifier: MIT */
/* server.c - see server.h. */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "clock.h"
#include "error.h"

/* Descriptors one message may bring; all but the first are closed. */
#define DESCRIPTORS_MAX 4
#define EVENTS 8

struct client {
	int fd;
	int passed; /* descriptor that came with the request, -1: none */
	uint64_t active;
	size_t used;
	char *answer; /* NULL: still reading */
	size_t length;
	size_t sent;
	char request[SERVER_REQUEST_MAX];
};

struct server {
	int epoll;
	int listener;
	int lock;
	bool listening; /* in the epoll set: not while all places are taken */
	server_answer answer;
	void *data;
	struct client *clients[SERVER_CLIENTS_MAX];
	struct sockaddr_un address;
};

/* The first of them is kept. */
static void take_descriptors(struct client *client, struct msghdr *message)
{
	struct cmsghdr *header;
	size_t i;
	int fd;

	for (header = CMSG_FIRSTHDR(message); header != NULL;
		header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		for (i = 0; i < (header->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
			memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(fd));
			if (client->passed < 0)
				client->passed = fd;
			else
				close(fd);
		}
	}
}

static ssize_t client_receive(struct client *client)
{
	char control[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	struct iovec space = {
		.iov_base = client->request + client->used,
		.iov_len = sizeof(client->request) - client->used,
	};
	struct msghdr message = {
		.msg_iov = &space,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length = recvmsg(client->fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (length >= 0)
		take_descriptors(client, &message);
	return length;
}

/* The whole request is here: answers it. False: no memory for an answer. */
static bool client_answer(struct server *server, struct client *client, size_t length)
{
	struct epoll_event event = {.events = EPOLLOUT, .data.ptr = client};
	char *answer = server->answer(server->data, client->request, length, client->passed);

	if (answer == NULL)
		return false;
	client->answer = answer;
	client->length = strlen(answer);
	epoll_ctl(server->epoll, EPOLL_CTL_MOD, client->fd, &event);
	return true;
}

/* False: the client is done, or gone. */
static bool client_read(struct server *server, struct client *client)
{
	ssize_t length = client_receive(client);
	const char *end;

	if (length < 0)
		return errno == EAGAIN || errno == EINTR;
	client->active = clock_now_ns();
	client->used += (size_t)length;
	end = memchr(client->request, '\n', client->used);
	if (end != NULL)
		return client_answer(server, client, (size_t)(end - client->request));
	/* Too long, or all there is: the answer says what is wrong with it. */
	if (client->used == sizeof(client->request) || (length == 0 && client->used > 0))
		return client_answer(server, client, client->used);
	return length > 0;
}

static bool client_write(struct client *client)
{
	ssize_t length = send(client->fd, client->answer + client->sent,
		client->length - client->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (length < 0)
		return errno == EAGAIN || errno == EINTR;
	client->active = clock_now_ns();
	client->sent += (size_t)length;
	return client->sent < client->length;
}

/* Takes new clients, or leaves them waiting outside. */
static void server_listen(struct server *server, bool listen)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

	if (listen == server->listening)
		return;
	if (epoll_ctl(server->epoll, listen ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, server->listener,
		    &event) == 0)
		server->listening = listen;
}

static void client_drop(struct server *server, struct client *client)
{
	uint32_t i;

	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i] == client)
			server->clients[i] = NULL;
	close(client->fd);
	if (client->passed >= 0)
		close(client->passed);
	free(client->answer);
	free(client);
	server_listen(server, true);
}

static struct client *client_new(struct server *server, int fd)
{
	struct client *client = malloc(sizeof(*client));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};

	if (client == NULL)
		return NULL;
	/* Not the request: 32 KiB nobody looks at before they are written. */
	memset(client, 0, offsetof(struct client, request));
	client->fd = fd;
	client->passed = -1;
	client->active = clock_now_ns();
	if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return client;
	free(client);
	return NULL;
}

static void server_accept(struct server *server)
{
	uint32_t place = 0;
	int fd;

	while (place < SERVER_CLIENTS_MAX && server->clients[place] != NULL)
		place++;
	if (place == SERVER_CLIENTS_MAX) {
		server_listen(server, false);
		return;
	}
	fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	server->clients[place] = client_new(server, fd);
	if (server->clients[place] == NULL)
		close(fd);
}

static void server_drop_idle(struct server *server)
{
	const uint64_t now = clock_now_ns();
	uint32_t i;

	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i] != NULL &&
			now - server->clients[i]->active > SERVER_PATIENCE_NS)
			client_drop(server, server->clients[i]);
}

void server_turn(struct server *server)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(server->epoll, events, EVENTS, 0);
	struct client *client;
	int i;

	for (i = 0; i < count; i++) {
		client = events[i].data.ptr;
		if (client == NULL)
			server_accept(server);
		else if (client->answer == NULL ? !client_read(server, client)
						: !client_write(client))
			client_drop(server, client);
	}
	server_drop_idle(server);
}

int server_fd(const struct server *server)
{
	return server->epoll;
}

/* Two servers may start at once: who has the lock may replace the socket. */
static int server_lock(struct server *server, struct vspan_error *error)
{
	const char *path = server->address.sun_path;
	char name[sizeof(server->address.sun_path) + sizeof(".lock")];

	strcpy(name, path);
	strcat(name, ".lock");
	server->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (server->lock < 0)
		return error_set(error, errno, "cannot create %s: %s; give another --control", name,
			strerror(errno));
	if (flock(server->lock, LOCK_EX | LOCK_NB) < 0)
		return error_set(error, EADDRINUSE,
			"a daemon answers at %s already: hand regions to it by `vspan attach "
			"--to=%s`, or give another --control",
			path, path);
	return 0;
}

static int server_bind(struct server *server, struct vspan_error *error)
{
	const char *path = server->address.sun_path;
	struct stat status;

	if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
		unlink(path);
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The mode of the descriptor becomes that of the file: it is never wider. */
	if (server->epoll < 0 || server->listener < 0 || fchmod(server->listener, 0600) < 0 ||
		bind(server->listener, (struct sockaddr *)&server->address,
			sizeof(server->address)) < 0 ||
		listen(server->listener, SERVER_CLIENTS_MAX) < 0)
		return error_set(error, errno,
			"cannot listen at %s: %s; give another --control, or --no-control", path,
			strerror(errno));
	server_listen(server, true);
	return 0;
}

int server_open(const char *path, server_answer answer, void *data, struct server **out,
	struct vspan_error *error)
{
	struct server *server;
	int ret;

	if (strlen(path) >= sizeof(server->address.sun_path))
		return error_set(error, ENAMETOOLONG,
			"%s: a socket's path has at most %zu bytes; give another --control", path,
			sizeof(server->address.sun_path) - 1);
	server = calloc(1, sizeof(*server));
	if (server == NULL)
		return error_set(error, ENOMEM, "out of memory for the control socket");
	server->epoll = server->listener = server->lock = -1;
	server->answer = answer;
	server->data = data;
	server->address.sun_family = AF_UNIX;
	strcpy(server->address.sun_path, path);
	ret = server_lock(server, error);
	if (ret == 0)
		ret = server_bind(server, error);
	if (ret < 0) {
		server_close(server);
		return ret;
	}
	*out = server;
	return 0;
}

void server_close(struct server *server)
{
	uint32_t i;

	if (server == NULL)
		return;
	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i] != NULL)
			client_drop(server, server->clients[i]);
	if (server->listener >= 0) {
		if (server->listening)
			unlink(server->address.sun_path);
		close(server->listener);
	}
	if (server->epoll >= 0)
		close(server->epoll);
	if (server->lock >= 0)
		close(server->lock);
	free(server);
}
