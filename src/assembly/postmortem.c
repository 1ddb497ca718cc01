/* SPDX-License-Identifier: MIT */
/* postmortem.c - see postmortem.h. */
#include "postmortem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vspan/access.h>
#include "assemble.h"
#include "control.h"
#include "endings.h"
#include "error.h"

/* As the consumer's rounds: spans that end on another ring meet in the same order. */
#define BATCHES_PER_TURN 8u
/* Longer than a consumer's first one: nobody refines this clock later. */
#define CLOCK_BASELINE_NS 50000000
/* For so long, or longer, a consumer sees the rings empty: spans then open are told. */
#define SILENCE_NS UINT64_C(1000000000)
/* Later than any time of a machine's life, and safe to add to. */
#define LATEST_NS (UINT64_MAX / 4)

/* What lies in a ring, as a reader sees it: nothing is emitted. */
struct survey {
	uint64_t taken;
	uint64_t torn;
	uint64_t lost; /* records the loss reports tell of */
};

static void survey_ring(const struct ring *ring, struct batch *batch, struct survey *survey)
{
	struct ring reader = *ring;
	uint32_t count, i;

	memset(survey, 0, sizeof(*survey));
	do {
		count = ring_read(&reader, RING_DEAD, 0, 0, batch);
		for (i = 0; i < count; i++)
			if (batch->records[i].kind == VSPAN_ABI_KIND_LOST)
				survey->lost += batch->words[batch->records[i].first_word];
		ring_release(&reader, batch);
	} while (batch->next != batch->from);
	survey->taken = reader.taken;
	survey->torn = reader.ledger.torn + reader.torn_least;
}

/*
 * What was drained before is somebody else's to tell of, but is part of the
 * account: records of before count as emitted, losses of before as told.
 */
static void ring_continue(
	struct ring_state *state, struct postmortem_ring *start, const struct survey *survey)
{
	const struct vspan_abi_writer *writer = state->ring.writer;
	const uint64_t attempted = vspan_read_once(&writer->attempted);
	const uint64_t discarded = vspan_read_once(&writer->discarded);
	const uint64_t pending = vspan_read_once(&writer->pending_lost);
	const uint64_t here = survey->taken + survey->torn;

	if (discarded <= attempted && here <= attempted - discarded)
		start->before = attempted - discarded - here;
	state->ring.taken = start->before;
	state->ring.ledger.emitted = start->before;
	if (pending <= discarded && survey->lost <= discarded - pending)
		state->lost_told = discarded - pending - survey->lost;
	/* Ends of spans that began before are no news, and no violations. */
	state->let_go = start->from;
}

/* Slots keep what was drained until the writer comes round; of earlier epochs nothing is read. */
static uint64_t oldest_slot(const struct ring *ring, uint64_t start, uint64_t reserved)
{
	return reserved > start && reserved - start > ring->slot_count &&
			reserved <= VSPAN_ABI_POSITION_MAX
		? reserved - ring->slot_count
		: start;
}

static void ring_start(struct postmortem *postmortem, uint32_t index, bool all)
{
	struct ring_state *state = &postmortem->attachment->rings[index];
	struct postmortem_ring *start = &postmortem->rings[index];
	struct ring *ring = &state->ring;
	const uint64_t first = ring->cursor;
	struct survey survey;
	uint64_t oldest;

	start->cursor = vspan_read_once(&ring->host->cursor);
	start->reserved = ring_reserved(ring);
	start->from = start->cursor;
	oldest = oldest_slot(ring, first, start->reserved);
	if (all && oldest < start->cursor)
		start->from = oldest;
	ring->cursor = start->from;
	/* The first slot may be in the middle of a record. */
	ring->resync = start->from != start->cursor && start->from != first;
	if (start->from == first && start->cursor == first)
		return;
	survey_ring(ring, &postmortem->batch, &survey);
	/* Of a ring that was lapped meanwhile nobody knows how many were drained. */
	if (ring->mode != VSPAN_ABI_MODE_OVERWRITE || start->from >= oldest)
		ring_continue(state, start, &survey);
	state->let_go = start->from;
}

static int clock_start(
	struct postmortem *postmortem, const struct clock *given, struct vspan_error *error)
{
	const struct timespec pause = {.tv_nsec = CLOCK_BASELINE_NS};
	struct clock_estimate estimate;

