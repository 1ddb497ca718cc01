/* SPDX-License-Identifier: MIT */
/*
 * collect.c - records into nodes, notes and accounts. A span may be told of by
 * its finished-span event, by its two edges or one of them, or by all three: the
 * finished span wins, whichever comes first.
 */
#include "woods.h"

#include "units.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

/* Notices of one VM that are kept; they say the same thing after that. */
#define NOTICES_MAX 1000

/* Label and own fields of the record, in place of what the node had. */
static int node_set_text(struct planted *node, const struct record *record)
{
	struct text text = {0};

	values_clear(&node->node.values);
	if (record->own) {
		if (values_copy(&node->node.values, record->own, node->values,
			    sizeof(node->values)) < 0)
			return -ENOMEM;
	} else if (values_pack(&node->node.values, record->kind, record->payload, node->values,
			   sizeof(node->values)) < 0)
		return -ENOMEM;
	free(node->own_label);
	node->own_label = NULL;
	node->node.label = record->kind->label;
	if (!record->kind->named)
		return 0;
	record_label(record, &text);
	node->node.label = node->own_label = text_take(&text);
	return node->own_label ? 0 : -ENOMEM;
}

static int node_fill(struct planted *planted, struct land *land, const struct record *record)
{
	enum event_role role = record->kind->role;
	struct node *node = &planted->node;
	struct ring *ring = land_ring(land, (uint32_t)record_number(record, FIELD_VCPU));

	if (!ring)
		return -ENOMEM;
	node->vcpu = &ring->vcpu;
	node->start = record_time(record, FIELD_TS);
	node->duration = record_number(record, FIELD_DURATION);
	node->parent_id = record_number(record, role == EVENT_POINT ? FIELD_SPAN : FIELD_PARENT);
	node->flags = (uint32_t)record_number(record, FIELD_FLAGS);
	node->status = (uint8_t)record_number(record, FIELD_STATUS);
	node->kind = (uint8_t)record_number(record, FIELD_KIND);
	planted->end = node_end(node);
	return node_set_text(planted, record);
}

/* A node of the record's vCPU; not planted yet. */
static struct planted *collect_node(
	struct woods *woods, struct land *land, const struct record *record, enum node_type type)
{
	struct ring *ring = land_ring(land, (uint32_t)record_number(record, FIELD_VCPU));

	return ring ? woods_add(woods, &ring->vcpu, type) : NULL;
}

/* A new span. Of two finished spans with one id both are shown; children go to the first. */
static int collect_span(struct woods *woods, struct land *land, const struct record *record,
	enum node_source source)
{
	struct planted *node = collect_node(woods, land, record, NODE_SPAN);
	uint64_t id = record_number(record, FIELD_SPAN);
	int status;

	if (!node)
		return -ENOMEM;
	node->node.id = id;
	node->node.source = source;
	node->told = record->kind->role == EVENT_OPEN;
	status = node_fill(node, land, record);
	if (status == 0 && id && !map_find(&land->spans, id))
		status = map_insert(&land->spans, id, node);
	/* Planted in any case: the pending nodes are what will be freed. */
	return woods_plant(woods, node) < 0 ? -ENOMEM : status;
}

static struct planted *land_span(const struct land *land, const struct record *record)
{
	uint64_t id = record_number(record, FIELD_SPAN);

	return id ? map_find(&land->spans, id) : NULL;
}

static int collect_finished(struct woods *woods, struct land *land, const struct record *record)
{
	struct planted *node = land_span(land, record);
	bool open = node && planted_open(node);
	int status;

	if (!node || node->node.source == SOURCE_FINISHED)
		return collect_span(woods, land, record, SOURCE_FINISHED);
	status = node_fill(node, land, record);
	node->node.source = SOURCE_FINISHED;
	if (open && status == 0)
		status = woods_ended(woods, node);
	return status;
}

/* What an exit adds to what its entry told. */
static int node_finish(
	struct woods *woods, struct planted *node, int64_t end, uint32_t flags, uint8_t status)
{
	struct node *span = &node->node;

