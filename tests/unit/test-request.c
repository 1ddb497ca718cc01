/* SPDX-License-Identifier: MIT */
/* test-request.c - requests are served, time out, and wake the sleeper. */
#include <criterion/criterion.h>
#include <errno.h>
#include "request.h"

static struct request_queue queue;

static void *serve(void *data)
{
	uint32_t left = *(uint32_t *)data;
	struct request *request;

	while (left > 0) {
		request = request_take(&queue);
		if (request == NULL) {
			request_sleep(&queue, UINT64_C(1000000000));
			continue;
		}
		request->ring++;
		request_finish(&queue, request);
		left--;
	}
	return NULL;
}

Test(request, is_served_by_another_thread, .timeout = 10)
{
	struct request request = {.kind = REQUEST_DRAIN};
	uint32_t count = 1000, i;
	pthread_t thread;

	cr_assert_eq(request_queue_init(&queue), 0);
	pthread_create(&thread, NULL, serve, &count);
	for (i = 0; i < count; i++)
		cr_assert_eq(request_call(&queue, &request, UINT64_MAX), 0);
	pthread_join(thread, NULL);
	cr_expect_eq(request.ring, count);
	request_queue_destroy(&queue);
}

Test(request, times_out_when_nobody_serves, .timeout = 10)
{
	struct request request = {.kind = REQUEST_DRAIN};

	cr_assert_eq(request_queue_init(&queue), 0);
	cr_expect_eq(request_call(&queue, &request, 1000000), -ETIMEDOUT);
	cr_expect_null(request_take(&queue), "a timed-out request is gone from the queue");
	request_queue_destroy(&queue);
}
