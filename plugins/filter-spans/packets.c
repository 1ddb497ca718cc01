/* SPDX-License-Identifier: MIT */
/*
 * packets.c - see packets.h.
 *
 * A loss from a to b makes, in its stream, with the output at a:
 *   end of the packet at a | discarded events a..b | a packet until b | the next one
 * and an item at b that ends that packet. What is lost meanwhile, which one ring
 * does not tell, goes into a loss that begins at b.
 */
#include "packets.h"

#include <assert.h>
#include <errno.h>

/* Readers find their way by packets: not too large, not too many. */
#define PACKET_EVENTS_MAX 16384

static int given(const bt_message *message)
{
	return message ? 1 : -ENOMEM;
}

static int stream_begin(struct retimer *retimer, struct lane *lane, const struct item *item,
	const bt_message **message)
{
	bt_message *begin;

	if (outputs_open_lane(&retimer->outputs, retimer->component, lane, item->kind) < 0)
		return -ENOMEM;
	begin = bt_message_stream_beginning_create(retimer->iterator, lane->stream);
	if (begin)
		bt_message_stream_beginning_set_default_clock_snapshot(
			begin, outputs_clock_value(lane, retimer->last));
	*message = begin;
	return given(begin);
}

static int packet_begin(struct retimer *retimer, struct lane *lane, const bt_message **message)
{
	assert(!lane->packet);
	lane->packet = bt_packet_create(lane->stream);
	if (!lane->packet)
		return -ENOMEM;
	lane->packet_events = 0;
	*message = bt_message_packet_beginning_create_with_default_clock_snapshot(
		retimer->iterator, lane->packet, outputs_clock_value(lane, retimer->last));
	return given(*message);
}

static int packet_end(struct retimer *retimer, struct lane *lane, const bt_message **message)
{
	*message = bt_message_packet_end_create_with_default_clock_snapshot(
		retimer->iterator, lane->packet, outputs_clock_value(lane, retimer->last));
	bt_packet_put_ref(lane->packet);
	lane->packet = NULL;
	lane->packed = true;
	lane->packed_until = retimer->last;
	lane->losing = false;
	return given(*message);
}

/* Tells what is missing, from the end of the last packet on, and marks where it ends. */
static int loss_tell(struct retimer *retimer, struct lane *lane, const bt_message **message)
{
	struct missing missing = lane->missing;
	int64_t from = lane->packed ? lane->packed_until : retimer->last;
	struct item *settled;
	bt_message *discarded;

	if (missing.until < retimer->last)
		missing.until = retimer->last;
	settled = queue_push(&retimer->queue, ITEM_SETTLED, missing.until, NULL);
	if (!settled)
		return -ENOMEM;
	settled->lane = lane;
	discarded = bt_message_discarded_events_create_with_default_clock_snapshots(
		retimer->iterator, lane->stream, outputs_clock_value(lane, from),
		outputs_clock_value(lane, missing.until));
	/* CTF adds them up in 64 bits; a guest that says more is not believed. */
	if (missing.count > (uint64_t)INT64_MAX - lane->missed)
		missing.unknown = true;
	if (discarded && !missing.unknown) {
		bt_message_discarded_events_set_count(discarded, missing.count);
		lane->missed += missing.count;
	}
	lane->missing = (struct missing){0};
	lane->losing = true;
	*message = discarded;
	return given(discarded);
}

static int loss_note(struct retimer *retimer, const struct item *item)
{
	struct missing *missing = &item->lane->missing;
	struct record record;
	uint64_t count;
	int64_t until;

	if (record_open(&record, &retimer->kinds, item->message) < 0)
		return -ENOMEM;
	count = record_number(&record, FIELD_COUNT);
	until = record_time(&record, FIELD_TS_LAST);
	if (until > retimer->now)
		until = retimer->now;
	missing->until = missing->any && missing->until > until ? missing->until : until;
	missing->any = true;
	missing->unknown = missing->unknown || count == 0;
	missing->count = count > UINT64_MAX - missing->count ? UINT64_MAX : missing->count + count;
	return 0;
}

/* At the end of a loss: its packet ends, the next one begins, for another loss or for none. */
static int loss_settle(struct retimer *retimer, struct item *item, const bt_message **message)
{
	struct lane *lane = item->lane;

	if (!item->announced) {
		item->announced = true;
		if (lane->packet)
			return packet_end(retimer, lane, message);
	}
	if (lane->missing.any)
		return loss_tell(retimer, lane, message);
	return lane->packet ? 0 : packet_begin(retimer, lane, message);
}

/* A loss at its turn. */
static int loss_begin(struct retimer *retimer, struct item *item, const bt_message **message)
{
	struct lane *lane = item->lane;

	if (lane->packet && !lane->losing)
		return packet_end(retimer, lane, message);
	if (loss_note(retimer, item) < 0)
		return -ENOMEM;
	item->announced = true;
	return lane->losing ? 0 : loss_tell(retimer, lane, message);
}

int packets_prepare(struct retimer *retimer, struct item *item, const bt_message **message)
{
	struct lane *lane = item->lane;
	int status;

	if (!lane->stream)
		return stream_begin(retimer, lane, item, message);
	if (item->type == ITEM_SETTLED)
		return loss_settle(retimer, item, message);
	if (item->kind->role == EVENT_LOST && !item->announced) {
		status = loss_begin(retimer, item, message);
		if (status != 0)
			return status;
	}
	if (lane->packet && lane->packet_events >= PACKET_EVENTS_MAX && !lane->losing)
		return packet_end(retimer, lane, message);
	return lane->packet ? 0 : packet_begin(retimer, lane, message);
}

int packets_finish(struct retimer *retimer, struct lane *lane, const bt_message **message)
{
	bt_message *end;

	if (!lane->stream || lane->finished)
		return 0;
	if (lane->packet)
		return packet_end(retimer, lane, message);
	lane->finished = true;
	end = bt_message_stream_end_create(retimer->iterator, lane->stream);
	if (end)
		bt_message_stream_end_set_default_clock_snapshot(
			end, outputs_clock_value(lane, retimer->last));
	*message = end;
	return given(end);
}
