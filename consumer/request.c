/* SPDX-License-Identifier: MIT */
/* request.c - a queue of requests with a doorbell. */
#include "request.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)

int request_queue_init(struct request_queue *queue)
{
	pthread_condattr_t attributes;

	queue->doorbell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (queue->doorbell < 0)
		return -errno;
	CDS_INIT_LIST_HEAD(&queue->queued);
	pthread_mutex_init(&queue->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->done, &attributes);
	pthread_condattr_destroy(&attributes);
	return 0;
}

void request_queue_destroy(struct request_queue *queue)
{
	pthread_cond_destroy(&queue->done);
	pthread_mutex_destroy(&queue->lock);
	close(queue->doorbell);
}

void request_ring(struct request_queue *queue)
{
	uint64_t one = 1;
	/* A full counter is as loud as it gets. */
	ssize_t ignored = write(queue->doorbell, &one, sizeof(one));

	(void)ignored;
}

static struct timespec deadline_in(uint64_t ns)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += (time_t)(ns / NS_PER_SECOND);
	at.tv_nsec += (long)(ns % NS_PER_SECOND);
	if (at.tv_nsec >= (long)NS_PER_SECOND) {
		at.tv_sec++;
		at.tv_nsec -= (long)NS_PER_SECOND;
	}
	return at;
}

int request_call(struct request_queue *queue, struct request *request, uint64_t timeout_ns)
{
	struct timespec deadline = {0};
	int ret = 0;

	if (timeout_ns != UINT64_MAX)
		deadline = deadline_in(timeout_ns);
	pthread_mutex_lock(&queue->lock);
	request->state = REQUEST_QUEUED;
	cds_list_add_tail(&request->node, &queue->queued);
	request_ring(queue);
	while (request->state != REQUEST_DONE) {
		if (timeout_ns == UINT64_MAX || request->state == REQUEST_RUNNING)
			pthread_cond_wait(&queue->done, &queue->lock);
		else if (pthread_cond_timedwait(&queue->done, &queue->lock, &deadline) ==
				ETIMEDOUT &&
			request->state == REQUEST_QUEUED) {
			cds_list_del(&request->node);
			ret = -ETIMEDOUT;
			break;
		}
	}
	pthread_mutex_unlock(&queue->lock);
	return ret;
}

struct request *request_take(struct request_queue *queue)
{
	struct request *request = NULL;

	pthread_mutex_lock(&queue->lock);
	if (!cds_list_empty(&queue->queued)) {
		request = cds_list_first_entry(&queue->queued, struct request, node);
		cds_list_del(&request->node);
		request->state = REQUEST_RUNNING;
	}
	pthread_mutex_unlock(&queue->lock);
	return request;
}

void request_finish(struct request_queue *queue, struct request *request)
{
	pthread_mutex_lock(&queue->lock);
	request->state = REQUEST_DONE;
	pthread_cond_broadcast(&queue->done);
	pthread_mutex_unlock(&queue->lock);
}

void request_sleep(struct request_queue *queue, uint64_t ns)
{
	struct pollfd doorbell = {.fd = queue->doorbell, .events = POLLIN};
	struct timespec timeout = {
		.tv_sec = (time_t)(ns / NS_PER_SECOND),
		.tv_nsec = (long)(ns % NS_PER_SECOND),
	};
	uint64_t count;
	ssize_t ignored;

	if (ppoll(&doorbell, 1, &timeout, NULL) <= 0)
		return;
	ignored = read(queue->doorbell, &count, sizeof(count));
	(void)ignored;
}
