/* SPDX-License-Identifier: MIT */
/*
 * collect.c - see collect.h. A span may be told of by its finished-span event,
 * by its two edges or one of them, or by all three: the finished span wins,
 * whichever comes first. Message times are not looked at, so the input need not be re-timed.
 */
#include "collect.h"

#include "model/record.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

/* Label and own fields of the record, in place of what the node had. */
static int node_set_text(struct node *node, const struct record *record)
{
	struct text text = {0};

	free(node->own_label);
	free(node->fields);
	node->own_label = NULL;
	node->fields = NULL;
	node->label = record->kind->label;
	if (record->kind->named) {
		record_label(record, &text);
		node->label = node->own_label = text_take(&text);
	}
	record_fields(record, &text);
	if (text.length == 0 && !text.failed)
		return node->label ? 0 : -ENOMEM;
	node->fields = text_take(&text);
	return node->label && node->fields ? 0 : -ENOMEM;
}

static int node_fill(struct node *node, const struct record *record)
{
	bool point = record->kind->role == EVENT_POINT;

	node->vcpu = (uint32_t)record_number(record, FIELD_VCPU);
	node->start = record_time(record, FIELD_TS);
	node->duration = record_number(record, FIELD_DURATION);
	node->parent_id = record_number(record, point ? FIELD_SPAN : FIELD_PARENT);
	node->flags = (uint32_t)record_number(record, FIELD_FLAGS);
	node->status = (uint8_t)record_number(record, FIELD_STATUS);
	node->kind = (uint8_t)record_number(record, FIELD_KIND);
	return node_set_text(node, record);
}

/* What an exit adds to what its entry told. */
static void node_end(struct node *node, int64_t end, uint32_t flags, uint8_t status)
{
	assert(node->source == SOURCE_ENTRY);
	node->source = SOURCE_EDGES;
	node->duration = end > node->start ? (uint64_t)end - (uint64_t)node->start : 0;
	node->flags |= flags;
	node->status = status;
}

static struct node *vm_add_span(struct vm *vm, uint64_t id)
{
	struct node *node = vm_add_node(vm, NODE_SPAN);

	if (!node)
		return NULL;
	node->id = id;
	/* Of two finished spans with one id both are shown; children go to the first. */
	if (id && !map_find(&vm->spans, id) && map_insert(&vm->spans, id, node) < 0)
		return NULL;
	return node;
}

static int collect_finished(struct vm *vm, const struct record *record)
{
	uint64_t id = record_number(record, FIELD_SPAN);
	struct node *node = id ? map_find(&vm->spans, id) : NULL;

	if (!node || node->source == SOURCE_FINISHED)
		node = vm_add_span(vm, id);
	if (!node)
		return -ENOMEM;
	node->source = SOURCE_FINISHED;
	return node_fill(node, record);
}

static int collect_entry(struct vm *vm, const struct record *record)
{
	uint64_t id = record_number(record, FIELD_SPAN);
	struct node *node = id ? map_find(&vm->spans, id) : NULL;
	struct node ended;

	if (node && node->source != SOURCE_EXIT)
		return 0;
	if (!node) {
		node = vm_add_span(vm, id);
		if (!node)
			return -ENOMEM;
		node->source = SOURCE_ENTRY;
		return node_fill(node, record);
	}
	ended = *node;
	node->source = SOURCE_ENTRY;
	if (node_fill(node, record) < 0)
		return -ENOMEM;
	node_end(node, ended.start, ended.flags, ended.status);
	return 0;
}

/* An exit without its entry does not tell where the span began, nor in what. */
static int collect_exit(struct vm *vm, const struct record *record)
{
	uint64_t id = record_number(record, FIELD_SPAN);
	struct node *node = map_find(&vm->spans, id);

	if (node && node->source == SOURCE_ENTRY)
		node_end(node, record_time(record, FIELD_TS),
			(uint32_t)record_number(record, FIELD_FLAGS),
			(uint8_t)record_number(record, FIELD_STATUS));
	if (node)
		return 0;
	node = vm_add_span(vm, id);
	if (!node)
		return -ENOMEM;
	node->source = SOURCE_EXIT;
	return node_fill(node, record);
}

static int collect_point(struct vm *vm, const struct record *record)
{
	struct node *node = vm_add_node(vm, NODE_EVENT);

	return node ? node_fill(node, record) : -ENOMEM;
}

static int collect_lost(struct vm *vm, const struct record *record)
{
	struct node *node = vm_add_node(vm, NODE_LOST);
	int64_t last = record_time(record, FIELD_TS_LAST);

	if (!node)
		return -ENOMEM;
	node->label = "";
	node->vcpu = (uint32_t)record_number(record, FIELD_VCPU);
	node->parent_id = record_number(record, FIELD_SPAN);
	node->count = record_number(record, FIELD_COUNT);
	node->reason = (uint32_t)record_number(record, FIELD_LOSS);
	node->start = record_time(record, FIELD_TS_FIRST);
	node->duration = last > node->start ? (uint64_t)last - (uint64_t)node->start : 0;
	return 0;
}

