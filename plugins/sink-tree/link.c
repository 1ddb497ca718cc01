/* SPDX-License-Identifier: MIT */
/*
 * link.c - see link.h. Who the parents are is said in parents.c; that may form
 * loops, also through several VMs, so all nodes are ordered and linked together.
 * Everything here is linear (after one sort) and without recursion: depth is the
 * guest's.
 */
#include "link.h"

#include "parents.h"

#include <assert.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

struct nodes {
	struct node **array; /* in order of time, of all VMs */
	size_t count;
};

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
	if (x->vm != y->vm)
		return x->vm->number < y->vm->number ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/*
 * Walks up from every node until it meets one an earlier walk has passed; a
 * node met twice in one walk is in a loop, which is cut there.
 */
static void nodes_cut_loops(const struct nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++) {
		struct node *node = nodes->array[i];
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

	/* One without a begin or an end may be as long as one likes. */
	if (node->type == NODE_SPAN && node->source >= SOURCE_EDGES &&
		node->duration < options->min_duration)
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

static void nodes_select(const struct nodes *nodes, const struct options *options)
{
	for (size_t i = 0; i < nodes->count; i++) {
		struct node *node = nodes->array[i];

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

	assert(!vm->vcpus);
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
static void nodes_build_lists(const struct nodes *nodes)
{
	for (size_t i = 0; i < nodes->count; i++) {
		struct node *node = nodes->array[i];
		struct vcpu *vcpu = vm_vcpu(node->vm, node->vcpu);
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

static void node_count(struct vm *vm, const struct node *node)
{
	if (node->type == NODE_LOST) {
		vm->lost += node->count;
	} else if (node->type == NODE_EVENT) {
		vm->events_seen++;
	} else {
		vm->spans_seen++;
		vm->roots += !node->parent;
		vm->aborted += !!(node->flags & VSPAN_TRACE_FLAG_ABORTED);
		vm->unfinished += node->source == SOURCE_ENTRY;
		vm->ends += node->source == SOURCE_EXIT;
	}
}

static void notes_reverse(struct note **notes)
{
	struct note *reversed = NULL;

	while (*notes) {
		struct note *note = *notes;

		*notes = note->next;
		note->next = reversed;
		reversed = note;
	}
	*notes = reversed;
}

/* All nodes of all VMs but the ends that nothing is in: there is no place for them. */
static int nodes_gather(struct nodes *nodes, const struct forest *forest)
{
	size_t count = 0;

	for (size_t i = 0; i < forest->vm_count; i++)
		count += forest->vms[i]->node_count;
	nodes->array = calloc(count ? count : 1, sizeof(struct node *));
	if (!nodes->array)
		return -ENOMEM;
	for (size_t i = 0; i < forest->vm_count; i++) {
		struct vm *vm = forest->vms[i];

		for (size_t n = 0; n < vm->node_count; n++) {
			struct node *node = vm->nodes[n];

			if (node->type == NODE_SPAN && node->source == SOURCE_EXIT && !node->named)
				vm->ends_hidden++;
			else
				nodes->array[nodes->count++] = node;
		}
	}
	assert(nodes->count <= count);
	return 0;
}

static void nodes_link(const struct nodes *nodes, const struct options *options)
{
	qsort(nodes->array, nodes->count, sizeof(struct node *), node_compare);
	for (size_t i = 0; i < nodes->count; i++)
		node_find_ancestor(
			nodes->array[i], vm_vcpu(nodes->array[i]->vm, nodes->array[i]->vcpu));
	nodes_cut_loops(nodes);
	for (size_t i = 0; i < nodes->count; i++)
		node_count(nodes->array[i]->vm, nodes->array[i]);
	nodes_select(nodes, options);
	nodes_build_lists(nodes);
}

int forest_link(struct forest *forest, const struct options *options)
{
	struct nodes nodes = {.array = NULL};

	forest_find_parents(forest);
	for (size_t i = 0; i < forest->vm_count; i++) {
		if (vm_find_vcpus(forest->vms[i]) < 0)
			return -ENOMEM;
	}
	if (nodes_gather(&nodes, forest) < 0)
		return -ENOMEM;
	nodes_link(&nodes, options);
	free(nodes.array);
	for (size_t i = 0; i < forest->vm_count; i++) {
		vm_place_notes(forest->vms[i]);
		notes_reverse(&forest->vms[i]->notices);
	}
	notes_reverse(&forest->notices);
	return 0;
}
