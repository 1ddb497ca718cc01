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
#include "clocks.h"
#include "consumer.h"
#include "control.h"
#include "endings.h"
#include "frames.h"
#include "resume.h"

/* An idle consumer sleeps longer and longer, up to this. */
#define IDLE_SLEEP_MAX_NS UINT64_C(1000000)
/* A trace may begin at any time, and a flight recorder forgets: regions are named again. */
#define ANNOUNCE_NS UINT64_C(2000000000)
/* How often an idle ring says that nothing is to come from before now. */
#define IDLE_WATERMARK_NS UINT64_C(20000000)
/* How long a region's drain waits for call sites that are just being learned. */
#define LEARN_WAIT_NS UINT64_C(100000000)
/* How long a ring waits for a call site that was on before it was known. */
#define SITE_WAIT_NS UINT64_C(1000000000)
/* By how much a processor may read the counter before it makes a reservation visible. */
#define EMPTY_SLACK_NS UINT64_C(5000)
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

/*
 * Call sites that are on before they are known: a record of one that is published
 * waits until it has been learned, a bounded time. Of one that is not, it is wrong.
 */
static void ring_limit_sites(const struct vspan_attachment *attachment, struct ring_state *state,
	enum ring_look look, uint64_t now)
{
	state->ring.site_limit = UINT32_MAX;
	if (!attachment->sites_on || look == RING_DEAD)
		return;
	if (state->site_since != 0 &&
		(now - state->site_since >= SITE_WAIT_NS || !attachment_has_news(attachment)))
		return;
	state->ring.site_limit = attachment_known(attachment);
}

/* Remembers since when the ring stands still for a call site. */
static void ring_note_sites(struct ring_state *state, const struct batch *batch, uint64_t now)
{
	if (!state->ring.awaits_site || batch->next != batch->from)
		state->site_since = 0;
	else if (state->site_since == 0)
		state->site_since = now;
}

/* One bounded drain of a ring. True if slots were consumed. */
static bool ring_drain(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state, enum ring_look look)
{
	struct batch *batch = &consumer->batch;
	uint64_t now = clock_now_ns();
	uint32_t records;

	ring_limit_sites(attachment, state, look, now);
	records = ring_read(&state->ring, look, now, consumer->options.hole_ns, batch);
	ring_note_sites(state, batch, now);
	if (records != 0 && attachment->counter_unknown)
		clocks_take_batch(attachment, state, batch);
	/* The records are older than this instant, not than the one before the copy. */
	if (records != 0) {
		resume_begin(attachment, state, batch->next);
		assemble_batch(attachment, state, batch, clock_now_ns());
	}
	if (batch->next != batch->from)
		resume_commit(attachment, state, batch->next);
	/* Who sees the cursor move, as a flush does, finds the records counted. */
	consumer_count(consumer, records, now);
	ring_release(&state->ring, batch);
	return batch->next != batch->from;
}

/*
 * Remembers when a ring was seen empty: nothing that comes later was stamped
 * before. Its writer may have read the counter a moment before others see the
 * reservation, so it is taken to have been empty that much earlier.
 */
static void ring_seen_empty(
	struct vspan_attachment *attachment, struct ring_state *state, uint64_t now)
{
	const uint64_t error = attachment->clock.error_ns;
	const uint64_t before = attachment->counter_unknown ? clock_now_ns() : now;

	if (now - state->idle_ts < IDLE_WATERMARK_NS && !attachment->counter_unknown)
		return;
	if (!ring_empty(&state->ring, state->lost_told))
		return;
	state->empty_ns = before - EMPTY_SLACK_NS;
	if (now - state->idle_ts >= IDLE_WATERMARK_NS)
		state->idle_ts = now - (error < EMPTY_SLACK_NS ? error : EMPTY_SLACK_NS);
}

/* Drains a ring up to where a span of the host waits for its parent. */
static void ring_catch_up(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state)
{
	uint32_t turns = state->ring.slot_count;

	while (turns-- > 0 && contexts_next(&state->contexts) != UINT64_MAX) {
		frames_apply(attachment, state, state->ring.cursor);
		if (contexts_next(&state->contexts) == UINT64_MAX || state->dead ||
			!ring_drain(consumer, attachment, state, RING_COMMITTED))
			break;
	}
}

/*
 * A span of the host ends on a ring of the host's, but its parent is told from
 * where the guest's ring stands. So before any ring says how far it has got, those
 * that were told of host spans catch up: who reads the trace finds the parent first.
 */
static void consumer_settle(struct vspan_consumer *consumer)
{
	struct vspan_attachment *attachment;
	uint32_t i;

	if (__atomic_load_n(&consumer->host_spans_waiting, __ATOMIC_RELAXED) == 0)
		return;
	urcu_memb_read_lock();
	cds_list_for_each_entry_rcu (attachment, &consumer->registry.attachments, node)
		for (i = 0; i < attachment->ring_count && !attachment->detached; i++)
			ring_catch_up(consumer, attachment, &attachment->rings[i]);
	urcu_memb_read_unlock();
}

