/* SPDX-License-Identifier: MIT */
/* test-server.c - the control socket: bounds, descriptors, clients that do not behave. */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "cli/server.h"

static char directory[] = "/tmp/vspan-server-XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static struct server *server;
static size_t last_length;
static bool last_had_fd;
static size_t answer_size = 3;

static char *answer(void *data, const char *request, size_t length, int fd)
{
	char *text = malloc(answer_size + 1);

	(void)data;
	(void)request;
	last_length = length;
	last_had_fd = fd >= 0;
	memset(text, 'a', answer_size);
	text[answer_size] = '\0';
	return text;
}

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(directory));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", directory);
	cr_assert_eq(server_open(address.sun_path, answer, NULL, &server, NULL), 0);
}

static void tear_down(void)
{
	char lock[sizeof(address.sun_path) + 8];

	server_close(server);
	cr_expect_neq(access(address.sun_path, F_OK), 0, "the socket is removed");
	snprintf(lock, sizeof(lock), "%s.lock", address.sun_path);
	unlink(lock);
	rmdir(directory);
}

TestSuite(server, .init = set_up, .fini = tear_down, .timeout = 30);

static int connected(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void turns(int count)
{
	struct pollfd fds = {.fd = server_fd(server), .events = POLLIN};

	while (count-- > 0 && poll(&fds, 1, 10) > 0)
		server_turn(server);
}

/* What the client gets until the server closes. */
static size_t received(int fd)
{
	char part[65536];
	size_t total = 0;
	ssize_t length;

	do {
		turns(2);
		length = recv(fd, part, sizeof(part), MSG_DONTWAIT);
		total += length > 0 ? (size_t)length : 0;
	} while (length > 0 || (length < 0 && errno == EAGAIN));
	close(fd);
	return total;
}

Test(server, a_line_is_answered_also_in_pieces)
{
	int fd = connected();

	cr_assert_eq(write(fd, "one ", 4), 4);
	turns(3);
	cr_assert_eq(write(fd, "line\nand more", 13), 13);
	cr_expect_eq(received(fd), 3);
	cr_expect_eq(last_length, 8);
	cr_expect_not(last_had_fd);
}

Test(server, an_end_is_an_end_of_line_unless_nothing_came)
{
	int fd = connected();

	cr_assert_eq(write(fd, "no newline", 10), 10);
	shutdown(fd, SHUT_WR);
	cr_expect_eq(received(fd), 3);
	cr_expect_eq(last_length, 10);
	fd = connected();
	shutdown(fd, SHUT_WR);
	cr_expect_eq(received(fd), 0);
}

Test(server, a_request_without_end_is_cut_where_it_is_too_long)
{
	static char much[SERVER_REQUEST_MAX];
	int fd = connected();

	memset(much, 'x', sizeof(much));
	cr_assert_eq(write(fd, much, sizeof(much)), (ssize_t)sizeof(much));
	cr_expect_eq(received(fd), 3);
	cr_expect_eq(last_length, SERVER_REQUEST_MAX);
}

Test(server, a_long_answer_waits_for_its_client_and_nobody_else_does)
{
	int slow, fast;

	answer_size = 8u << 20;
	slow = connected();
	cr_assert_eq(write(slow, "\n", 1), 1);
	turns(4);
	answer_size = 5;
	fast = connected();
	cr_assert_eq(write(fast, "\n", 1), 1);
	cr_expect_eq(received(fast), 5);
	cr_expect_eq(received(slow), 8u << 20);
}

Test(server, more_clients_than_places_wait_for_a_place)
{
	int clients[SERVER_CLIENTS_MAX + 1];
	uint32_t i;

	for (i = 0; i <= SERVER_CLIENTS_MAX; i++)
		clients[i] = connected();
	turns(40);
	cr_assert_eq(write(clients[SERVER_CLIENTS_MAX], "\n", 1), 1);
	turns(10);
	cr_expect_eq(last_length, 0);
	cr_expect_lt(recv(clients[SERVER_CLIENTS_MAX], &i, 1, MSG_DONTWAIT), 0);
	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		close(clients[i]);
	cr_expect_eq(received(clients[SERVER_CLIENTS_MAX]), 3);
}

Test(server, a_descriptor_comes_along_and_further_ones_are_closed)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(8 * sizeof(int))];
	} control = {.header = {
			     .cmsg_len = CMSG_LEN(8 * sizeof(int)),
			     .cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS,
		     }};
	struct iovec line = {(void *)(uintptr_t) "take\n", 5};
	struct msghdr message = {.msg_iov = &line,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	int fd, ends[2], i;
	char byte;

	cr_assert_eq(pipe(ends), 0);
	for (i = 0; i < 8; i++)
		memcpy(CMSG_DATA(&control.header) + (size_t)i * sizeof(int), &ends[1], sizeof(int));
	fd = connected();
	cr_assert_eq(sendmsg(fd, &message, 0), 5);
	close(ends[1]);
	cr_expect_eq(received(fd), 3);
	cr_expect(last_had_fd);
	cr_expect_eq(read(ends[0], &byte, 1), 0, "the server keeps none of them open");
	close(ends[0]);
}

Test(server, the_socket_is_the_owners_and_has_one_server)
{
	struct vspan_error error = {0};
	struct server *second;
	struct stat status;

	cr_assert_eq(stat(address.sun_path, &status), 0);
	cr_expect_eq(status.st_mode & 0777, 0600);
	cr_expect_eq(server_open(address.sun_path, answer, NULL, &second, &error), -EADDRINUSE);
	cr_expect_not_null(strstr(error.text, "--control"));
	cr_expect_eq(access(address.sun_path, F_OK), 0, "the first one's is still there");
}