	assert(span->source == SOURCE_ENTRY);
	span->source = SOURCE_EDGES;
	span->duration = end > span->start ? (uint64_t)end - (uint64_t)span->start : 0;
	span->flags |= flags;
	span->status = status;
	if (node_end(span) > node->end)
		node->end = node_end(span);
	return woods_ended(woods, node);
}

static int collect_entry(struct woods *woods, struct land *land, const struct record *record)
{
	struct planted *node = land_span(land, record);
	struct node ended;
	int status;

	if (!node)
		return collect_span(woods, land, record, SOURCE_ENTRY);
	if (node->told && node->node.source == SOURCE_ENTRY)
		return node_set_text(node, record);
	if (node->node.source != SOURCE_EXIT)
		return 0;
	ended = node->node;
	status = node_fill(node, land, record);
	node->node.source = SOURCE_EDGES;
	node->node.flags |= ended.flags;
	node->node.status = ended.status;
	if (ended.start > node->node.start)
		node->node.duration = (uint64_t)ended.start - (uint64_t)node->node.start;
	node->end = node_end(&node->node);
	return status;
}

/* An exit without its entry does not tell where the span began, nor in what. */
static int collect_exit(struct woods *woods, struct land *land, const struct record *record)
{
	struct planted *node = land_span(land, record);

	if (node && node->node.source == SOURCE_ENTRY)
		return node_finish(woods, node, record_time(record, FIELD_TS),
			(uint32_t)record_number(record, FIELD_FLAGS),
			(uint8_t)record_number(record, FIELD_STATUS));
	return node ? 0 : collect_span(woods, land, record, SOURCE_EXIT);
}

/* Told once while it is open; what is known already needs no telling. */
static int collect_open(struct woods *woods, struct land *land, const struct record *record)
{
	struct planted *node = land_span(land, record);

	if (!node)
		return collect_span(woods, land, record, SOURCE_ENTRY);
	/* Put in the order of guest time, it comes after the end of what it tells. */
	if (node->node.source == SOURCE_EXIT)
		return collect_entry(woods, land, record);
	node->told = node->told || node->node.source == SOURCE_ENTRY;
	return 0;
}

/* A filter may have dropped the span itself; then this is how it ended. */
static int collect_close(struct woods *woods, struct land *land, const struct record *record)
{
	const struct planted *node = land_span(land, record);

	return node && planted_open(node) ? collect_exit(woods, land, record) : 0;
}

static int collect_point(struct woods *woods, struct land *land, const struct record *record)
{
	struct planted *node = collect_node(woods, land, record, NODE_EVENT);
	int status = node ? node_fill(node, land, record) : -ENOMEM;

	return !node || woods_plant(woods, node) < 0 ? -ENOMEM : status;
}

static int collect_lost(struct woods *woods, struct land *land, const struct record *record)
{
	struct planted *planted = collect_node(woods, land, record, NODE_LOST);
	int64_t last = record_time(record, FIELD_TS_LAST);
	struct node *node;

	if (!planted)
		return -ENOMEM;
	node = &planted->node;
	node->label = "";
	node->parent_id = record_number(record, FIELD_SPAN);
	node->count = record_number(record, FIELD_COUNT);
	node->reason = (uint32_t)record_number(record, FIELD_LOSS);
	node->start = record_time(record, FIELD_TS_FIRST);
	node->duration = last > node->start ? (uint64_t)last - (uint64_t)node->start : 0;
	planted->end = node_end(node);
	return woods_plant(woods, planted);
}

static int collect_attach(struct woods *woods, struct land *land, const struct record *record)
{
	uint64_t rings = record_number(record, FIELD_RINGS);
	char *name = strdup(record_string(record, FIELD_NAME));

	if (!name)
		return -ENOMEM;
	free(land->vm.name);
	land->vm.name = name;
	land->vm.rings = rings;
	land->vm.identity[0] = record_number(record, FIELD_IDENTITY_HIGH);
	land->vm.identity[1] = record_number(record, FIELD_IDENTITY_LOW);
	land->vm.counter_hz = record_number(record, FIELD_COUNTER_HZ);
	land->vm.attached = true;
	for (uint32_t i = 0; i < rings && i < VSPAN_ABI_RINGS_MAX; i++) {
		struct ring *ring = land_ring(land, i);

		if (!ring)
			return -ENOMEM;
		ring->waited = ring->waited || land->detached;
	}
	land->detached = false;
	woods->stale = true;
	return 0;
}

