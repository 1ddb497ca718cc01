/* SPDX-License-Identifier: MIT */
/*
 * retime.c - see retime.h. A span is emitted when it ends but belongs where it
 * began, so everything waits in one queue until every attached ring has been
 * emitted past it, and spans until all that is in them is known. Messages of
 * others wait in the same queue, or the output's clock would go backwards, which
 * babeltrace2 does not survive. accept.c fills the queue.
 */
#include "retime.h"

#include "model/units.h"
#include "packets.h"

#include <assert.h>
#include <errno.h>
#include <vspan/trace.h>

/* What the forest worked out of a span goes to the item that tells of it. */
static int retimer_measure(void *data, struct node *root)
{
	const struct retimer *retimer = data;
	uint64_t depth = 0;

	for (struct node *node = root; node; node = node_next(root, node, true, &depth)) {
		const struct lane *whole =
			lanes_find_whole(&retimer->lanes, node->vcpu->vm->number);
		struct item *item =
			whole && node->type == NODE_SPAN ? map_find(&whole->spans, node->id) : NULL;

		if (!item || item->type != ITEM_SPAN)
			continue;
		item->measured = true;
		item->measures.self = node->self;
		for (unsigned int o = 0; o < OCCUPANCIES; o++)
			item->measures.occupied[o] = node->occupied[o];
		if (node->parent_unknown)
			item->measures.flags |= VSPAN_TRACE_FLAG_PARENT_UNKNOWN;
		if (node->parent_loop)
			item->measures.flags |= VSPAN_TRACE_FLAG_PARENT_LOOP;
	}
	return 0;
}

int retimer_init(struct retimer *retimer, bt_self_message_iterator *iterator,
	bt_self_component *component, uint64_t max_queued, bool edges)
{
	*retimer = (struct retimer){
		.iterator = iterator,
		.component = component,
		.max_queued = max_queued,
		.edges = edges,
		.now = INT64_MIN,
		.last = INT64_MIN,
	};
	/* 0 would be no limit to it. */
	return forest_init(&retimer->forest, max_queued ? max_queued : 1, retimer_measure, retimer);
}

int retimer_settle(struct retimer *retimer)
{
	return forest_idle(&retimer->forest);
}

int retimer_end(struct retimer *retimer)
{
	retimer->ended = true;
	return forest_end(&retimer->forest);
}

/* Nothing more is to be known of it; of a begin whose VM is gone, its end can come no more. */
static bool item_complete(const struct retimer *retimer, const struct item *item)
{
	const struct lane *whole;

	if (item->type != ITEM_SPAN || item->measured)
		return true;
	if (item->kind->role == EVENT_SPAN || item->exit)
		return false;
	whole = lanes_find_whole(&retimer->lanes, item->lane->vm);
	return whole && whole->detached;
}

/* The earliest item, if nothing earlier can come and all is known of it; else NULL. */
static struct item *retimer_ready(struct retimer *retimer)
{
	struct item *item = queue_first(&retimer->queue);

	if (!item || retimer->ended || item->cancelled)
		return item;
	/* Others may still come with the time of the latest message: then after this one. */
	if (item->time < lanes_watermark(&retimer->lanes) && item->time <= retimer->now &&
		item_complete(retimer, item))
		return item;
	if (retimer->queue.count <= retimer->max_queued)
		return NULL;
	retimer->early += !item->early;
	item->early = true;
	return item;
}

void item_forget(struct item *item)
{
	if (item->spans)
		map_remove(item->spans, item->span);
	item->spans = NULL;
}

/* What the item tells, in the shape it will have. */
static int item_tell(struct retimer *retimer, struct item *item, struct telling *telling)
{
	bool span = item->kind->role == EVENT_SPAN || item->exit;

	*telling = (struct telling){.measures = &item->measures, .track = item->track};
	if (record_open(&telling->record, &retimer->kinds, item->message) < 0 ||
		(item->exit && record_open(&telling->exit, &retimer->kinds, item->exit) < 0))
		return -ENOMEM;
	if (item->type == ITEM_ENDING)
		telling->shape = SHAPE_EXIT;
	else if (span && retimer->edges)
		telling->shape = SHAPE_ENTRY;
	else if (item->exit)
		telling->shape = SHAPE_SPAN;
	return 0;
}

