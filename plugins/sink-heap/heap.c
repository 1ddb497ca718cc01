/* SPDX-License-Identifier: MIT */
/*
 * heap.c - the component class sink.vspan.heap: takes the allocations and frees out
 * of the trees, brings them into order, and shows what they add up to when the input
 * ends.
 */
#include "heap.h"

#include "show.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define TOP_DEFAULT 10

const char heap_help[] =
	"Prints the heap profile of each VM: how much was allocated, how much of it at most\n"
	"at a time and at the end, and the call stacks that asked for most of it. From the\n"
	"events of <vspan/heap.h>, as allocators and libvspan-heap.so write them.\n"
	"\n"
	"Parameters:\n"
	"  elf=FILE        names of functions are those of this image, for guests at fixed\n"
	"                  addresses\n"
	"  root=DIR        names of functions are those of the files the guest names, below\n"
	"                  this folder; \"/\" for programs of this machine\n"
	"  top=N           show N stacks of each order [10; 0: all]\n"
	"  format=FORMAT   text or json [text]\n"
	"  live=N          allocations that are known at a time; beyond, they are only\n"
	"                  counted [1000000]\n"
	"  stacks=N        stacks told apart; the rest is counted as one [100000]\n" SINK_HELP;

static void heap_defaults(struct sink *sink)
{
	struct heap_sink *heap = (struct heap_sink *)sink;

	heap->top = TOP_DEFAULT;
	heap->limits = (struct profile_limits){
		.live = PROFILE_LIVE_DEFAULT, .stacks = PROFILE_STACKS_DEFAULT};
}

static int heap_begin(struct sink *sink, bt_self_component *component)
{
	struct heap_sink *heap = (struct heap_sink *)sink;
	int status = names_open(&heap->names, heap->elf, heap->root);

	if (status < 0 && status != -ENOMEM)
		BT_CURRENT_THREAD_ERROR_APPEND_CAUSE_FROM_COMPONENT(component,
			"cannot read names from \"%s\": %s",
			heap->elf && !heap->names.image ? heap->elf : heap->root,
			strerror(-status));
	return status;
}

/* The profile of a VM, made with its first event. NULL if memory ran out. */
static struct profile *profile_of(struct heap_sink *heap, struct vm *vm)
{
	if (!vm->user)
		vm->user = profile_create(vm, &heap->limits);
	return vm->user;
}

/* The field of that name and type; false: there is none. */
static bool value_find(
	const struct node *node, const char *name, enum value_type type, struct value *value)
{
	struct values_cursor cursor = {0};

	while (values_next(&node->values, &cursor, value)) {
		if (strcmp(value->name, name) == 0)
			return value->type == type;
	}
	return false;
}

static bool number_find(const struct node *node, const char *name, uint64_t *number)
{
	struct value value;

	if (!value_find(node, name, VALUE_UNSIGNED, &value))
		return false;
	*number = value.u;
	return true;
}

/* Up to the first 0. No stack is one, too. Returns 0 or -ENOMEM. */
static int stack_read(struct profile *profile, const struct node *node, uint32_t *stack)
{
	uint64_t frames[PROFILE_FRAMES_MAX];
	struct value value;
	size_t count = 0;

	if (value_find(node, "stack", VALUE_UNSIGNED_ARRAY, &value))
		while (count < value.length && count < PROFILE_FRAMES_MAX) {
			frames[count] = value_element_unsigned(&value, count);
			if (frames[count] == 0)
				break;
			count++;
		}
	return profile_stack(profile, frames, count, stack);
}

