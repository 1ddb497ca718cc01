/* SPDX-License-Identifier: MIT */
/*
 * message-time.c - see message-time.h. babeltrace2 has one pair of functions per
 * message type, and asking for a clock that a class does not have is a fault.
 */
#include "message-time.h"

#include <stddef.h>

static const bt_clock_snapshot *event_clock(const bt_message *message)
{
	if (!bt_message_event_borrow_stream_class_default_clock_class_const(message))
		return NULL;
	return bt_message_event_borrow_default_clock_snapshot_const(message);
}

static const bt_clock_snapshot *stream_beginning_clock(const bt_message *message)
{
	const bt_clock_snapshot *clock = NULL;

	if (bt_message_stream_beginning_borrow_stream_class_default_clock_class_const(message) &&
		bt_message_stream_beginning_borrow_default_clock_snapshot_const(message, &clock) !=
			BT_MESSAGE_STREAM_CLOCK_SNAPSHOT_STATE_KNOWN)
		clock = NULL;
	return clock;
}

static const bt_clock_snapshot *stream_end_clock(const bt_message *message)
{
	const bt_clock_snapshot *clock = NULL;

	if (bt_message_stream_end_borrow_stream_class_default_clock_class_const(message) &&
		bt_message_stream_end_borrow_default_clock_snapshot_const(message, &clock) !=
			BT_MESSAGE_STREAM_CLOCK_SNAPSHOT_STATE_KNOWN)
		clock = NULL;
	return clock;
}

static const bt_clock_snapshot *packet_beginning_clock(const bt_message *message)
{
	const bt_packet *packet = bt_message_packet_beginning_borrow_packet_const(message);
	const bt_stream *stream = bt_packet_borrow_stream_const(packet);

	if (!bt_stream_class_packets_have_beginning_default_clock_snapshot(
		    bt_stream_borrow_class_const(stream)))
		return NULL;
	return bt_message_packet_beginning_borrow_default_clock_snapshot_const(message);
}

static const bt_clock_snapshot *packet_end_clock(const bt_message *message)
{
	const bt_packet *packet = bt_message_packet_end_borrow_packet_const(message);
	const bt_stream *stream = bt_packet_borrow_stream_const(packet);

	if (!bt_stream_class_packets_have_end_default_clock_snapshot(
		    bt_stream_borrow_class_const(stream)))
		return NULL;
	return bt_message_packet_end_borrow_default_clock_snapshot_const(message);
}

static const bt_clock_snapshot *discarded_events_clock(const bt_message *message)
{
	const bt_stream *stream = bt_message_discarded_events_borrow_stream_const(message);

	if (!bt_stream_class_discarded_events_have_default_clock_snapshots(
		    bt_stream_borrow_class_const(stream)))
		return NULL;
	return bt_message_discarded_events_borrow_beginning_default_clock_snapshot_const(message);
}

static const bt_clock_snapshot *discarded_packets_clock(const bt_message *message)
{
	const bt_stream *stream = bt_message_discarded_packets_borrow_stream_const(message);

	if (!bt_stream_class_discarded_packets_have_default_clock_snapshots(
		    bt_stream_borrow_class_const(stream)))
		return NULL;
	return bt_message_discarded_packets_borrow_beginning_default_clock_snapshot_const(message);
}

static const bt_clock_snapshot *message_clock(const bt_message *message)
{
	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_EVENT:
		return event_clock(message);
	case BT_MESSAGE_TYPE_STREAM_BEGINNING:
		return stream_beginning_clock(message);
	case BT_MESSAGE_TYPE_STREAM_END:
		return stream_end_clock(message);
	case BT_MESSAGE_TYPE_PACKET_BEGINNING:
		return packet_beginning_clock(message);
	case BT_MESSAGE_TYPE_PACKET_END:
		return packet_end_clock(message);
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
		return discarded_events_clock(message);
	case BT_MESSAGE_TYPE_DISCARDED_PACKETS:
		return discarded_packets_clock(message);
	case BT_MESSAGE_TYPE_MESSAGE_ITERATOR_INACTIVITY:
		return bt_message_message_iterator_inactivity_borrow_clock_snapshot_const(message);
	default:
		return NULL;
	}
}

bool message_time(const bt_message *message, int64_t *time)
{
	const bt_clock_snapshot *clock = message_clock(message);

	return clock &&
		bt_clock_snapshot_get_ns_from_origin(clock, time) ==
		BT_CLOCK_SNAPSHOT_GET_NS_FROM_ORIGIN_STATUS_OK;
}
