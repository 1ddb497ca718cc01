/* SPDX-License-Identifier: MIT */
/*
 * consumer.c - the consumer's thread: fair rounds over all rings of all attached
 * regions, requests in between, sleep when there is nothing to do. And the
 * public functions of host.h that lead to it.
 */
#include <urcu/urcu-memb.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include "assemble.h"
#include "control.h"
#include "error.h"
#include "registry.h"
#include "request.h"


#define DEFAULT_POLL_NS UINT64_C(100000)
#define DEFAULT_QUIET_NS UINT64_C(1000000)
#define DEFAULT_HOLE_NS UINT64_C(1000000000)
/* An idle consumer sleeps longer and longer, up to this. */
#define IDLE_SLEEP_MAX_NS UINT64_C(1000000)
#define CLOCK_REFRESH_NS UINT64_C(500000000)
#define CLOCK_BASELINE_NS UINT64_C(10000000)
/* How often an idle ring says that nothing is to come from before now. */
#define IDLE_WATERMARK_NS UINT64_C(20000000)
/* Batches a ring may use in one round before the next ring's turn. */
#define BATCHES_PER_TURN 8u

struct vspan_consumer {
	struct registry registry;
	struct request_queue requests;
	struct vspan_consumer_options options;
	pthread_t thread;
	bool stop;
	uint32_t next_vm;
	struct clock_sample first_sample;  /* start of the clocks' baseline */
	uint64_t clock_refreshed;          /* ns */
	struct vspan_consumer_stats stats; /* words written by the thread, read by anyone */
	struct batch batch;
};

/* ---------------------------------------------------------- the consumer's thread */

static void consumer_count(struct vspan_consumer *consumer, uint32_t records, uint64_t now)
{
	if (records == 0)
		return;
	if (consumer->stats.first_record_ns == 0)
		__atomic_store_n(&consumer->stats.first_record_ns, now, __ATOMIC_RELAXED);
	__atomic_store_n(
		&consumer->stats.records, consumer->stats.records + records, __ATOMIC_RELAXED);
}

/* One bounded drain of a ring. True if slots were consumed. */
static bool ring_drain(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state, enum ring_look look)
{
	struct batch *batch = &consumer->batch;
	uint64_t now = clock_now_ns();
	uint32_t records = ring_read(&state->ring, look, now, consumer->options.hole_ns, batch);

	/* The records are older than this instant, not than the one before the copy. */
	if (records != 0)
		assemble_batch(attachment, state, batch, clock_now_ns());
	ring_release(&state->ring, batch);
	consumer_count(consumer, records, now);
	return batch->next != batch->from;
}

/* A ring's turn in a round. */
static bool ring_turn(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state, uint64_t now)
{
	enum ring_look look = RING_PUBLISHED;
	bool worked = false;
	uint32_t i;

	if (state->dead)
		return false;
	if (!ring_published_moved(&state->ring)) {
		if (now - state->looked < consumer->options.quiet_ns)
			return false;
		state->looked = now;
		look = RING_COMMITTED;
	}
	for (i = 0; i < BATCHES_PER_TURN; i++) {
		if (!ring_drain(consumer, attachment, state, look))
			break;
		worked = true;
	}
	if (!worked && now - state->idle_ts >= IDLE_WATERMARK_NS && ring_empty(&state->ring))
		state->idle_ts = now - attachment->clock.error_ns;
	assemble_progress(attachment, state);
	return worked;
}

/* All a stopped writer left; each turn takes a slot at least, so the ring's size bounds them. */
static void ring_drain_all(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state, enum ring_look look)
{
	uint32_t turns = state->ring.slot_count;

	while (turns-- > 0 && ring_drain(consumer, attachment, state, look))
		;
	assemble_progress(attachment, state);
}

/* The end of a ring's writer: nothing of it is left behind uncounted. */
static void ring_end(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state)
{
	struct ring *ring = &state->ring;

	if (state->dead)
		return;
	ring_drain_all(consumer, attachment, state, RING_DEAD);
	ring_close(ring);
	assemble_end(attachment, state);
	assemble_progress(attachment, state);
	control_ledger(attachment->vm, ring->index, ring->epoch, &ring->ledger);
	state->dead = true;
}

static void attachment_ledger(
	struct vspan_attachment *attachment, uint32_t ring, struct vspan_ledger *ledger)
{
	struct vspan_ledger one;
	uint32_t i;

	memset(ledger, 0, sizeof(*ledger));
	for (i = 0; i < attachment->ring_count; i++) {
		if (ring != UINT32_MAX && ring != i)
			continue;
		ring_ledger(&attachment->rings[i].ring, &one);
		vspan_ledger_add(ledger, &one);
	}
}

