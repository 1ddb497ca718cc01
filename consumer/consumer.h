/* SPDX-License-Identifier: MIT */
/*
 * consumer.h - a consumer: the registry it serves, the requests to its thread,
 * its clock's baseline. consumer.c has the public functions, rounds.c the thread.
 */
#ifndef VSPAN_CONSUMER_CONSUMER_H
#define VSPAN_CONSUMER_CONSUMER_H

#include <pthread.h>
#include "clock-estimate.h"
#include "registrar.h"
#include "registry.h"
#include "request.h"

struct vspan_consumer {
	struct registry registry;
	struct registrar registrar;
	struct request_queue requests;
	struct vspan_consumer_options options;
	pthread_t thread;
	bool stop;
	uint32_t host_spans_waiting; /* for their parents, on all rings; atomic */
	struct clock_estimate host; /* of this machine's counter; the thread's, but for its start */
	struct clock host_clock;    /* ratio 0: not known yet */
	uint64_t host_clock_number; /* how many there have been */
	uint64_t host_due;          /* ns: when the next one is made */
	struct clock_reading first_reading; /* constant */
	uint64_t announced;                 /* ns: when regions were last announced */
	bool announcing;                    /* somebody records announcements */
	struct vspan_consumer_stats stats;  /* words written by the thread, read by anyone */
	struct batch batch;
};

/* The thread: rounds until consumer->stop. `data` is the consumer. */
void *rounds_thread(void *data);

#endif /* VSPAN_CONSUMER_CONSUMER_H */