static int collect_note(struct vm *vm, const struct record *record)
{
	struct note *note = calloc(1, sizeof(*note));

	if (!note)
		return -ENOMEM;
	note->span = record_number(record, FIELD_SPAN);
	note->linked = record_number(record, FIELD_LINKED);
	note->next = vm->notes;
	vm->notes = note;
	if (record->kind->role == EVENT_LINK)
		return 0;
	note->text = text_quoted_copy(record_string(record, FIELD_TEXT));
	return note->text ? 0 : -ENOMEM;
}

static int collect_attach(struct vm *vm, const struct record *record)
{
	char *name = text_quoted_copy(record_string(record, FIELD_NAME));

	if (!name)
		return -ENOMEM;
	free(vm->name);
	vm->name = name;
	vm->rings = record_number(record, FIELD_RINGS);
	vm->attached = true;
	return 0;
}

/* The last one of a ring's epoch is its final account. */
static int collect_ledger(struct vm *vm, const struct record *record)
{
	struct ledger *ledger = vm_ledger(vm, (uint32_t)record_number(record, FIELD_VCPU),
		record_number(record, FIELD_EPOCH));

	if (!ledger)
		return -ENOMEM;
	ledger->attempted = record_number(record, FIELD_ATTEMPTED);
	ledger->emitted = record_number(record, FIELD_EMITTED);
	ledger->discarded_guest = record_number(record, FIELD_DISCARDED_GUEST);
	ledger->discarded_host = record_number(record, FIELD_DISCARDED_HOST);
	ledger->torn = record_number(record, FIELD_TORN);
	ledger->invalid = record_number(record, FIELD_INVALID);
	ledger->in_ring = record_number(record, FIELD_IN_RING);
	return 0;
}

static int collect_notice(struct note **notices, const struct record *record)
{
	struct note *note = calloc(1, sizeof(*note));

	if (!note)
		return -ENOMEM;
	note->next = *notices;
	*notices = note;
	note->text = text_quoted_copy(record_string(record, FIELD_TEXT));
	return note->text ? 0 : -ENOMEM;
}

static int collect_of_vm(struct vm *vm, const struct record *record)
{
	switch (record->kind->role) {
	case EVENT_SPAN:
		return collect_finished(vm, record);
	case EVENT_ENTRY:
		return collect_entry(vm, record);
	case EVENT_EXIT:
		return collect_exit(vm, record);
	case EVENT_POINT:
		return collect_point(vm, record);
	case EVENT_LOST:
		return collect_lost(vm, record);
	case EVENT_MESSAGE:
	case EVENT_LINK:
		return collect_note(vm, record);
	case EVENT_NOTICE:
		return collect_notice(&vm->notices, record);
	case EVENT_ATTACH:
		return collect_attach(vm, record);
	case EVENT_LEDGER:
		return collect_ledger(vm, record);
	case EVENT_VIOLATION:
		vm->violations++;
		return 0;
	default:
		return 0;
	}
}

static int collect_record(struct forest *forest, const struct record *record)
{
	uint32_t number = (uint32_t)record_number(record, FIELD_VM);
	enum event_role role = record->kind->role;
	struct vm *vm;
	int repeated;

	if (role == EVENT_FOREIGN) {
		forest->foreign++;
		return 0;
	}
	if (role == EVENT_NOTICE && number == 0)
		return collect_notice(&forest->notices, record);
	vm = forest_vm(forest, number);
	if (!vm)
		return -ENOMEM;
	repeated = repeats_check(&vm->repeats, record);
	if (repeated != 0)
		return repeated < 0 ? repeated : 0;
	return collect_of_vm(vm, record);
}

static void collect_discarded(struct forest *forest, const bt_message *message)
{
	uint64_t count;

	if (bt_message_discarded_events_get_count(message, &count) ==
		BT_PROPERTY_AVAILABILITY_AVAILABLE)
		forest->discarded += count;
	else
		forest->discarded_unknown = true;
}

/* Events in discarded packets are not counted anywhere. */
static void collect_discarded_packets(struct forest *forest, const bt_message *message)
{
	uint64_t count;

	if (bt_message_discarded_packets_get_count(message, &count) !=
		BT_PROPERTY_AVAILABILITY_AVAILABLE)
		count = 1;
	forest->discarded_packets += count;
}

int collect_message(struct forest *forest, struct event_kinds *kinds, const bt_message *message)
{
	struct record record;

	switch (bt_message_get_type(message)) {
	case BT_MESSAGE_TYPE_EVENT:
		if (record_open(&record, kinds, message) < 0)
			return -ENOMEM;
		return collect_record(forest, &record);
	case BT_MESSAGE_TYPE_DISCARDED_EVENTS:
		collect_discarded(forest, message);
		return 0;
	case BT_MESSAGE_TYPE_DISCARDED_PACKETS:
		collect_discarded_packets(forest, message);
		return 0;
	default:
		return 0;
	}
}
