/* SPDX-License-Identifier: MIT */
/*
 * forest.c - see forest.h: VMs, vCPUs and their watermarks, and what the forest
 * owns.
 */
#include "forest.h"

#include "units.h"
#include "woods.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/abi.h>
#include <vspan/trace.h>

int forest_init(struct forest *forest, uint64_t held, forest_tree_function tree, void *data)
{
	struct woods *woods = calloc(1, sizeof(*woods));

	*forest = (struct forest){.woods = woods};
	if (!woods)
		return -ENOMEM;
	woods->tree = tree;
	woods->data = data;
	woods->held_most = held;
	woods->held_next = held;
	woods->swept = INT64_MIN;
	woods->least = INT64_MIN;
	return 0;
}

struct land *forest_land(struct forest *forest, uint32_t number)
{
	struct woods *woods = forest->woods;
	struct land *land = woods->last;
	struct vm **vms;

	if (land && land->vm.number == number)
		return land;
	for (size_t i = 0; i < forest->vm_count; i++) {
		if (forest->vms[i]->number == number)
			return woods->last = land_of(forest->vms[i]);
	}
	vms = realloc(forest->vms, (forest->vm_count + 1) * sizeof(struct vm *));
	if (!vms)
		return NULL;
	forest->vms = vms;
	land = calloc(1, sizeof(*land));
	if (!land)
		return NULL;
	land->vm.number = number;
	forest->vms[forest->vm_count++] = &land->vm;
	return woods->last = land;
}

static struct ring *ring_create(struct land *land, uint32_t number)
{
	struct vm *vm = &land->vm;
	struct vcpu **vcpus = realloc(vm->vcpus, (vm->vcpu_count + 1) * sizeof(struct vcpu *));
	struct ring *ring;
	size_t i;

	if (!vcpus)
		return NULL;
	vm->vcpus = vcpus;
	ring = calloc(1, sizeof(*ring));
	if (!ring)
		return NULL;
	ring->vcpu.number = number;
	ring->vcpu.vm = vm;
	ring->waited = !land->detached;
	ring->watermark = INT64_MIN;
	for (i = vm->vcpu_count; i > 0 && vcpus[i - 1]->number > number; i--)
		vcpus[i] = vcpus[i - 1];
	vcpus[i] = &ring->vcpu;
	vm->vcpu_count++;
	return ring;
}

struct ring *land_ring(struct land *land, uint32_t number)
{
	const struct vm *vm = &land->vm;
	size_t low = 0, high = vm->vcpu_count;

