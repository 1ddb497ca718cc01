/* SPDX-License-Identifier: MIT */
/*
 * accept.c - the input's side of a retimer (retime.h): what a message is to the
 * output, and which of several that tell of one span is the one that stays.
 */
#include "message-time.h"
#include "model/units.h"
#include "retime.h"

#include <assert.h>
#include <errno.h>

/* The guest time of an event, if it has one. */
static bool guest_time(const struct record *record, int64_t *time)
{
	if (record->kind->role != EVENT_OPEN)
		return record_guest_time(record, time);
	*time = record_time(record, FIELD_TS);
	return true;
}

/* Where an event stands in the output: its guest time, but never in its own future. */
static int64_t event_time(const struct retimer *retimer, const struct record *record)
{
	int64_t time;

	return guest_time(record, &time) && time < retimer->now ? time : retimer->now;
}

/* Takes a reference of its own. */
static struct item *accept_event(struct retimer *retimer, enum item_type type, struct lane *lane,
	const struct record *record, const bt_message *message)
{
	struct item *item;

	bt_message_get_ref(message);
	item = queue_push(&retimer->queue, type, event_time(retimer, record), message);
	if (item) {
		item->kind = record->kind;
		item->lane = lane;
	}
	return item;
}

/* The same, known by its span until its turn: what else is told of the span finds it. */
static struct item *accept_known(struct retimer *retimer, struct lane *lane, struct map *spans,
	const struct record *record, const bt_message *message)
{
	uint64_t span = record_number(record, FIELD_SPAN);
	struct item *former = span ? map_find(spans, span) : NULL;
	enum item_type type = record->kind->role == EVENT_EXIT ? ITEM_EVENT : ITEM_SPAN;
	struct item *item = accept_event(retimer, type, lane, record, message);

	if (!item)
		return NULL;
	/* One id for two spans: which of them is measured is not known. */
	if (former)
		former->spans = NULL;
	if (former && !former->cancelled)
		former->measured = true;
	if (!span)
		item->measured = true;
	else if (map_insert(spans, span, item) < 0)
		return NULL;
	item->spans = span ? spans : NULL;
	item->span = span;
	return item;
}

/*
 * An entry waits in the queue for its exit, and so does a span told open; of
 * several with one id the first counts, but an entry knows more than being open.
 */
static int accept_begin(struct retimer *retimer, struct lane *lane, struct map *spans,
	const struct record *record, const bt_message *message)
{
	struct item *known = map_find(spans, record_number(record, FIELD_SPAN));
	struct item *begin;

	if (known && known->kind->role != EVENT_EXIT &&
		(known->kind->role != EVENT_OPEN || record->kind->role == EVENT_OPEN))
		return 0;
	if (known)
		known->cancelled = true;
	begin = accept_known(retimer, lane, spans, record, message);
	if (!begin)
		return -ENOMEM;
	if (known && known->kind->role == EVENT_EXIT) {
		bt_message_get_ref(known->message);
		begin->exit = known->message;
	} else if (known) {
		begin->exit = known->exit;
		known->exit = NULL;
	}
	return 0;
}

/* An exit completes its entry; one whose entry is not there goes its own way. */
static int accept_exit(struct retimer *retimer, struct lane *lane, struct map *spans,
	const struct record *record, const bt_message *message)
{
	struct item *known = map_find(spans, record_number(record, FIELD_SPAN));

	if (!known)
		return accept_known(retimer, lane, spans, record, message) ? 0 : -ENOMEM;
	if ((known->kind->role == EVENT_ENTRY || known->kind->role == EVENT_OPEN) && !known->exit) {
		bt_message_get_ref(message);
		known->exit = message;
	}
	return 0;
}

/* How a span that was told open ended, if its own event did not come before. */
static int accept_close(struct retimer *retimer, struct lane *lane, struct map *spans,
	const struct record *record, const bt_message *message)
{
	return map_find(spans, record_number(record, FIELD_SPAN))
		? accept_exit(retimer, lane, spans, record, message)
		: 0;
}

/* A finished span knows more than its edges, which make room for it. */
static int accept_span(struct retimer *retimer, struct lane *lane, struct map *spans,
	const struct record *record, const bt_message *message)
{
	struct item *known = map_find(spans, record_number(record, FIELD_SPAN));

	if (known && known->kind->role != EVENT_SPAN)
		known->cancelled = true;
	return accept_known(retimer, lane, spans, record, message) ? 0 : -ENOMEM;
}

/* The end of a span that is out already: it is not open, whatever was told. */
static void accept_repeated(struct map *spans, const struct record *record)
{
	enum event_role role = record->kind->role;
	struct item *known;

	if (role != EVENT_SPAN && role != EVENT_EXIT)
		return;
	known = map_find(spans, record_number(record, FIELD_SPAN));
	if (known && known->kind->role == EVENT_OPEN && !known->exit) {
		known->cancelled = true;
		item_forget(known);
	}
}

static int accept_control(struct retimer *retimer, struct lane *lane, const struct record *record,
	const bt_message *message)
{
	uint64_t rings = record_number(record, FIELD_RINGS);

	if (!accept_event(retimer, ITEM_EVENT, lane, record, message))
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

	if (repeated > 0)
		accept_repeated(&whole->spans, record);
	if (repeated != 0)
		return repeated < 0 ? repeated : 0;
	switch (record->kind->role) {
	case EVENT_SPAN:
		return accept_span(retimer, lane, &whole->spans, record, message);
	case EVENT_ENTRY:
	case EVENT_OPEN:
		return accept_begin(retimer, lane, &whole->spans, record, message);
	case EVENT_EXIT:
		return accept_exit(retimer, lane, &whole->spans, record, message);
	case EVENT_CLOSE:
		return accept_close(retimer, lane, &whole->spans, record, message);
	case EVENT_WATERMARK:
		lanes_advance(&retimer->lanes, lane, record_time(record, FIELD_TS));
		return retimer_mark(retimer, lane, record, message);
	default:
		return accept_control(retimer, lane, record, message);
	}
}

int retimer_accept(struct retimer *retimer, const bt_message *message)
{
	int64_t time;
	struct record record = {0};
	bool clocked = message_time(message, &time);
	int status;

	retimer->clocked = retimer->clocked || clocked;
	if (clocked && time > retimer->now)
		retimer->now = time;
	if (bt_message_get_type(message) == BT_MESSAGE_TYPE_EVENT &&
		record_open(&record, &retimer->kinds, message) < 0) {
		bt_message_put_ref(message);
		return -ENOMEM;
	}
	if (!record.kind || record.kind->role == EVENT_FOREIGN)
		return queue_push(&retimer->queue, ITEM_MESSAGE, retimer->now, message) ? 0
											: -ENOMEM;
	/* Where messages have no time, that of the guest is all there is. */
	if (!retimer->clocked && guest_time(&record, &time)) {
		time = record.kind->role == EVENT_LOST
			? record_time(&record, FIELD_TS_LAST)
			: units_add(time, record_number(&record, FIELD_DURATION));
		retimer->now = time > retimer->now ? time : retimer->now;
	}
	status = accept_record(retimer, &record, message);
	/* The forest drops repetitions itself, by the same rule: it must see them, too. */
	if (status == 0)
		status = forest_take(&retimer->forest, &record);
	bt_message_put_ref(message);
	return status;
}
