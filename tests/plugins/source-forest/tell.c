/* SPDX-License-Identifier: MIT */
/*
 * tell.c - see tell.h. Time passes with every record, so that two records of a
 * ring are never at once, unless their counters lie.
 */
#include "tell.h"

#include <assert.h>
#include <string.h>
#include <vspan/trace.h>

#define SPAN_EPOCH_SHIFT 44
#define SPAN_DETACHED (UINT64_C(1) << 53)
#define SPAN_RING_SHIFT 54

static size_t record_new(struct story *story, struct story_ring *ring)
{
	story->records = story_grow(story->records, story->record_count, &story->record_capacity,
		sizeof(*story->records));
	ring->records = story_grow(
		ring->records, ring->record_count, &ring->record_capacity, sizeof(*ring->records));
	story->now++;
	story->records[story->record_count] = (struct record){
		.vm = ring->vm,
		.ring = ring->number,
		.at = story->now,
		.ts = story->now,
	};
	ring->records[ring->record_count++] = story->record_count;
	return story->record_count++;
}

/* A guest's record: its counter may lie, and is repaired. Adds to *flags. */
static size_t record_written(struct story *story, struct story_ring *ring, uint64_t *flags)
{
	size_t index = record_new(story, ring);
	struct record *record = &story->records[index];

	if (random_below(&story->random, 1000) < story->shape.numbers[SHAPE_CLOCK]) {
		record->ts += random_percent(&story->random, 50) ? 5000 : (uint64_t)-5000;
		*flags |= VSPAN_TRACE_FLAG_CLAMPED;
		ring->improper = true;
	}
	if (record->ts < ring->last_ts) {
		record->ts = ring->last_ts;
		*flags |= VSPAN_TRACE_FLAG_CLAMPED;
	}
	ring->last_ts = record->ts;
	ring->position += 1 + random_below(&story->random, 3);
	ring->attempted++;
	return index;
}

/* A new item of a ring, told when `record` has been read. */
static struct item *item_new(
	struct story *story, struct story_ring *ring, enum item_type type, size_t record)
{
	struct record *why = &story->records[record];
	struct item *item;

	story->items = story_grow(
		story->items, story->item_count, &story->item_capacity, sizeof(*story->items));
	story->triggers = story_grow(story->triggers, story->trigger_count,
		&story->trigger_capacity, sizeof(*story->triggers));
	story->triggers[story->trigger_count] = (struct trigger){.item = story->item_count};
	item = &story->items[story->item_count++];
	*item = (struct item){
		.type = type,
		.vm_index = ring->vm,
		.ring = ring->number,
		.vm = story->vms[ring->vm].number,
		.vcpu = ring->number,
		.ts = why->ts,
		.tsc = why->at * 3,
		.position = ring->position,
		.waits = 1,
	};
	if (why->last)
		story->triggers[why->last - 1].next = ++story->trigger_count;
	else
		why->first = ++story->trigger_count;
	why->last = story->trigger_count;
	return item;
}

/* The latest item has to wait for that record as well. */
static void item_await(struct story *story, size_t record)
{
	struct record *why = &story->records[record];

	story->triggers = story_grow(story->triggers, story->trigger_count,
		&story->trigger_capacity, sizeof(*story->triggers));
	story->triggers[story->trigger_count] = (struct trigger){.item = story->item_count - 1};
	if (why->last)
		story->triggers[why->last - 1].next = ++story->trigger_count;
	else
		why->first = ++story->trigger_count;
	why->last = story->trigger_count;
	story->items[story->item_count - 1].waits++;
}

static enum shape_edges site_edges(const struct story *story, size_t site)
{
	uint64_t edges = story->shape.numbers[SHAPE_EDGES];

	if (sites[site].generic)
		return EDGES_NONE;
	if (edges != EDGES_MIXED)
		return (enum shape_edges)edges;
	switch (random_mix(story->shape.numbers[SHAPE_SEED], site) % 3) {
	case 0:
		return EDGES_NONE;
	case 1:
		return EDGES_TOO;
	default:
		return EDGES_ONLY;
	}
}

static size_t site_choose(struct story *story, bool point)
{
	size_t site;

	do
		site = random_below(&story->random, site_count);
	while (sites[site].point != point);
	return site;
}

size_t ring_innermost(const struct story *story, const struct story_ring *ring)
{
	for (size_t i = ring->open_count; i > 0; i--) {
		if (story->spans[ring->open[i - 1]].stacked)
			return ring->open[i - 1] + 1;
	}
	return 0;
}

static void ring_forget(struct story_ring *ring, size_t span)
{
	size_t i = 0;

	while (ring->open[i] != span)
		i++;
	ring->open_count--;
	memmove(&ring->open[i], &ring->open[i + 1], (ring->open_count - i) * sizeof(ring->open[0]));
}

/* An item that tells of a span's end, or in one event of all of it. */
static size_t ending_item(
	struct story *story, const struct story_span *span, enum item_type type, size_t record)
{
	struct story_ring *ring = &story->vms[span->vm].rings[span->ring];
	struct item *item = item_new(story, ring, type, record);
	const struct record *why = &story->records[record];

