/* SPDX-License-Identifier: MIT */
/*
 * marks.c - watermarks on their way through a retimer (retime.h). One goes where
 * the host emitted it, as other control events do, since all that it promises, and
 * all that was told of it besides, is out by then. Of each ring one waits in the
 * queue, and the latest behind it: a span that holds the queue for hours does not
 * fill it with them.
 */
#include "retime.h"

#include <assert.h>
#include <errno.h>

static int mark_push(struct retimer *retimer, struct lane *lane, int64_t time,
	const struct event_kind *kind, const bt_message *message)
{
	struct item *item = queue_push(&retimer->queue, ITEM_EVENT, time, message);

	if (!item)
		return -ENOMEM;
	item->kind = kind;
	item->lane = lane;
	lane->mark_queued = true;
	return 0;
}

int retimer_mark(struct retimer *retimer, struct lane *lane, const struct record *record,
	const bt_message *message)
{
	assert(record->kind->role == EVENT_WATERMARK);
	bt_message_get_ref(message);
	if (!lane->mark_queued)
		return mark_push(retimer, lane, retimer->now, record->kind, message);
	bt_message_put_ref(lane->mark);
	lane->mark = message;
	lane->mark_kind = record->kind;
	lane->mark_time = retimer->now;
	return 0;
}

int retimer_marked(struct retimer *retimer, struct lane *lane)
{
	const bt_message *message = lane->mark;

	lane->mark_queued = false;
	lane->mark = NULL;
	if (!message)
		return 0;
	/* Its time may have passed while the one before it waited. */
	return mark_push(retimer, lane,
		lane->mark_time > retimer->last ? lane->mark_time : retimer->last, lane->mark_kind,
		message);
}
