/* SPDX-License-Identifier: MIT */
/*
 * request.h - what other threads ask of the consumer's thread, which alone
 * touches readers and span tables. A request lives on its caller's stack.
 */
#ifndef VSPAN_CONSUMER_REQUEST_H
#define VSPAN_CONSUMER_REQUEST_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <urcu/list.h>
#include <vspan/host.h>

enum request_kind {
	REQUEST_HELLO,   /* call sites were learned: set enable bytes */
	REQUEST_DRAIN,   /* drain a stopped vCPU's ring */
	REQUEST_DEAD,    /* its writer is gone: drain, tear, abort, close */
	REQUEST_RESTART, /* all rings dead, and begin their next epochs */
	REQUEST_DETACH,  /* all rings dead */
	REQUEST_SUSPEND, /* drained, for another consumer to go on */
	REQUEST_LEDGER,
	REQUEST_LOOK, /* have request->look called: for status.c */
};

enum request_state { REQUEST_QUEUED, REQUEST_RUNNING, REQUEST_DONE };

struct request {
	struct cds_list_head node;
	enum request_kind kind;
	enum request_state state;
	struct vspan_attachment *attachment;
	uint32_t ring;
	struct vspan_ledger *ledger;
	void (*look)(struct vspan_attachment *attachment, void *data);
	void *data;
};

struct request_queue {
	pthread_mutex_t lock;
	pthread_cond_t done;
	struct cds_list_head queued;
	int doorbell; /* eventfd: readable when something was queued */
};

/* 0 or a negative errno. */
int request_queue_init(struct request_queue *queue);
void request_queue_destroy(struct request_queue *queue);

/*
 * Queues, rings the doorbell and waits. 0, or -ETIMEDOUT if nobody began with it
 * within `timeout_ns` (UINT64_MAX: for ever); once begun it is waited for.
 */
int request_call(struct request_queue *queue, struct request *request, uint64_t timeout_ns);

/* Consumer's thread: the next request, marked running; NULL: none. */
struct request *request_take(struct request_queue *queue);

/* Consumer's thread: wakes the caller; *request is gone afterwards. */
void request_finish(struct request_queue *queue, struct request *request);

/* Consumer's thread: sleeps until the doorbell rings, at most `ns`. */
void request_sleep(struct request_queue *queue, uint64_t ns);

/* Rings the doorbell. */
void request_ring(struct request_queue *queue);

#endif /* VSPAN_CONSUMER_REQUEST_H */