	item->span = span->id;
	item->parent = span->parent_id;
	item->tsc = span->tsc;
	item->ts = type == ITEM_EXIT ? span->end : span->start;
	item->duration = span->end > span->start ? span->end - span->start : 0;
	item->status = span->status;
	item->kind = sites[span->site].kind;
	item->flags = span->flags;
	item->site = span->site;
	item->value = span->value;
	item->of = (size_t)(span - story->spans) + 1;
	if (why->vm != span->vm || why->ring != span->ring)
		item_await(story, span->begin_record);
	return story->item_count;
}

static void span_finish(
	struct story *story, size_t index, uint64_t end, uint64_t flags, size_t record)
{
	struct story_span *span = &story->spans[index];
	struct story_ring *ring = &story->vms[span->vm].rings[span->ring];
	enum shape_edges edges = site_edges(story, span->site);

	span->end = end;
	span->ended = true;
	span->flags |= flags;
	if (edges != EDGES_ONLY)
		span->finished = ending_item(story, span, ITEM_SPAN, record);
	if (edges != EDGES_NONE)
		span->exit = ending_item(story, span, ITEM_EXIT, record);
	ring_forget(ring, index);
}

static void tell_entry(struct story *story, struct story_ring *ring, size_t index)
{
	struct story_span *span = &story->spans[index];
	struct item *item;

	if (site_edges(story, span->site) == EDGES_NONE)
		return;
	item = item_new(story, ring, ITEM_ENTRY, span->begin_record);
	item->span = span->id;
	item->parent = span->parent_id;
	item->tsc = span->tsc;
	item->ts = span->start;
	item->kind = sites[span->site].kind;
	item->flags = span->flags;
	item->site = span->site;
	item->value = span->entry_value;
	item->of = index + 1;
	span->entry = story->item_count;
}

/* What the consumer takes for the parent of what says nothing of one. */
static size_t parent_implicit(
	struct story *story, const struct story_ring *ring, uint64_t *id, uint64_t *flags)
{
	size_t innermost = ring_innermost(story, ring);

	*id = innermost ? story->spans[innermost - 1].id : 0;
	if (innermost || !ring->context_id)
		return innermost;
	*flags |= VSPAN_TRACE_FLAG_REMOTE;
	*id = ring->context_id;
	return ring->context;
}

void tell_begin(struct story *story, struct story_ring *ring, const struct beginning *beginning)
{
	uint64_t flags = beginning->flags;
	size_t record = record_written(story, ring, &flags);
	struct story_span *span;

	if (ring->open_count >= story->shape.numbers[SHAPE_TABLE]) {
		span_finish(story, ring->open[0], story->records[record].ts,
			VSPAN_TRACE_FLAG_EVICTED, record);
		ring->improper = true;
	}
	story->spans = story_grow(
		story->spans, story->span_count, &story->span_capacity, sizeof(*story->spans));
	span = &story->spans[story->span_count];
	*span = (struct story_span){
		.vm = ring->vm,
		.ring = ring->number,
		.id = (uint64_t)ring->number << SPAN_RING_SHIFT |
			(ring->epoch & 0x1ff) << SPAN_EPOCH_SHIFT | ring->position |
			(beginning->detached ? SPAN_DETACHED : 0),
		.site = site_choose(story, false),
		.start = story->records[record].ts,
		.tsc = story->records[record].at * 3,
		.begin_record = record,
		.stacked = !beginning->detached,
		.kept = beginning->kept,
	};
	span->entry_value = random_next(&story->random);
	span->value = span->entry_value;
	if (beginning->detached) {
		span->parent_id = beginning->parent_id;
		span->parent = beginning->parent;
		flags |= VSPAN_TRACE_FLAG_DETACHED;
	} else {
		span->parent = parent_implicit(story, ring, &span->parent_id, &flags);
	}
	span->flags = flags;
	span->begin_flags = flags;
	ring->open[ring->open_count++] = story->span_count++;
	story->begun++;
	tell_entry(story, ring, story->span_count - 1);
}

void tell_end(struct story *story, struct story_ring *ring, size_t index)
{
	uint64_t unused = 0;
	size_t record = record_written(story, ring, &unused);
	struct story_span *span = &story->spans[index];
	uint64_t status = random_below(&story->random, 3);

	if (status)
		span->status = status;
	/* Fields set while it was open. */
	if (random_percent(&story->random, 20))
		span->value = random_next(&story->random);
	if (span->ring != ring->number || ring_innermost(story, ring) != index + 1) {
		ring->improper |= span->stacked;
		story->vms[span->vm].rings[span->ring].improper |= span->stacked;
	}
	span_finish(story, index, story->records[record].ts, 0, record);
}

void tell_point(
	struct story *story, struct story_ring *ring, bool explicitly, size_t of, uint64_t flags)
{
	size_t record = record_written(story, ring, &flags);
	uint64_t id = of ? story->spans[of - 1].id : 0;
	struct item *item;

	if (!explicitly)
		of = parent_implicit(story, ring, &id, &flags);
	item = item_new(story, ring, ITEM_POINT, record);
	item->span = id;
	item->of = of;
	item->flags = flags;
	item->site = site_choose(story, true);
	item->value = random_next(&story->random);
}