static void consumer_serve(struct vspan_consumer *consumer, const struct request *request)
{
	struct vspan_attachment *attachment = request->attachment;
	uint32_t i;

	switch (request->kind) {
	case REQUEST_HELLO:
		attachment_learn_sites(attachment);
		attachment_sync_enables(attachment);
		break;
	case REQUEST_DRAIN:
		if (!attachment->rings[request->ring].dead)
			ring_drain_all(consumer, attachment, &attachment->rings[request->ring],
				RING_COMMITTED);
		break;
	case REQUEST_DEAD:
		ring_end(consumer, attachment, &attachment->rings[request->ring]);
		break;
	case REQUEST_DETACH:
		for (i = 0; i < attachment->ring_count; i++)
			ring_end(consumer, attachment, &attachment->rings[i]);
		control_detach(attachment->vm);
		attachment_ledger(attachment, UINT32_MAX, request->ledger);
		attachment->detached = true;
		break;
	case REQUEST_LEDGER:
		attachment_ledger(attachment, request->ring, request->ledger);
		break;
	}
}

/* Follows the drift between counter and CLOCK_MONOTONIC over an ever longer baseline. */
static void consumer_refresh_clocks(struct vspan_consumer *consumer, uint64_t now)
{
	struct vspan_attachment *attachment;
	struct clock_sample sample;

	if (now - consumer->clock_refreshed < CLOCK_REFRESH_NS)
		return;
	consumer->clock_refreshed = now;
	clock_sample(&sample);
	cds_list_for_each_entry_rcu (attachment, &consumer->registry.attachments, node) {
		if (clock_set(&attachment->clock, &consumer->first_sample, &sample,
			    attachment->counter_offset, attachment->counter_error) == 0)
			control_clock(attachment->vm, UINT32_MAX, attachment->clock.counter0,
				attachment->clock.ns0, attachment->clock.error_ns);
	}
}

/* One fair round over everything. True if anything was drained. */
static bool consumer_round(struct vspan_consumer *consumer)
{
	struct vspan_attachment *attachment;
	uint64_t now = clock_now_ns();
	bool worked = false;
	uint32_t i;

	urcu_memb_read_lock();
	consumer_refresh_clocks(consumer, now);
	cds_list_for_each_entry_rcu (attachment, &consumer->registry.attachments, node) {
		if (attachment->detached)
			continue;
		attachment_sync_enables(attachment);
		for (i = 0; i < attachment->ring_count && !consumer->options.drain_on_exit_only;
			i++)
			worked |= ring_turn(consumer, attachment, &attachment->rings[i], now);
	}
	urcu_memb_read_unlock();
	__atomic_store_n(&consumer->stats.rounds, consumer->stats.rounds + 1, __ATOMIC_RELAXED);
	return worked;
}

static void *consumer_thread(void *data)
{
	struct vspan_consumer *consumer = data;
	uint64_t sleep = consumer->options.poll_ns;
	struct request *request;

	prctl(PR_SET_NAME, "vspan-consumer");
	urcu_memb_register_thread();
	while (!__atomic_load_n(&consumer->stop, __ATOMIC_ACQUIRE)) {
		while ((request = request_take(&consumer->requests)) != NULL) {
			consumer_serve(consumer, request);
			request_finish(&consumer->requests, request);
		}
		if (consumer_round(consumer)) {
			sleep = consumer->options.poll_ns;
			continue;
		}
		request_sleep(&consumer->requests, sleep);
		if (sleep < IDLE_SLEEP_MAX_NS)
			sleep += sleep / 4 + 1;
	}
	urcu_memb_unregister_thread();
	return NULL;
}

/* ---------------------------------------------------------------- public functions */

static int consumer_fail(struct vspan_consumer *consumer, int code, struct vspan_error *error)
{
	free(consumer);
	return error_set(error, code, "cannot start the consumer: %s", strerror(code));
}

int vspan_consumer_create(const struct vspan_consumer_options *options, struct vspan_consumer **out,
	struct vspan_error *error)
{
	struct vspan_consumer *consumer = calloc(1, sizeof(*consumer));
	int ret;

	if (consumer == NULL)
		return consumer_fail(consumer, ENOMEM, error);
	if (options != NULL)
		consumer->options = *options;
	if (consumer->options.poll_ns == 0)
		consumer->options.poll_ns = DEFAULT_POLL_NS;
	if (consumer->options.quiet_ns == 0)
		consumer->options.quiet_ns = DEFAULT_QUIET_NS;
	if (consumer->options.hole_ns == 0)
		consumer->options.hole_ns = DEFAULT_HOLE_NS;
	ret = request_queue_init(&consumer->requests);
	if (ret < 0)
		return consumer_fail(consumer, -ret, error);
	registry_init(&consumer->registry);
	clock_sample(&consumer->first_sample);
	consumer->clock_refreshed = consumer->first_sample.ns;
	ret = pthread_create(&consumer->thread, NULL, consumer_thread, consumer);
	if (ret != 0) {
		registry_destroy(&consumer->registry);
		request_queue_destroy(&consumer->requests);
		return consumer_fail(consumer, ret, error);
	}
	*out = consumer;
	return 0;
}