static int module_take(struct profile *profile, const struct node *node)
{
	struct module module = {.bias = 0};
	struct value range, path, build_id;

	if (!number_find(node, "bias", &module.bias) ||
		!value_find(node, "range", VALUE_UNSIGNED_ARRAY, &range) || range.length != 2 ||
		!value_find(node, "path", VALUE_STRING, &path) || path.length > PROFILE_PATH_MAX) {
		profile->totals.malformed++;
		return 0;
	}
	module.start = value_element_unsigned(&range, 0);
	module.end = value_element_unsigned(&range, 1);
	memcpy(module.path, path.bytes, path.length);
	if (value_find(node, "build_id", VALUE_BYTES, &build_id) &&
		build_id.length <= PROFILE_BUILD_ID_MAX) {
		module.build_id_size = build_id.length;
		memcpy(module.build_id, build_id.bytes, build_id.length);
	}
	return profile_module(profile, &module);
}

static int event_take(struct heap_sink *heap, const struct node *node, const char *what)
{
	struct profile *profile = profile_of(heap, node->vcpu->vm);
	struct profile_event event = {
		.profile = profile, .time = node->start, .allocation = *what == 'a'};
	int status = 0;

	if (!profile)
		return -ENOMEM;
	if (*what == 'm')
		return module_take(profile, node);
	if (!number_find(node, "address", &event.address) ||
		(event.allocation && !number_find(node, "size", &event.size))) {
		profile->totals.malformed++;
		return 0;
	}
	if (event.allocation)
		status = stack_read(profile, node, &event.stack);
	return status < 0 ? status : sorter_push(&heap->sorter, &event);
}

/* "allocate", "free" or "module" of an event of ours, NULL of others. */
static const char *heap_event(const struct node *node)
{
	static const char provider[] = "heap:";
	const char *name;

	if (node->type != NODE_EVENT || strncmp(node->label, provider, sizeof(provider) - 1) != 0)
		return NULL;
	name = node->label + sizeof(provider) - 1;
	return strcmp(name, "allocate") == 0 || strcmp(name, "free") == 0 ||
			strcmp(name, "module") == 0
		? name
		: NULL;
}

static int heap_tree(struct sink *sink, struct node *root)
{
	struct heap_sink *heap = (struct heap_sink *)sink;
	uint64_t depth = 0;
	int status = 0;

	for (struct node *node = root; node && status == 0;
		node = node_next(root, node, true, &depth)) {
		const char *what = heap_event(node);

		if (what)
			status = event_take(heap, node, what);
	}
	return status;
}

static int heap_end(struct sink *sink)
{
	struct heap_sink *heap = (struct heap_sink *)sink;
	int status = sorter_drain(&heap->sorter);

	if (status < 0)
		return status;
	return heap->format == HEAP_JSON ? show_json(heap) : show_text(heap);
}

static void heap_free(struct sink *sink)
{
	struct heap_sink *heap = (struct heap_sink *)sink;

	for (size_t i = 0; i < sink->forest.vm_count; i++)
		profile_free(sink->forest.vms[i]->user);
	sorter_clear(&heap->sorter);
	names_close(&heap->names);
}

static const char *const formats[] = {"text", "json", NULL};

static const struct param heap_params[] = {
	{"elf", PARAM_STRING, offsetof(struct heap_sink, elf), NULL},
	{"format", PARAM_CHOICE, offsetof(struct heap_sink, format), formats},
	{"live", PARAM_COUNT, offsetof(struct heap_sink, limits.live), NULL},
	{"root", PARAM_STRING, offsetof(struct heap_sink, root), NULL},
	{"stacks", PARAM_COUNT, offsetof(struct heap_sink, limits.stacks), NULL},
	{"top", PARAM_COUNT, offsetof(struct heap_sink, top), NULL},
};

static const struct sink_class heap_class = {
	.name = "sink.vspan.heap",
	.size = sizeof(struct heap_sink),
	.params = heap_params,
	.param_count = sizeof(heap_params) / sizeof(heap_params[0]),
	.defaults = heap_defaults,
	.begin = heap_begin,
	.tree = heap_tree,
	.end = heap_end,
	.free = heap_free,
};

bt_component_class_initialize_method_status heap_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data)
{
	(void)configuration;
	(void)data;
	return sink_initialize(self, params, &heap_class);
}
