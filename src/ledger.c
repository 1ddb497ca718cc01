/* SPDX-License-Identifier: MIT */
/*
 * ledger.c - the account of a ring: attempted = emitted + discarded + torn +
 * invalid + in the ring. What the host saw it counts; what the guest says about
 * itself is read once and never trusted further than arithmetic.
 */
#include "ring.h"

#include <vspan/access.h>

int64_t vspan_ledger_unexplained(const struct vspan_ledger *l)
{
	return (int64_t)(l->attempted - l->emitted - l->discarded_guest - l->discarded_host -
		l->torn - l->invalid - l->in_ring);
}

void vspan_ledger_add(struct vspan_ledger *sum, const struct vspan_ledger *more)
{
	sum->attempted += more->attempted;
	sum->emitted += more->emitted;
	sum->discarded_guest += more->discarded_guest;
	sum->discarded_host += more->discarded_host;
	sum->torn += more->torn;
	sum->invalid += more->invalid;
	sum->in_ring += more->in_ring;
	sum->spans += more->spans;
	sum->aborted += more->aborted;
	sum->events += more->events;
	sum->violations += more->violations;
	sum->lost_reports += more->lost_reports;
	sum->fulls += more->fulls;
}

/* Reads the guest's words, those that grow last first, so that a running writer never shows less.
 */
static void ledger_ask_guest(const struct ring *ring, struct vspan_ledger *ledger)
{
	ledger->fulls = vspan_read_once(&ring->writer->full);
	ledger->discarded_guest = vspan_read_once(&ring->writer->discarded);
	ledger->attempted = vspan_read_once(&ring->writer->attempted);
}

uint64_t ring_pending(const struct ring *ring)
{
	uint64_t reserve = vspan_read_once(&ring->writer->reserve);

	if (reserve <= ring->cursor)
		return 0;
	reserve -= ring->cursor;
	return reserve < ring->slot_count ? reserve : ring->slot_count;
}

void ring_ledger(const struct ring *ring, struct vspan_ledger *ledger)
{
	*ledger = ring->ledger;
	if (ring->closed)
		return;
	ledger_ask_guest(ring, ledger);
	if (ledger->attempted >= ring->taken + ledger->discarded_guest + ledger->torn)
		ledger->in_ring =
			ledger->attempted - ring->taken - ledger->discarded_guest - ledger->torn;
}

/*
 * A hole of n slots is one to n records; a writer stopped between counting and
 * reserving left no slot at all, at most one on each nesting level.
 */
static uint64_t torn_count(struct ring *ring, int64_t missing)
{
	if (missing >= (int64_t)ring->torn_least &&
		missing <= (int64_t)(ring->hole_slots + VSPAN_ABI_NEST_MAX + 1))
		return (uint64_t)missing;
	ring_violation(ring, VIOLATION_ACCOUNTING, 0);
	return ring->torn_least;
}

uint64_t ring_settle(struct ring *ring, uint64_t attempted, uint64_t discarded)
{
	int64_t missing = (int64_t)(attempted - discarded - ring->taken - ring->ledger.torn);

	/* The others were overwritten: ring_close() counts them. */
	if (ring->mode == VSPAN_ABI_MODE_OVERWRITE && missing > (int64_t)ring->torn_least)
		missing = ring->torn_least;
	ring->torn_news = (uint32_t)torn_count(ring, missing);
	ring->ledger.torn += ring->torn_news;
	ring->torn_least = 0;
	ring->hole_slots = 0;
	return ring->torn_news;
}

void ring_close(struct ring *ring)
{
	struct vspan_ledger *ledger = &ring->ledger;
	int64_t missing;

	if (ring->closed)
		return;
	ledger_ask_guest(ring, ledger);
	missing =
		(int64_t)(ledger->attempted - ledger->discarded_guest - ring->taken - ledger->torn);
	if (ring->mode == VSPAN_ABI_MODE_OVERWRITE && missing > (int64_t)ring->torn_least)
		ledger->discarded_guest += (uint64_t)missing - ring->torn_least;
	ring_settle(ring, ledger->attempted, ledger->discarded_guest);
	ring->closed = true;
}