void vspan_consumer_destroy(struct vspan_consumer *consumer)
{
	if (consumer == NULL)
		return;
	__atomic_store_n(&consumer->stop, true, __ATOMIC_RELEASE);
	request_ring(&consumer->requests);
	pthread_join(consumer->thread, NULL);
	registry_destroy(&consumer->registry);
	request_queue_destroy(&consumer->requests);
	free(consumer);
}

void vspan_consumer_read_stats(struct vspan_consumer *consumer, struct vspan_consumer_stats *stats)
{
	stats->rounds = __atomic_load_n(&consumer->stats.rounds, __ATOMIC_RELAXED);
	stats->records = __atomic_load_n(&consumer->stats.records, __ATOMIC_RELAXED);
	stats->first_record_ns =
		__atomic_load_n(&consumer->stats.first_record_ns, __ATOMIC_RELAXED);
}

/* A first clock, over a baseline of at least CLOCK_BASELINE_NS. */
static int attachment_start_clock(
	struct vspan_attachment *attachment, const struct clock_sample *first)
{
	struct clock_sample sample;
	struct timespec pause = {0, 0};

	clock_sample(&sample);
	if (sample.ns - first->ns < CLOCK_BASELINE_NS) {
		pause.tv_nsec = (long)(CLOCK_BASELINE_NS - (sample.ns - first->ns));
		nanosleep(&pause, NULL);
		clock_sample(&sample);
	}
	return clock_set(&attachment->clock, first, &sample, attachment->counter_offset,
		attachment->counter_error);
}

static void attachment_announce(const struct vspan_attachment *attachment)
{
	const struct vspan_region *region = attachment->region;
	struct control_attach attach = {
		.vm = attachment->vm,
		.rings = attachment->ring_count,
		.name = region->name,
		.counter_hz = region->counter_hz,
	};
	uint32_t i;

	memcpy(attach.identity, region->identity, sizeof(attach.identity));
	control_attach(&attach);
	control_clock(attachment->vm, UINT32_MAX, attachment->clock.counter0, attachment->clock.ns0,
		attachment->clock.error_ns);
	for (i = 0; i < attachment->ring_count; i++)
		control_epoch(attachment->vm, i, attachment->rings[i].ring.epoch);
}

int vspan_consumer_attach(struct vspan_consumer *consumer, struct vspan_region *region,
	const struct vspan_attach_options *options, struct vspan_attachment **out,
	struct vspan_error *error)
{
	uint32_t vm = __atomic_fetch_add(&consumer->next_vm, 1, __ATOMIC_RELAXED);
	struct vspan_attachment *attachment = attachment_create(region, vm);

	if (attachment == NULL)
		return error_set(error, ENOMEM, "out of memory to attach region %s", region->name);
	attachment->consumer = consumer;
	if (options != NULL) {
		attachment->counter_offset = options->counter_offset;
		attachment->counter_error = options->counter_error;
	}
	if (attachment_start_clock(attachment, &consumer->first_sample) < 0) {
		attachment_destroy(attachment);
		return error_set(error, ERANGE,
			"this machine's time stamp counter does not advance steadily: vspan needs "
			"an invariant TSC");
	}
	attachment_announce(attachment);
	region_set_draining(region, true);
	registry_add(&consumer->registry, attachment);
	request_ring(&consumer->requests);
	*out = attachment;
	return 0;
}

static int attachment_call(struct vspan_attachment *attachment, enum request_kind kind,
	uint32_t ring, struct vspan_ledger *ledger, uint64_t timeout_ns)
{
	struct request request = {
		.kind = kind,
		.attachment = attachment,
		.ring = ring,
		.ledger = ledger,
	};

	return request_call(&attachment->consumer->requests, &request, timeout_ns);
}

void vspan_consumer_detach(struct vspan_attachment *attachment, struct vspan_ledger *ledger)
{
	struct vspan_ledger sum;

	attachment_call(attachment, REQUEST_DETACH, 0, &sum, UINT64_MAX);
	registry_remove(&attachment->consumer->registry, attachment);
	region_set_draining(attachment->region, false);
	attachment_destroy(attachment);
	if (ledger != NULL)
		*ledger = sum;
}

void vspan_attachment_hello(struct vspan_attachment *attachment)
{
	attachment_call(attachment, REQUEST_HELLO, 0, NULL, UINT64_MAX);
}

int vspan_attachment_drain(struct vspan_attachment *attachment, uint32_t ring, uint64_t timeout_ns)
{
	if (ring >= attachment->ring_count)
		return -EINVAL;
	return attachment_call(attachment, REQUEST_DRAIN, ring, NULL, timeout_ns);
}

void vspan_attachment_ring_dead(struct vspan_attachment *attachment, uint32_t ring)
{
	if (ring < attachment->ring_count)
		attachment_call(attachment, REQUEST_DEAD, ring, NULL, UINT64_MAX);
}

void vspan_attachment_ledger(
	struct vspan_attachment *attachment, uint32_t ring, struct vspan_ledger *ledger)
{
	attachment_call(attachment, REQUEST_LEDGER, ring, ledger, UINT64_MAX);
}