static void ring_progress(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state)
{
	frames_apply(attachment, state, state->ring.cursor);
	consumer_settle(consumer);
	endings_progress(attachment, state);
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
	if (attachment->counter_unknown)
		clocks_ping(attachment, state, now);
	if (!ring_published_moved(&state->ring)) {
		if (attachment->counter_unknown)
			ring_seen_empty(attachment, state, now);
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
	if (!worked)
		ring_seen_empty(attachment, state, now);
	ring_progress(consumer, attachment, state);
	return worked;
}

/* All a stopped writer left; each turn takes a slot at least, so the ring's size bounds them. */
static void ring_drain_all(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state, enum ring_look look)
{
	uint32_t turns = state->ring.slot_count;

	while (turns-- > 0 && ring_drain(consumer, attachment, state, look))
		;
	ring_progress(consumer, attachment, state);
}

/* The end of a ring's writer: nothing of it is left behind uncounted. */
static void ring_end(struct vspan_consumer *consumer, struct vspan_attachment *attachment,
	struct ring_state *state)
{
	struct ring *ring = &state->ring;

	if (state->dead)
		return;
	ring_drain_all(consumer, attachment, state, RING_DEAD);
	state->let_go = ring->cursor;
	resume_commit(attachment, state, ring->cursor);
	/* What ends now belongs to no record: to the position after the last one. */
	resume_begin(attachment, state, ring->cursor + 1);
	frames_apply(attachment, state, UINT64_MAX);
	ring_close(ring);
	endings_close(attachment, state);
	ring_progress(consumer, attachment, state);
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
		ring_state_ledger(&attachment->rings[i], &one);
		vspan_ledger_add(ledger, &one);
	}
}

/* Every ring's epoch ends and the next begins. No vCPU runs. */
static void attachment_restart(struct vspan_consumer *consumer, struct vspan_attachment *attachment)
{
	uint32_t i;

	/* All of them first: a span may have ended on another ring. */
	for (i = 0; i < attachment->ring_count; i++)
		ring_end(consumer, attachment, &attachment->rings[i]);
	attachment->early.count = 0;
	attachment->early_changed = true;
	for (i = 0; i < attachment->ring_count; i++) {
		struct ring_state *state = &attachment->rings[i];

		attachment_restart_ring(attachment, state);
		resume_commit(attachment, state, state->ring.cursor);
	}
}

/* Everything committed is read; the rest stays for whoever goes on. */
static void attachment_suspend(struct vspan_consumer *consumer, struct vspan_attachment *attachment)
{
	struct vspan_ledger account;
	uint32_t i;

	for (i = 0; i < attachment->ring_count; i++) {
		struct ring_state *state = &attachment->rings[i];

		ring_drain_all(consumer, attachment, state, RING_COMMITTED);
		frames_apply(attachment, state, UINT64_MAX);
		ring_ledger(&state->ring, &account);
		control_ledger(attachment->vm, i, state->ring.epoch, &account);
	}
	resume_settle(attachment);
}

static void consumer_serve(struct vspan_consumer *consumer, const struct request *request)
{
	struct vspan_attachment *attachment = request->attachment;
	uint32_t i;

	switch (request->kind) {
	case REQUEST_HELLO:
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
	case REQUEST_RESTART:
		attachment_restart(consumer, attachment);
		break;
	case REQUEST_DETACH:
		for (i = 0; i < attachment->ring_count; i++)
			ring_end(consumer, attachment, &attachment->rings[i]);
		resume_done(attachment);
		control_detach(attachment->vm);
		attachment_ledger(attachment, UINT32_MAX, request->ledger);
		attachment->detached = true;
		break;
	case REQUEST_SUSPEND:
		attachment_suspend(consumer, attachment);
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

/* When somebody begins to record announcements, and every now and then. */
static void consumer_announce(struct vspan_consumer *consumer, uint64_t now)
{
	const bool wanted = control_attach_enabled();
	struct vspan_attachment *attachment;

	if (wanted && (!consumer->announcing || now - consumer->announced >= ANNOUNCE_NS)) {
		consumer->announced = now;
		cds_list_for_each_entry_rcu (attachment, &consumer->registry.attachments, node)
			if (!attachment->detached)
				attachment_announce(attachment);
	}
	consumer->announcing = wanted;
}

/*
 * Has new call sites learned. True while the region's records should wait for
 * them: a moment, not for as long as a session daemon may hang.
 */
static bool attachment_awaits_sites(
	struct vspan_consumer *consumer, struct vspan_attachment *attachment, uint64_t now)
{
	if (!attachment_has_news(attachment)) {
		attachment->news_since = 0;
		return false;
	}
	if (attachment->news_since == 0)
		attachment->news_since = now;
	registrar_ask(&consumer->registrar, attachment);
	return !attachment->sites_on && now - attachment->news_since < LEARN_WAIT_NS;
}

/* One region's part of a round. True if anything was drained. */
static bool attachment_turn(
	struct vspan_consumer *consumer, struct vspan_attachment *attachment, uint64_t now)
{
	const bool waits = attachment_awaits_sites(consumer, attachment, now);
	bool worked = false;
	uint32_t i;

	clocks_follow(consumer, attachment, now);
	region_beat(attachment->region);
	attachment_count_invalid(attachment);
	attachment_sync_enables(attachment);
	if (waits || consumer->options.drain_on_exit_only)
		return false;
	for (i = 0; i < attachment->ring_count; i++)
		worked |= ring_turn(consumer, attachment, &attachment->rings[i], now);
	return worked;
}

/* One fair round over everything. True if anything was drained. */
static bool consumer_round(struct vspan_consumer *consumer)
{
	struct vspan_attachment *attachment;
	uint64_t now = clock_now_ns();
	bool worked = false;

	urcu_memb_read_lock();
	clocks_refresh(consumer, now);
	consumer_announce(consumer, now);
	cds_list_for_each_entry_rcu (attachment, &consumer->registry.attachments, node) {
		if (!attachment->detached)
			worked |= attachment_turn(consumer, attachment, now);
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
