/* SPDX-License-Identifier: MIT */
/*
 * link.c - see link.h. Parents are what the guest said, so they may be missing,
 * on another vCPU, begin later than their children, or form a loop. Everything
 * here is linear (after one sort) and without recursion: depth is the guest's.
 */
#include "link.h"

#include <assert.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

static int node_compare(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	/* Finished spans come in the order of their ends; ids grow in the order of their starts. */
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void vm_find_parents(struct vm *vm)
{
	for (size_t i = 0; i < vm->node_count; i++) {
		struct node *node = vm->nodes[i];

		if (!node->parent_id)
			continue;
		node->parent = map_find(&vm->spans, node->parent_id);
		node->parent_unknown = !node->parent;
	}
}

/*
 * Walks up from every node until it meets one an earlier walk has passed; a
 * node met twice in one walk is in a loop, which is cut there.
 */
static void vm_cut_loops(struct vm *vm)
{
	for (size_t i = 0; i < vm->node_count; i++) {
		struct node *node = vm->nodes[i];
		struct node *below = NULL;

		for (; node && !node->walk; node = node->parent) {
			node->walk = i + 1;
			below = node;
		}
		if (node && below && node->walk == i + 1) {
			below->parent = NULL;
			below->parent_loop = true;
		}
	}
}

static bool node_matches(const struct node *node, const struct options *options)
{
	const char *name = strchr(node->label, ':');

	if (node->type == NODE_SPAN && node->duration < options->min_duration)
		return false;
	if (!options->name)
		return true;
	return fnmatch(options->name, node->label, 0) == 0 ||
		(name && fnmatch(options->name, name + 1, 0) == 0);
}

static bool node_selected(const struct node *node, const struct options *options)
{
	if (node->type == NODE_SPAN)
		return node_matches(node, options);
	if (options->name && node->type == NODE_EVENT && node_matches(node, options))
		return true;
	/* What belongs to a span is shown with it; what belongs to none, unless names are asked
	 * for. */
	if (node->parent)
		return node_matches(node->parent, options);
	return node->type == NODE_LOST || !options->name;
}

static void vm_select(struct vm *vm, const struct options *options)
{
	for (size_t i = 0; i < vm->node_count; i++) {
		struct node *node = vm->nodes[i];

		if (!node_selected(node, options))
			continue;
		for (; node && !node->visible; node = node->parent)
			node->visible = true;
	}
}

static int vcpu_compare(const void *a, const void *b)
{
	const struct vcpu *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static struct vcpu *vm_vcpu(const struct vm *vm, uint32_t number)
{
	const struct vcpu key = {.number = number};

	return bsearch(&key, vm->vcpus, vm->vcpu_count, sizeof(key), vcpu_compare);
}

/* The vCPUs that have roots, each once, in order. */
static int vm_find_vcpus(struct vm *vm)
{
	size_t count = 0;

	if (vm->node_count == 0)
		return 0;
	vm->vcpus = calloc(vm->node_count, sizeof(*vm->vcpus));
	if (!vm->vcpus)
		return -ENOMEM;
	for (size_t i = 0; i < vm->node_count; i++) {
		/* Nodes of one vCPU mostly come in runs. */
		if (count == 0 || vm->vcpus[count - 1].number != vm->nodes[i]->vcpu)
			vm->vcpus[count++].number = vm->nodes[i]->vcpu;
	}
	qsort(vm->vcpus, count, sizeof(*vm->vcpus), vcpu_compare);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || vm->vcpus[i].number != vm->vcpus[vm->vcpu_count - 1].number)
			vm->vcpus[vm->vcpu_count++] = vm->vcpus[i];
	}
	return 0;
}

/* Nodes come in order of time, so appending keeps every list in that order. */
static void vm_build_lists(struct vm *vm)
{
	for (size_t i = 0; i < vm->node_count; i++) {
		struct node *node = vm->nodes[i];
		struct vcpu *vcpu = vm_vcpu(vm, node->vcpu);
		struct node **first = node->parent ? &node->parent->first_child : &vcpu->first_root;
		struct node **last = node->parent ? &node->parent->last_child : &vcpu->last_root;

		assert(vcpu && !node->next);
		if (*last)
			(*last)->next = node;
		else
			*first = node;
		*last = node;
	}
}

/*
 * Notes come last first: the first message found is the last one given, and
 * links put in front end up in the order they were made.
 */
static void vm_place_notes(struct vm *vm)
{
	struct note *unplaced = NULL;

	while (vm->notes) {
		struct note *note = vm->notes;
		struct node *node = map_find(&vm->spans, note->span);
		struct note **list = node && !note->text ? &node->links : &unplaced;

		if (node && note->text && !node->message) {
			node->message = note->text;
			note->text = NULL;
		}
		vm->notes = note->next;
		note->next = *list;
		*list = note;
	}
	vm->notes = unplaced;
}

static void vm_count(struct vm *vm)
{
	for (size_t i = 0; i < vm->node_count; i++) {
		struct node *node = vm->nodes[i];

		if (node->type == NODE_LOST) {
			vm->lost += node->count;
		} else if (node->type == NODE_EVENT) {
			vm->events_seen++;
		} else {
			vm->spans_seen++;
			vm->roots += !node->parent;
			vm->aborted += !!(node->flags & VSPAN_TRACE_FLAG_ABORTED);
			if (node->source == SOURCE_ENTRY)
				node->flags |= VSPAN_TRACE_FLAG_END_LOST;
		}
	}
}

int vm_link(struct vm *vm, const struct options *options)
{
	assert(!vm->vcpus);
	/* No array at all for a VM without events, and qsort() takes no NULL. */
	if (vm->node_count > 0)
		qsort(vm->nodes, vm->node_count, sizeof(struct node *), node_compare);
	vm_find_parents(vm);
	vm_cut_loops(vm);
	vm_count(vm);
	vm_select(vm, options);
	if (vm_find_vcpus(vm) < 0)
		return -ENOMEM;
	vm_build_lists(vm);
	vm_place_notes(vm);
	return 0;
}
