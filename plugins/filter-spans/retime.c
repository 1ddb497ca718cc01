/* SPDX-License-Identifier: MIT */
/*
 * retime.c - see retime.h. A span is emitted when it ends but belongs where it
 * began, so everything waits in one queue until every attached ring has been
 * emitted past it. Messages of others wait in the same queue, or the output's
 * clock would go backwards, which babeltrace2 does not survive.
 */
#include "retime.h"

#include "message-time.h"

#include <assert.h>
#include <errno.h>

/* Where an event stands in the output: its guest time, but never in its own future. */
static int64_t event_time(const struct retimer *retimer, const struct record *record)
{
	int64_t time;

	if (record_guest_time(record, &time) && time < retimer->now)
		return time;
	return retimer->now;
}

static struct item *accept_event(struct retimer *retimer, struct lane *lane,
	const struct record *record, const bt_message *message)
{
	struct item *item = queue_push(&retimer->queue, event_time(retimer, record), message);

	if (item) {
		item->kind = record->kind;
		item->lane = lane;
	}
	return item;
}

/* The same, known by its span until its turn: what else is told of the span finds it. */
static int accept_known(struct retimer *retimer, struct lane *lane, struct map *spans,
	const struct record *record, const bt_message *message)
{
	uint64_t span = record_number(record, FIELD_SPAN);
	struct item *item = accept_event(retimer, lane, record, message);
	struct item *former = span ? map_find(spans, span) : NULL;

	if (!item)
		return -ENOMEM;
	if (!span)
		return 0;
	if (map_insert(spans, span, item) < 0)
		return -ENOMEM;
	if (former)
		former->spans = NULL;
	item->spans = spans;
	item->span = span;
	return 0;
}

/* An entry waits in the queue for its exit; of several with one id, the first counts. */
static int accept_entry(struct retimer *retimer, struct lane *lane, struct map *spans,
	const struct record *record, const bt_message *message)
{
	struct item *known = map_find(spans, record_number(record, FIELD_SPAN));
	struct item *entry;

	if (known && known->kind->role != EVENT_EXIT) {
		bt_message_put_ref(message);
		return 0;
	}
	if (accept_known(retimer, lane, spans, record, message) < 0)
		return -ENOMEM;
	entry = map_find(spans, record_number(record, FIELD_SPAN));
	if (known && entry) {
		bt_message_get_ref(known->message);
		entry->exit = known->message;
		known->cancelled = true;
	}
	return 0;
}

/* An exit completes its entry; one whose entry is not there goes its own way. */
static int accept_exit(struct retimer *retimer, struct lane *lane, struct map *spans,
	const struct record *record, const bt_message *message)
{
	struct item *known = map_find(spans, record_number(record, FIELD_SPAN));

	if (!known)
		return accept_known(retimer, lane, spans, record, message);
	if (known->kind->role == EVENT_ENTRY && !known->exit)
		known->exit = message;
	else
		bt_message_put_ref(message);
	return 0;
}

/* A finished span knows more than its edges, which make room for it. */
static int accept_span(struct retimer *retimer, struct lane *lane, struct map *spans,
	const struct record *record, const bt_message *message)
{
	struct item *known = map_find(spans, record_number(record, FIELD_SPAN));

	if (known && known->kind->role != EVENT_SPAN)
		known->cancelled = true;
	return accept_known(retimer, lane, spans, record, message);
}

/* The watermark has done its work here: the output is in order. */
static int accept_watermark(struct retimer *retimer, struct lane *lane, const struct record *record,
	const bt_message *message)
{
	lanes_advance(&retimer->lanes, lane, record_time(record, FIELD_TS));
	bt_message_put_ref(message);
	return 0;
}

static int accept_control(struct retimer *retimer, struct lane *lane, const struct record *record,
	const bt_message *message)
{
	uint64_t rings = record_number(record, FIELD_RINGS);

	if (!accept_event(retimer, lane, record, message))
		return -ENOMEM;
	if (record->kind->role == EVENT_ATTACH)
		return lanes_attach(&retimer->lanes, lane->trace, lane->vm, rings);
	if (record->kind->role == EVENT_DETACH)
		lanes_detach(&retimer->lanes, lane->vm);
	return 0;
}

static int accept_record(
	struct retimer *retimer, const struct record *record, const bt_message *message)
{
	bool ring = record->kind->index[FIELD_VCPU] >= 0;
	uint32_t vm = (uint32_t)record_number(record, FIELD_VM);
	uint32_t vcpu = ring ? (uint32_t)record_number(record, FIELD_VCPU) : LANE_NO_VCPU;
	struct lane *whole = lanes_get(&retimer->lanes, record->trace, vm, LANE_NO_VCPU);
	struct lane *lane = whole ? lanes_get(&retimer->lanes, record->trace, vm, vcpu) : NULL;
	int repeated = lane ? repeats_check(&whole->repeats, record) : -ENOMEM;

