/* SPDX-License-Identifier: MIT */
/*
 * forest.c - see forest.h: creation and destruction of what the forest owns.
 */
#include "forest.h"

#include <assert.h>
#include <stdlib.h>

/* Room for one more element; arrays grow by doubling. */
static void *array_grow(void *array, size_t count, size_t *capacity, size_t size)
{
	size_t larger = *capacity ? *capacity * 2 : 8;
	void *grown;

	if (count < *capacity)
		return array;
	if (larger > SIZE_MAX / size)
		return NULL;
	grown = realloc(array, larger * size);
	if (grown)
		*capacity = larger;
	return grown;
}

struct vm *forest_vm(struct forest *forest, uint32_t number)
{
	struct vm **vms, *vm = forest->last;

	if (vm && vm->number == number)
		return vm;
	for (size_t i = 0; i < forest->vm_count; i++) {
		vm = forest->vms[i];
		if (vm->number == number)
			return forest->last = vm;
	}
	vms = realloc(forest->vms, (forest->vm_count + 1) * sizeof(struct vm *));
	if (!vms)
		return NULL;
	forest->vms = vms;
	vm = calloc(1, sizeof(*vm));
	if (!vm)
		return NULL;
	vm->number = number;
	forest->vms[forest->vm_count++] = vm;
	return forest->last = vm;
}

struct node *vm_add_node(struct vm *vm, enum node_type type)
{
	struct node *node;
	void *grown =
		array_grow(vm->nodes, vm->node_count, &vm->node_capacity, sizeof(struct node *));

	if (!grown)
		return NULL;
	vm->nodes = grown;
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->type = type;
	node->vm = vm;
	node->order = vm->node_count;
	vm->nodes[vm->node_count++] = node;
	assert(vm->node_count <= vm->node_capacity);
	return node;
}

struct ledger *vm_ledger(struct vm *vm, uint32_t vcpu, uint64_t epoch)
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
	vm->ledgers[vm->ledger_count] = (struct ledger){.vcpu = vcpu, .epoch = epoch};
	return &vm->ledgers[vm->ledger_count++];
}

static void notes_free(struct note *note)
{
	while (note) {
		struct note *next = note->next;

		free(note->text);
		free(note);
		note = next;
	}
}

static void node_free(struct node *node)
{
	notes_free(node->links);
	free(node->own_label);
	free(node->fields);
	free(node->message);
	free(node);
}

static void vm_free(struct vm *vm)
{
	for (size_t i = 0; i < vm->node_count; i++)
		node_free(vm->nodes[i]);
	notes_free(vm->notes);
	notes_free(vm->notices);
	repeats_clear(&vm->repeats);
	map_clear(&vm->spans);
	free(vm->nodes);
	free(vm->vcpus);
	free(vm->ledgers);
	free(vm->name);
	free(vm);
}

void forest_clear(struct forest *forest)
{
	for (size_t i = 0; i < forest->vm_count; i++)
		vm_free(forest->vms[i]);
	notes_free(forest->notices);
	free(forest->vms);
	*forest = (struct forest){0};
}