	if (land->last && land->last->vcpu.number == number)
		return land->last;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (vm->vcpus[middle]->number == number)
			return land->last = ring_of(vm->vcpus[middle]);
		if (vm->vcpus[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return land->last = ring_create(land, number);
}

void woods_advance(struct woods *woods, struct ring *ring, int64_t watermark)
{
	if (watermark <= ring->watermark)
		return;
	/* Only the ring furthest behind holds the others back. */
	woods->stale = woods->stale || ring->watermark <= woods->least;
	ring->watermark = watermark;
}

int64_t woods_watermark(const struct forest *forest)
{
	struct woods *woods = forest->woods;

	if (!woods->stale)
		return woods->least;
	woods->stale = false;
	woods->least = INT64_MAX;
	for (size_t i = 0; i < forest->vm_count; i++) {
		const struct vm *vm = forest->vms[i];

		for (size_t n = 0; n < vm->vcpu_count; n++) {
			const struct ring *ring = ring_of(vm->vcpus[n]);

			if (ring->waited && ring->watermark < woods->least)
				woods->least = ring->watermark;
		}
	}
	return woods->least;
}

struct planted *woods_add(struct woods *woods, struct vcpu *vcpu, enum node_type type)
{
	struct planted *node = woods->unused;

	if (node)
		woods->unused = (struct planted *)node->node.next;
	else
		node = malloc(sizeof(*node));
	if (!node)
		return NULL;
	if (woods->unused)
		node_prefetch(&woods->unused->node);
	memset(node, 0, offsetof(struct planted, values));
	node->node.type = type;
	node->node.vcpu = vcpu;
	node->order = woods->arrived++;
	woods->held++;
	return node;
}

int woods_plant(struct woods *woods, struct planted *node)
{
	bool exit = node->node.type == NODE_SPAN && node->node.source == SOURCE_EXIT;

	node->pending = true;
	/* Whether anything is in what has only an end is known after all that began by then. */
	return heap_push(&woods->pending, units_add(node->node.start, exit), node);
}

void woods_free(struct woods *woods, struct planted *node)
{
	struct map *spans = &land_of(node->node.vcpu->vm)->spans;

	if (!node->dead && node->node.type == NODE_SPAN && map_find(spans, node->node.id) == node)
		map_remove(spans, node->node.id);
	free(node->own_label);
	node->own_label = NULL;
	notes_free(node->node.message);
	notes_free(node->node.links);
	node->node.message = NULL;
	node->node.links = NULL;
	values_clear(&node->node.values);
	node->order = UINT64_MAX;
	if (node->pending) {
		node->dead = true;
		return;
	}
	node->node.next = (struct node *)woods->unused;
	woods->unused = node;
}

int forest_take(struct forest *forest, const struct record *record)
{
	struct woods *woods = forest->woods;
	int64_t watermark;
	int status = 0;

	if (collect_record(forest, record) < 0)
		return -ENOMEM;
	watermark = woods_watermark(forest);
	if (woods_sweep_due(woods, watermark))
		status = woods_sweep(forest, watermark);
	if (status < 0)
		return status;
	return woods->held_most && woods->held > woods->held_next ? woods_relieve(forest) : 0;
}

int forest_idle(struct forest *forest)
{
	return woods_flush_window(forest, 0);
}

int forest_end(struct forest *forest)
{
	struct woods *woods = forest->woods;
	int status = woods_sweep(forest, INT64_MAX);

	/* Whatever is still open stays so. */
	while (status == 0 && woods->open) {
		woods->open->tree_open = 0;
		status = root_closed(woods, woods->open);
	}
	if (status == 0)
		status = woods_sweep(forest, INT64_MAX);
	/* Also what has grown since it came into the window: nothing comes any more. */
	woods->swept = INT64_MAX;
	if (status == 0)
		status = woods_flush_window(forest, 0);
	for (size_t i = 0; i < forest->vm_count; i++)
		land_clear_notes(land_of(forest->vms[i]));
	return status;
}

uint64_t forest_contexts_forgotten(const struct forest *forest)
{
	return forest->woods->contexts.forgotten;
}

/* Told by filter.vspan.spans of what `lost` events tell as well. */
static bool discarded_in_guest(const bt_message *message)
{
	const bt_stream *stream = bt_message_get_type(message) == BT_MESSAGE_TYPE_DISCARDED_EVENTS
		? bt_message_discarded_events_borrow_stream_const(message)
		: bt_message_discarded_packets_borrow_stream_const(message);
	const bt_value *tracer = bt_trace_borrow_environment_entry_value_by_name_const(
		bt_stream_borrow_trace_const(stream), "tracer_name");

	return tracer && bt_value_is_string(tracer) &&
		strcmp(bt_value_string_get(tracer), VSPAN_TRACE_ANALYSIS) == 0;
}

void forest_take_discarded(struct forest *forest, const bt_message *message)
{
	uint64_t count;

	if (discarded_in_guest(message))
		return;
	if (bt_message_get_type(message) == BT_MESSAGE_TYPE_DISCARDED_EVENTS) {
		if (bt_message_discarded_events_get_count(message, &count) ==
			BT_PROPERTY_AVAILABILITY_AVAILABLE)
			forest->discarded += count;
		else
			forest->discarded_unknown = true;
		return;
	}
	/* Events in discarded packets are not counted anywhere. */
	if (bt_message_discarded_packets_get_count(message, &count) !=
		BT_PROPERTY_AVAILABILITY_AVAILABLE)
		count = 1;
	forest->discarded_packets += count;
}

/* The tree's nodes in one list, by `next`; its shape is gone. */
static void tree_flatten(struct node *root)
{
	root->next = NULL;
	for (struct node *node = root; node; node = node->next) {
		if (!node->first_child)
			continue;
		node->last_child->next = node->next;
		node->next = node->first_child;
	}
}

void tree_discard(struct woods *woods, struct node *root)
{
	tree_flatten(root);
	while (root) {
		struct node *next = root->next;

		woods_free(woods, planted(root));
		root = next;
	}
}

static void woods_clear(struct woods *woods)
{
	while (woods->pending.count) {
		struct planted *node = heap_pop(&woods->pending).planted;

		node->pending = false;
		if (node->dead || !node->placed)
			woods_free(woods, node);
	}
	while (woods->growing.count)
		tree_discard(woods, &heap_pop(&woods->growing).planted->node);
	while (woods->window.count)
		tree_discard(woods, &heap_pop(&woods->window).planted->node);
	while (woods->open) {
		struct planted *root = woods->open;

		woods->open = root->open_next;
		tree_discard(woods, &root->node);
	}
	heap_clear(&woods->growing);
	heap_clear(&woods->window);
	heap_clear(&woods->pending);
	while (woods->unused) {
		struct planted *node = woods->unused;

		woods->unused = (struct planted *)node->node.next;
		free(node);
	}
}

static void land_free(struct land *land)
{
	struct vm *vm = &land->vm;

	for (size_t i = 0; i < vm->vcpu_count; i++) {
		struct ring *ring = ring_of(vm->vcpus[i]);

		free(ring->stack);
		free(ring->transitions);
		exits_clear(&ring->exits);
		free(ring);
	}
	land_clear_notes(land);
	land_clear_waiting(land);
	calls_clear(&land->calls);
	exits_words_clear(&land->exit_words);
	map_clear(&land->spans);
	map_clear(&land->notes);
	repeats_clear(&vm->repeats);
	notes_free(vm->notices);
	free(vm->vcpus);
	free(vm->ledgers);
	free(vm->name);
	free(land);
}

void forest_clear(struct forest *forest)
{
	if (forest->woods)
		woods_clear(forest->woods);
	for (size_t i = 0; i < forest->vm_count; i++)
		land_free(land_of(forest->vms[i]));
	free(forest->vms);
	notes_free(forest->notices);
	if (forest->woods)
		contexts_clear(&forest->woods->contexts);
	free(forest->woods);
	*forest = (struct forest){0};
}
