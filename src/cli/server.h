/* SPDX-License-Identifier: MIT */
/*
 * server.h - the control socket of `vspan attach`: a client sends one line, with a
 * descriptor if it likes, gets one line back, and is done. Everything is bounded
 * and nothing waits for a client.
 */
#ifndef VSPAN_CLI_SERVER_H
#define VSPAN_CLI_SERVER_H

#include <stddef.h>
#include <vspan/host.h>

#define SERVER_CLIENTS_MAX 16u
#define SERVER_REQUEST_MAX 32768u
/* A client that neither sends nor takes anything for so long is dropped. */
#define SERVER_PATIENCE_NS UINT64_C(10000000000)

/*
 * Answers a request of `length` bytes, not terminated by anything. `fd`: what came
 * with it, or -1; stays the server's. The answer is freed by the server.
 */
typedef char *(*server_answer)(void *data, const char *request, size_t length, int fd);

struct server;

/* A socket for this user alone at `path`; what an ended server left there is replaced. */
int server_open(const char *path, server_answer answer, void *data, struct server **out,
	struct vspan_error *error);

/* Removes the socket. NULL is fine. */
void server_close(struct server *server);

/* Readable when server_turn() has something to do; it has to be called now and then anyway. */
int server_fd(const struct server *server);
void server_turn(struct server *server);

#endif /* VSPAN_CLI_SERVER_H */
