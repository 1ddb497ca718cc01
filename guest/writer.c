/* SPDX-License-Identifier: MIT */
/*
 * writer.c - the slow paths of the ring writer: a full ring, loss and its
 * report, variable-length payloads, flush. Called from writer.h and site.h.
 *
 * Everything here may be interrupted by another writer on the same vCPU, so each
 * update of a shared word is one instruction or may be lost without harm.
 */
#include <vspan/guest.h>

/* Exits one record may cost before it counts as discarded. */
#define FULL_ATTEMPTS 4

/* Slots of a loss report: three payload words. */
#define LOST_SLOTS 2u

/* Slots of a RECLAIM record: two payload words. */
#define RECLAIM_SLOTS 2u

/* Puts the cached cursor so far behind that the next record takes the slow path. */
#define CURSOR_POISON (UINT64_C(1) << 62)

struct vspan_writer vspan_writers[VSPAN_WRITERS_MAX] __attribute__((aligned(64)));

/* Re-reads the reader's cursor (C). True if `slots` more fit below `limit`. */
static bool vspan_writer_refresh(struct vspan_writer *writer, uint32_t slots, uint64_t limit)
{
	struct vspan_abi_writer *shared = writer->shared;
	uint64_t cursor = vspan_cursor_load_C(&writer->ring->cursor);

	shared->cached_cursor = cursor;
	return shared->reserve + slots - cursor <= limit;
}

/*
 * Block mode: asks the host for room. Gives up when an exit did not move the
 * cursor: the ring may be full because a writer we interrupted holds the oldest
 * slot, and waiting for it from inside would be for ever.
 */
static bool vspan_writer_ask_host(struct vspan_writer *writer, uint32_t slots, uint64_t limit)
{
	uint64_t before = writer->shared->cached_cursor;
	int attempt;

	for (attempt = 0; attempt < FULL_ATTEMPTS; attempt++) {
		vspan_arch_increment_local(&writer->shared->full);
		vspan_writer_flush(writer);
		vspan_port_notify(VSPAN_NOTIFY_FULL, writer->index);
		if (vspan_writer_refresh(writer, slots, limit))
			return true;
		if (writer->shared->cached_cursor == before)
			return false;
		before = writer->shared->cached_cursor;
	}
	return false;
}

/* Counted first, timed second: the host takes `discarded` for a sign of times to come. */
static void vspan_writer_discard(struct vspan_writer *writer, bool stacked_end)
{
	struct vspan_abi_writer *shared = writer->shared;
	uint64_t now;

	vspan_arch_increment_local(&shared->discarded);
	now = vspan_port_counter();
	if (shared->pending_lost == 0)
		shared->pending_first = now;
	shared->pending_last = now;
	/* The end first: if a handler reports in between, it is left for the next report. */
	if (stacked_end)
		vspan_arch_increment_local(&shared->pending_ends);
	vspan_arch_increment_local(&shared->pending_lost);
	shared->cached_cursor = shared->reserve - CURSOR_POISON;
}

/*
 * Takes up to `most` of the span ends that were lost. A handler may have lost one
 * since its caller took the records: that one is for the next report.
 */
static uint64_t vspan_writer_take_ends(struct vspan_abi_writer *shared, uint64_t most)
{
	uint64_t ends = vspan_arch_exchange_local(&shared->pending_ends, 0);

	if (ends <= most)
		return ends;
	vspan_arch_fetch_add_local(&shared->pending_ends, ends - most);
	return most;
}

/*
 * Writes the loss report: how many records, from when to when, span ends among
 * them. If handlers have used up the room, it stays to be written.
 */