static void loss_item(struct story *story, struct story_ring *ring, size_t record, uint64_t count,
	uint64_t last, uint64_t reason)
{
	struct item *item = item_new(story, ring, ITEM_LOST, record);

	item->of = ring_innermost(story, ring);
	item->span = item->of ? story->spans[item->of - 1].id : 0;
	item->count = count;
	item->ts_last = last;
	item->reason = reason;
}

void tell_loss(struct story *story, struct story_ring *ring, uint64_t count, uint64_t ends)
{
	uint64_t unused = 0;
	size_t record = record_written(story, ring, &unused);
	uint64_t first = story->records[record].ts;

	assert(ends <= count && count > 0);
	story->now += 1 + random_below(&story->random, 500);
	for (; ends > 0; ends--)
		span_finish(story, ring_innermost(story, ring) - 1, first,
			VSPAN_TRACE_FLAG_END_LOST, record);
	loss_item(story, ring, record, count, story->now > first ? story->now : first,
		VSPAN_TRACE_LOST_FULL);
	ring->attempted += count;
	ring->discarded += count;
}

/* Overwritten records: whether open spans ended among them, nobody knows. */
void tell_gap(struct story *story, struct story_ring *ring, uint64_t count)
{
	uint64_t flags = 0;
	uint64_t before = ring->last_ts;
	size_t record = record_written(story, ring, &flags);
	uint64_t ts = story->records[record].ts;
	uint64_t first = before ? before : ts;
	struct item *item;
	size_t innermost;

	while ((innermost = ring_innermost(story, ring)) != 0)
		span_finish(story, innermost - 1, before, VSPAN_TRACE_FLAG_END_LOST, record);
	loss_item(story, ring, record, 0, ts, VSPAN_TRACE_LOST_OVERWRITTEN);
	item = &story->items[story->item_count - 1];
	item->ts = first;
	if (!ring->gap_first)
		ring->gap_first = first;
	ring->gap_last = ts;
	ring->gap_count += count;
	ring->attempted += count;
	ring->discarded += count;
}

void tell_close(struct story *story, struct story_ring *ring, bool again, bool torn)
{
	size_t record = record_new(story, ring);

	story->records[record].barrier = true;
	story->records[record].ts = ring->last_ts;
	if (ring->gap_count) {
		loss_item(story, ring, record, ring->gap_count, ring->gap_last,
			VSPAN_TRACE_LOST_OVERWRITTEN);
		story->items[story->item_count - 1].ts = ring->gap_first;
	}
	if (torn && ring->last_ts) {
		loss_item(story, ring, record, 1, ring->last_ts, VSPAN_TRACE_LOST_TORN);
		ring->attempted++;
		ring->torn++;
	}
	while (ring->open_count)
		span_finish(story, ring->open[ring->open_count - 1], ring->last_ts,
			VSPAN_TRACE_FLAG_ABORTED, record);
	ring->gap_first = 0;
	ring->gap_count = 0;
	if (!again)
		return;
	ring->epoch++;
	ring->position = story->vms[ring->vm].offset;
	item_new(story, ring, ITEM_EPOCH, record)->number = ring->epoch;
}

void tell_message(struct story *story, struct story_ring *ring, size_t index)
{
	static const char *const texts[] = {
		"", "no such file", "disk \"sda\" \\ gone", "\xe2\x82\xac 5"};
	uint64_t unused = 0;
	size_t record = record_written(story, ring, &unused);
	struct item *item = item_new(story, ring, ITEM_MESSAGE, record);

	story->spans[index].status = random_below(&story->random, 3);
	item->span = story->spans[index].id;
	item->of = index + 1;
	item->text = texts[random_below(&story->random, sizeof(texts) / sizeof(texts[0]))];
}

void tell_link(struct story *story, struct story_ring *ring, size_t index, uint64_t linked)
{
	uint64_t unused = 0;
	size_t record = record_written(story, ring, &unused);
	struct item *item = item_new(story, ring, ITEM_LINK, record);

	item->span = story->spans[index].id;
	item->of = index + 1;
	item->linked = linked;
	if (random_percent(&story->random, 30)) {
		item->trace[0] = random_next(&story->random);
		item->trace[1] = random_next(&story->random);
	}
}

void tell_context(struct story *story, struct story_ring *ring, size_t of, uint64_t id)
{
	uint64_t unused = 0;
	size_t record = record_written(story, ring, &unused);
	struct item *item = item_new(story, ring, ITEM_CONTEXT, record);

	ring->context = of;
	ring->context_id = id;
	item->span = id;
	item->trace[0] = id ? random_next(&story->random) : 0;
	item->trace[1] = id ? random_next(&story->random) : 0;
}

void tell_vcpu(struct story *story, struct story_ring *ring, enum item_type type)
{
	size_t record = record_new(story, ring);
	struct item *item = item_new(story, ring, type, record);

	item->ts = story->records[record].at;
	item->text = "io";
	ring->away = type != ITEM_VCPU_ENTER;
}