	if (given->ratio != 0) {
		postmortem->attachment->clock = *given;
		postmortem->latest = LATEST_NS;
		return 0;
	}
	clock_estimate_start(&estimate, 0);
	clock_estimate_sample(&estimate);
	nanosleep(&pause, NULL);
	clock_estimate_sample(&estimate);
	postmortem->latest = clock_now_ns();
	if (!clock_estimate_fit(&estimate, postmortem->latest, CLOCK_BASELINE_NS,
		    &postmortem->attachment->clock))
		return error_set(error, ERANGE,
			"this machine's time stamp counter does not advance steadily");
	return 0;
}

int postmortem_open(struct postmortem *postmortem, struct vspan_region *region,
	const struct postmortem_options *options, struct vspan_error *error)
{
	const uint32_t rings = region->geometry.ring_count;
	uint32_t i;
	int ret;

	memset(postmortem, 0, sizeof(*postmortem));
	postmortem->rings = calloc(rings, sizeof(*postmortem->rings));
	if (postmortem->rings != NULL)
		postmortem->attachment = attachment_create(region, region_number(region));
	if (postmortem->rings == NULL || postmortem->attachment == NULL)
		return error_set(error, ENOMEM, "out of memory to read region %s", region->name);
	ret = clock_start(postmortem, &options->clock, error);
	if (ret < 0)
		return ret;
	for (i = 0; i < rings; i++)
		ring_start(postmortem, i, options->all);
	attachment_learn_all(postmortem->attachment);
	attachment_count_invalid(postmortem->attachment);
	return 0;
}

static bool ring_drain(struct postmortem *postmortem, struct ring_state *state)
{
	struct batch *batch = &postmortem->batch;

	if (ring_read(&state->ring, RING_DEAD, 0, 0, batch) != 0)
		assemble_batch(postmortem->attachment, state, batch, postmortem->latest);
	ring_release(&state->ring, batch);
	return batch->next != batch->from;
}

static uint64_t last_time(const struct vspan_attachment *attachment)
{
	uint64_t last = 0;
	uint32_t i;

	for (i = 0; i < attachment->ring_count; i++)
		if (attachment->rings[i].last_ts > last)
			last = attachment->rings[i].last_ts;
	return last;
}

/*
 * Of rings that have been read to their ends nothing is to come before `until`,
 * whatever others still have: as of a ring a consumer has seen empty. One
 * with something unfinished at its end would not have looked so.
 */
static void tell_progress(struct postmortem *postmortem, uint64_t until)
{
	struct vspan_attachment *attachment = postmortem->attachment;
	uint32_t i;

	for (i = 0; i < attachment->ring_count; i++) {
		struct ring_state *state = &attachment->rings[i];

		if (state->ring.hole_slots == 0 && ring_empty(&state->ring, state->lost_told))
			state->idle_ts = until;
		endings_progress(attachment, state);
	}
}

bool postmortem_read(struct postmortem *postmortem)
{
	struct vspan_attachment *attachment = postmortem->attachment;

	for (;;) {
		struct ring_state *state = &attachment->rings[postmortem->turn];

		if (postmortem->turn_batches < BATCHES_PER_TURN && ring_drain(postmortem, state)) {
			postmortem->turn_batches++;
			return postmortem->worked = true;
		}
		postmortem->turn_batches = 0;
		if (++postmortem->turn < attachment->ring_count)
			continue;
		postmortem->turn = 0;
		if (!postmortem->worked) {
			tell_progress(postmortem, last_time(attachment) + SILENCE_NS);
			return false;
		}
		postmortem->worked = false;
		tell_progress(postmortem, last_time(attachment));
	}
}

void postmortem_end(struct postmortem *postmortem, uint32_t ring)
{
	struct vspan_attachment *attachment = postmortem->attachment;
	struct ring_state *state = &attachment->rings[ring];

	ring_close(&state->ring);
	endings_close(attachment, state);
	endings_progress(attachment, state);
	control_ledger(attachment->vm, ring, state->ring.epoch, &state->ring.ledger);
}

void postmortem_close(struct postmortem *postmortem)
{
	if (postmortem->attachment != NULL)
		attachment_destroy(postmortem->attachment);
	free(postmortem->rings);
	postmortem->attachment = NULL;
	postmortem->rings = NULL;
}
