/* SPDX-License-Identifier: MIT */
/*
 * rounds.c - the consumer's thread: fair rounds over all rings of all attached
 * regions, requests in between, sleep when there is nothing to do. Nobody else
 * touches readers, span tables and clocks.
 */
#include <urcu/urcu-memb.h>

#include <string.h>
#include <sys/prctl.h>
#include "assemble.h"
#include "consumer.h"
#include "control.h"
#include "endings.h"

/* An idle consumer sleeps longer and longer, up to this. */
#define IDLE_SLEEP_MAX_NS UINT64_C(1000000)
#define CLOCK_REFRESH_NS UINT64_C(500000000)
/* How often an idle ring says that nothing is to come from before now. */
#define IDLE_WATERMARK_NS UINT64_C(20000000)
/* Batches a ring may use in one round before the next ring's turn. */
#define BATCHES_PER_TURN 8u

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
	if (!worked && now - state->idle_ts >= IDLE_WATERMARK_NS &&
		ring_empty(&state->ring, state->lost_told))
		state->idle_ts = now - attachment->clock.error_ns;
	endings_progress(attachment, state);
	return worked;
}

/* All a stopped writer left; each turn takes a slot at least, so the ring's size bounds them. */
static void ring_drain_all(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state, enum ring_look look)
{
	uint32_t turns = state->ring.slot_count;

	while (turns-- > 0 && ring_drain(consumer, attachment, state, look))
		;
	endings_progress(attachment, state);
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
	endings_close(attachment, state);
	endings_progress(attachment, state);
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
	case REQUEST_LOOK:
		request->look(attachment, request->data);
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

void *rounds_thread(void *data)
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