	if (repeated != 0) {
		bt_message_put_ref(message);
		return repeated < 0 ? repeated : 0;
	}
	switch (record->kind->role) {
	case EVENT_SPAN:
		return accept_span(retimer, lane, &whole->spans, record, message);
	case EVENT_ENTRY:
		return accept_entry(retimer, lane, &whole->spans, record, message);
	case EVENT_EXIT:
		return accept_exit(retimer, lane, &whole->spans, record, message);
	case EVENT_WATERMARK:
		return accept_watermark(retimer, lane, record, message);
	default:
		return accept_control(retimer, lane, record, message);
	}
}

int retimer_accept(struct retimer *retimer, const bt_message *message)
{
	struct record record;
	int64_t time;

	if (message_time(message, &time) && time > retimer->now)
		retimer->now = time;
	if (bt_message_get_type(message) == BT_MESSAGE_TYPE_EVENT) {
		if (record_open(&record, &retimer->kinds, message) < 0) {
			bt_message_put_ref(message);
			return -ENOMEM;
		}
		if (record.kind->role != EVENT_FOREIGN)
			return accept_record(retimer, &record, message);
	}
	return queue_push(&retimer->queue, retimer->now, message) ? 0 : -ENOMEM;
}

void retimer_end(struct retimer *retimer)
{
	retimer->ended = true;
}

/* The earliest item, if nothing earlier can come; else NULL. */
static struct item *retimer_ready(struct retimer *retimer)
{
	struct item *item = queue_first(&retimer->queue);

	if (!item || retimer->ended)
		return item;
	/* Others may still come with the time of the latest message: then after this one. */
	if (item->time < lanes_watermark(&retimer->lanes) && item->time <= retimer->now)
		return item;
	if (retimer->queue.count <= retimer->max_queued)
		return NULL;
	retimer->early++;
	return item;
}

/* Takes an item out of its table; it stays in the queue. */
static void item_forget(struct item *item)
{
	if (item->spans)
		map_remove(item->spans, item->span);
	item->spans = NULL;
}

static bt_message *lane_begin(struct retimer *retimer, struct lane *lane, const struct item *item)
{
	bt_message *message;

	if (outputs_open_lane(&retimer->outputs, retimer->component, lane, item->kind) < 0)
		return NULL;
	message = bt_message_stream_beginning_create(retimer->iterator, lane->stream);
	if (message)
		bt_message_stream_beginning_set_default_clock_snapshot(
			message, outputs_clock_value(lane, retimer->last));
	return message;
}

static bt_message *item_build(struct retimer *retimer, const struct item *item)
{
	struct record record, exit;

	if (record_open(&record, &retimer->kinds, item->message) < 0)
		return NULL;
	/* An edge alone stays one: whether and when the span ended or began is not known. */
	if (!item->exit) {
		retimer->lone_entries += item->kind->role == EVENT_ENTRY;
		retimer->lone_exits += item->kind->role == EVENT_EXIT;
		return outputs_event(
			&retimer->outputs, retimer->iterator, item->lane, &record, retimer->last);
	}
	if (record_open(&exit, &retimer->kinds, item->exit) < 0)
		return NULL;
	return outputs_span(
		&retimer->outputs, retimer->iterator, item->lane, &record, &exit, retimer->last);
}

/* The message an item, taken out of the queue, becomes. */
static const bt_message *item_finish(struct retimer *retimer, struct item *item)
{
	const bt_message *message;

	if (item->kind) {
		message = item_build(retimer, item);
	} else {
		message = item->message;
		item->message = NULL;
	}
	item_forget(item);
	item_free(item);
	return message;
}

/* Ends the output's streams one after the other. Returns 1, 0 at the end, -ENOMEM. */
static int retimer_end_lane(struct retimer *retimer, const bt_message **message)
{
	while (retimer->lanes_ended < retimer->lanes.count) {
		const struct lane *lane = retimer->lanes.lanes[retimer->lanes_ended++];
		bt_message *end;

		if (!lane->stream)
			continue;
		end = bt_message_stream_end_create(retimer->iterator, lane->stream);
		if (!end)
			return -ENOMEM;
		bt_message_stream_end_set_default_clock_snapshot(
			end, outputs_clock_value(lane, retimer->last));
		*message = end;
		return 1;
	}
	return 0;
}

int retimer_next(struct retimer *retimer, const bt_message **message)
{
	struct item *item = retimer_ready(retimer);

	while (item && item->cancelled) {
		item_forget(item);
		item_free(queue_pop(&retimer->queue));
		item = retimer_ready(retimer);
	}
	if (!item)
		return retimer->ended ? retimer_end_lane(retimer, message) : 0;
	if (item->time > retimer->last)
		retimer->last = item->time;
	if (item->kind && !item->lane->stream) {
		*message = lane_begin(retimer, item->lane, item);
	} else {
		retimer->late += item->time < retimer->last;
		*message = item_finish(retimer, queue_pop(&retimer->queue));
	}
	return *message ? 1 : -ENOMEM;
}

void retimer_clear(struct retimer *retimer)
{
	queue_clear(&retimer->queue);
	lanes_clear(&retimer->lanes);
	outputs_clear(&retimer->outputs);
	event_kinds_clear(&retimer->kinds);
}