/* An edge alone stays one: whether and when the span ended or began is not known. */
static void item_mark(struct retimer *retimer, struct item *item)
{
	enum event_role role = item->kind->role;

	if (!item->measured && (role == EVENT_SPAN || item->exit))
		item->measures.flags |= VSPAN_TRACE_FLAG_PART;
	if (role == EVENT_EXIT) {
		item->measures.flags |= VSPAN_TRACE_FLAG_BEGIN_UNKNOWN;
		retimer->lone_exits++;
	}
	if ((role == EVENT_ENTRY || role == EVENT_OPEN) && !item->exit) {
		item->measures.flags |= VSPAN_TRACE_FLAG_UNFINISHED;
		retimer->lone_entries++;
	}
}

/* The begin is out; the item waits for the span's end. */
static int item_continue(struct retimer *retimer, struct item *item, const struct telling *telling)
{
	int64_t end = units_add(item->kind->time_base, telling_end(telling));

	if (end > retimer->now)
		end = retimer->now;
	if (end < retimer->last)
		end = retimer->last;
	if (tracks_enter(&item->lane->tracks, retimer->last, end,
		    record_number(&telling->record, FIELD_FLAGS) & VSPAN_TRACE_FLAG_DETACHED,
		    &item->track) < 0)
		return -ENOMEM;
	return queue_push_ending(&retimer->queue, item, end);
}

/* The message an event, taken out of the queue, becomes; the item stays if it has an end. */
static const bt_message *item_give_event(struct retimer *retimer, struct item *item, bool *stays)
{
	struct telling telling;

	if (item->type != ITEM_ENDING)
		item_mark(retimer, item);
	item_forget(item);
	if (item_tell(retimer, item, &telling) < 0)
		return NULL;
	if (telling.shape == SHAPE_ENTRY) {
		if (item_continue(retimer, item, &telling) < 0)
			return NULL;
		*stays = true;
		telling.track = item->track;
	}
	if (item->kind->role == EVENT_WATERMARK && retimer_marked(retimer, item->lane) < 0)
		return NULL;
	item->lane->packet_events++;
	return outputs_event(
		&retimer->outputs, retimer->iterator, item->lane, &telling, retimer->last);
}

/* The message an item, taken out of the queue, becomes. Returns 1, 0 if none, -ENOMEM. */
static int item_give(struct retimer *retimer, struct item *item, const bt_message **message)
{
	bool stays = false;

	if (item->type == ITEM_SETTLED) {
		item_free(item);
		return 0;
	}
	retimer->late += item->time < retimer->last;
	if (item->type == ITEM_MESSAGE) {
		*message = item->message;
		item->message = NULL;
	} else {
		*message = item_give_event(retimer, item, &stays);
	}
	if (!stays)
		item_free(item);
	return *message ? 1 : -ENOMEM;
}

static void retimer_drop(struct retimer *retimer)
{
	struct item *item = queue_pop(&retimer->queue);

	item_forget(item);
	item_free(item);
}

/* Ends the output's streams one after the other. Returns 1, 0 at the end, -ENOMEM. */
static int retimer_end_lane(struct retimer *retimer, const bt_message **message)
{
	for (; retimer->lanes_ended < retimer->lanes.count; retimer->lanes_ended++) {
		int status = packets_finish(
			retimer, retimer->lanes.lanes[retimer->lanes_ended], message);

		if (status != 0)
			return status;
	}
	return 0;
}

int retimer_next(struct retimer *retimer, const bt_message **message)
{
	int status = 0;

	while (status == 0) {
		struct item *item = retimer_ready(retimer);

		if (!item)
			return retimer->ended ? retimer_end_lane(retimer, message) : 0;
		if (item->cancelled) {
			retimer_drop(retimer);
			continue;
		}
		if (item->time > retimer->last)
			retimer->last = item->time;
		status = item->lane ? packets_prepare(retimer, item, message) : 0;
		if (status == 0)
			status = item_give(retimer, queue_pop(&retimer->queue), message);
	}
	return status;
}

void retimer_clear(struct retimer *retimer)
{
	queue_clear(&retimer->queue);
	lanes_clear(&retimer->lanes);
	outputs_clear(&retimer->outputs);
	event_kinds_clear(&retimer->kinds);
	forest_clear(&retimer->forest);
}