static void vspan_writer_report_loss(struct vspan_writer *writer)
{
	struct vspan_abi_writer *shared = writer->shared;
	uint64_t first = shared->pending_first;
	uint64_t last = shared->pending_last;
	uint64_t lost = vspan_arch_exchange_local(&shared->pending_lost, 0);
	uint64_t ends = vspan_writer_take_ends(shared, lost);
	struct vspan_record record;

	if (lost == 0)
		return;
	if (!vspan_record_open(&record, writer, LOST_SLOTS, writer->limit_end, false)) {
		vspan_arch_fetch_add_local(&shared->pending_ends, ends);
		vspan_arch_fetch_add_local(&shared->pending_lost, lost);
		shared->pending_first = first;
		return;
	}
	vspan_record_stamp(&record, first, vspan_header(VSPAN_ABI_KIND_LOST, LOST_SLOTS, 0, 0));
	vspan_record_put(&record, 0, lost);
	vspan_record_put(&record, 1, last);
	vspan_record_put(&record, 2, ends);
	vspan_record_commit(&record);
}

bool vspan_writer_make_room(
	struct vspan_writer *writer, uint32_t slots, uint64_t limit, bool stacked_end)
{
	uint32_t report = writer->shared->pending_lost != 0 ? LOST_SLOTS : 0;

	if (slots > VSPAN_ABI_RECORD_SLOTS_MAX || writer->ring == NULL ||
		(!vspan_writer_refresh(writer, slots + report, limit) &&
			(writer->mode != VSPAN_ABI_MODE_BLOCK ||
				!vspan_writer_ask_host(writer, slots + report, limit)))) {
		vspan_writer_discard(writer, stacked_end);
		return false;
	}
	/* Read again: a handler may have lost something meanwhile. */
	if (writer->shared->pending_lost != 0)
		vspan_writer_report_loss(writer);
	return true;
}

/*
 * No lock against a writer that interrupts this one: the last word tells the host
 * that the other two belong together.
 */
void vspan_writer_pong(struct vspan_writer *writer)
{
	struct vspan_abi_writer *shared = writer->shared;
	uint64_t ping, counter;

	if (writer->ring == NULL)
		return;
	ping = vspan_ping_load_J(&writer->ring->ping);
	if (vspan_likely(ping == vspan_read_once(&shared->pong)))
		return;
	vspan_ping_seen_J();
	counter = vspan_port_counter();
	vspan_write_once(&shared->pong, ping);
	vspan_write_once(&shared->pong_counter, counter);
	vspan_write_once(&shared->pong_check, ping ^ counter);
}

void vspan_writer_publish(struct vspan_abi_writer *shared, uint64_t position)
{
	vspan_published_store_B(&shared->published, position);
	vspan_writer_pong(vspan_writer_self());
}

void vspan_writer_flush(struct vspan_writer *writer)
{
	struct vspan_abi_writer *shared = writer->shared;

	vspan_published_store_B(&shared->published, vspan_read_once(&shared->reserve));
	vspan_writer_pong(writer);
}

void vspan_publish(void)
{
	struct vspan_writer *writer = vspan_writer_self();

	if (writer->ring != NULL)
		vspan_writer_flush(writer);
}

/* The host moves the cursor when it has emitted what was before it (C). */
bool vspan_flush(void)
{
	struct vspan_writer *writer = vspan_writer_self();
	uint64_t end;

	if (writer->ring == NULL)
		return false;
	vspan_writer_flush(writer);
	end = vspan_read_once(&writer->shared->published);
	if (vspan_cursor_load_C(&writer->ring->cursor) < end)
		vspan_port_notify(VSPAN_NOTIFY_FLUSH, writer->index);
	return vspan_cursor_load_C(&writer->ring->cursor) >= end;
}

bool vspan_writer_reclaim(struct vspan_writer *writer)
{
	struct vspan_abi_writer *shared = writer->shared;
	struct vspan_record record;

	vspan_settled_store_L(&shared->settled, vspan_read_once(&shared->reserve));
	shared->context_flags = 0;
	if (!vspan_record_open(&record, writer, RECLAIM_SLOTS, writer->limit_end, false))
		return false;
	vspan_record_stamp(&record, vspan_port_counter(),
		vspan_header(VSPAN_ABI_KIND_RECLAIM, RECLAIM_SLOTS, 0, 0));
	/* Of those before: this record is counted already. */
	vspan_record_put(&record, 0, shared->attempted - 1);
	vspan_record_put(&record, 1, shared->discarded);
	vspan_record_commit(&record);
	vspan_writer_flush(writer);
	return true;
}