static void collect_detach(struct woods *woods, struct land *land)
{
	land->detached = true;
	for (size_t i = 0; i < land->vm.vcpu_count; i++)
		ring_of(land->vm.vcpus[i])->waited = false;
	woods->stale = true;
}

static struct ledger *land_ledger(struct vm *vm, uint32_t vcpu, uint64_t epoch)
{
	struct ledger *grown;

	for (size_t i = 0; i < vm->ledger_count; i++) {
		if (vm->ledgers[i].vcpu == vcpu && vm->ledgers[i].epoch == epoch)
			return &vm->ledgers[i];
	}
	grown = realloc(vm->ledgers, (vm->ledger_count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	vm->ledgers = grown;
	grown[vm->ledger_count] = (struct ledger){.vcpu = vcpu, .epoch = epoch};
	return &grown[vm->ledger_count++];
}

/* The last one of a ring's epoch is its final account. */
static int collect_ledger(struct vm *vm, const struct record *record)
{
	struct ledger *ledger = land_ledger(vm, (uint32_t)record_number(record, FIELD_VCPU),
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
	size_t count = 0;
	struct note *note;

	for (; *notices && count <= NOTICES_MAX; count++)
		notices = &(*notices)->next;
	if (count > NOTICES_MAX)
		return 0;
	note = calloc(1, sizeof(*note));
	if (!note)
		return -ENOMEM;
	*notices = note;
	note->text = strdup(count < NOTICES_MAX ? record_string(record, FIELD_TEXT)
						: "(more notices are in the trace: vspan:notice)");
	return note->text ? 0 : -ENOMEM;
}

static int collect_transition(struct land *land, const struct record *record, enum occupancy state)
{
	struct ring *ring = land_ring(land, (uint32_t)record_number(record, FIELD_VCPU));
	int64_t time = record_time(record, FIELD_TS);

	if (!ring)
		return -ENOMEM;
	if (state != OCCUPANCY_EXITED)
		exits_enter(&ring->exits, time);
	else if (exits_leave(&ring->exits, &land->exit_words, record_string(record, FIELD_REASON),
			 time) < 0)
		return -ENOMEM;
	return ring_transition(ring, state, time);
}

static int collect_watermark(struct woods *woods, struct land *land, const struct record *record)
{
	struct ring *ring = land_ring(land, (uint32_t)record_number(record, FIELD_VCPU));

	if (!ring)
		return -ENOMEM;
	woods_advance(woods, ring, record_time(record, FIELD_TS));
	return 0;
}

static int collect_context(struct woods *woods, const struct record *record)
{
	contexts_pass(&woods->contexts, woods->swept);
	return contexts_take(&woods->contexts, record);
}

/* The parent is a span of the guest, or, where that has none open, of its context. */
static int collect_call(struct forest *forest, struct land *land, const struct record *record)
{
	struct call call = {.span = record_number(record, FIELD_SPAN), .vm = land->vm.number};
	const struct context *context;
	struct land *host;

	if (!call.span)
		return 0;
	if (record_number(record, FIELD_FLAGS) & VSPAN_TRACE_FLAG_REMOTE) {
		context = contexts_find(&forest->woods->contexts, land->vm.number,
			(uint32_t)record_number(record, FIELD_VCPU), call.span,
			record_time(record, FIELD_TS), 0);
		call.vm = context ? context->host_vm : 0;
		memcpy(call.trace_id, context ? context->trace_id : call.trace_id,
			sizeof(call.trace_id));
	}
	host = forest_land(forest, (uint32_t)record_number(record, FIELD_HOST_VM));
	return host ? calls_add(&host->calls, record_number(record, FIELD_HOST_SPAN), &call)
		    : -ENOMEM;
}

/* Events of clocks come when they begin to be used. The oldest is forgotten. */
static void collect_clock(struct vm *vm, const struct record *record)
{
	/* Nothing has been timed by it: the guest's first record brings a better one. */
	if (record_number(record, FIELD_ERROR_NS) == VSPAN_TRACE_CLOCK_UNKNOWN)
		return;
	if (vm->clock_count == VM_CLOCKS)
		memmove(vm->clocks, vm->clocks + 1, --vm->clock_count * sizeof(vm->clocks[0]));
	vm->clocks[vm->clock_count++] = (struct vm_clock){
		.time = record_time(record, FIELD_TS),
		.error = record_number(record, FIELD_ERROR_NS),
	};
}

static int collect_control(struct woods *woods, struct land *land, const struct record *record)
{
	switch (record->kind->role) {
	case EVENT_WATERMARK:
		return collect_watermark(woods, land, record);
	case EVENT_CLOCK:
		collect_clock(&land->vm, record);
		return 0;
	case EVENT_MESSAGE:
	case EVENT_LINK:
		return land_note(land, record);
	case EVENT_NOTICE:
		return collect_notice(&land->vm.notices, record);
	case EVENT_ATTACH:
		return collect_attach(woods, land, record);
	case EVENT_DETACH:
		collect_detach(woods, land);
		return 0;
	case EVENT_LEDGER:
		return collect_ledger(&land->vm, record);
	case EVENT_VIOLATION:
		land->vm.totals.violations++;
		return 0;
	case EVENT_CONTEXT:
		return collect_context(woods, record);
	case EVENT_VCPU_ENTER:
		return collect_transition(land, record, OCCUPANCY_RUNNING);
	case EVENT_VCPU_EXIT:
		return collect_transition(land, record, OCCUPANCY_EXITED);
	case EVENT_VCPU_HALT:
		return collect_transition(land, record, OCCUPANCY_HALTED);
	default:
		return 0;
	}
}

/* By the clock of its time, which is the same wherever in the trace the event is. */
static void collect_clock_error(struct vm *vm, const struct record *record)
{
	const enum event_role role = record->kind->role;
	size_t i = vm->clock_count;
	int64_t time;

	if (i == 0 || role < EVENT_SPAN || role > EVENT_EXIT)
		return;
	time = record_time(record, FIELD_TS);
	while (i > 1 && vm->clocks[i - 1].time > time)
		i--;
	if (vm->clocks[i - 1].error > vm->clock_error)
		vm->clock_error = vm->clocks[i - 1].error;
}

static int collect_of_vm(struct woods *woods, struct land *land, const struct record *record)
{
	collect_clock_error(&land->vm, record);
	switch (record->kind->role) {
	case EVENT_SPAN:
		return collect_finished(woods, land, record);
	case EVENT_ENTRY:
		return collect_entry(woods, land, record);
	case EVENT_EXIT:
		return collect_exit(woods, land, record);
	case EVENT_OPEN:
		return collect_open(woods, land, record);
	case EVENT_CLOSE:
		return collect_close(woods, land, record);
	case EVENT_POINT:
		return collect_point(woods, land, record);
	case EVENT_LOST:
		return collect_lost(woods, land, record);
	default:
		return collect_control(woods, land, record);
	}
}

int collect_record(struct forest *forest, const struct record *record)
{
	uint32_t number = (uint32_t)record_number(record, FIELD_VM);
	enum event_role role = record->kind->role;
	struct land *land;
	int repeated;

	if (role == EVENT_FOREIGN) {
		forest->foreign++;
		return 0;
	}
	if (role == EVENT_NOTICE && number == 0)
		return collect_notice(&forest->notices, record);
	land = forest_land(forest, number);
	if (!land)
		return -ENOMEM;
	repeated = repeats_check(&land->vm.repeats, record);
	if (repeated != 0)
		return repeated < 0 ? repeated : 0;
	if (role == EVENT_CALL)
		return collect_call(forest, land, record);
	return collect_of_vm(forest->woods, land, record);
}
