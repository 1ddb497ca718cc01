/* SPDX-License-Identifier: MIT */
/*
 * folded.c - the component class sink.vspan.folded: adds up the self time of
 * each tree's spans by stack, and writes the stacks when the input ends.
 */
#include "folded.h"

#include "model/sink.h"
#include "stacks.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char folded_help[] =
	"Writes a line for each stack of spans, `outer;inner;innermost N`: N is the time in\n"
	"which the innermost was open and nothing in it was. Programs that draw flame graphs\n"
	"read this. Lines are sorted, and written when the input ends.\n"
	"\n"
	"Parameters:\n"
	"  unit=UNIT       what N is: ns, us or calls [ns]\n"
	"  prefix=FRAMES   what stacks begin with: none, vm (the VM) or vcpu (VM and vCPU) [none]\n"
	"  max-stacks=N    stacks kept apart; the rest is counted as [other] [1000000]\n" SINK_HELP;

enum prefix {
	PREFIX_NONE,
	PREFIX_VM,
	PREFIX_VCPU,
};

struct folded {
	struct sink sink;
	struct stacks stacks;
	unsigned int unit;
	unsigned int prefix;
	uint64_t max_stacks;
	uint64_t spans_other; /* counted as [other] */
};

static const char *const folded_units[] = {"ns", "us", "calls", NULL};
static const char *const folded_prefixes[] = {"none", "vm", "vcpu", NULL};
static const struct param folded_params[] = {
	{"unit", PARAM_CHOICE, offsetof(struct folded, unit), folded_units},
	{"prefix", PARAM_CHOICE, offsetof(struct folded, prefix), folded_prefixes},
	{"max-stacks", PARAM_COUNT, offsetof(struct folded, max_stacks), NULL},
};

static void folded_defaults(struct sink *sink)
{
	((struct folded *)sink)->max_stacks = STACKS_COUNT_DEFAULT;
}

static int folded_begin(struct sink *sink, bt_self_component *component)
{
	struct folded *folded = (struct folded *)sink;

	(void)component;
	stacks_init(&folded->stacks, folded->max_stacks);
	return 0;
}

static struct stack *prefix_vm(struct folded *folded, const struct vm *vm)
{
	struct text name = {0};
	struct stack *stack;

	if (vm->name && *vm->name)
		text_append_safe(&name, vm->name, strlen(vm->name));
	else
		text_print(&name, "VM %" PRIu32, vm->number);
	stack = name.failed ? NULL : stacks_enter(&folded->stacks, &folded->stacks.top, name.data);
	text_clear(&name);
	return stack;
}

/* What the stacks of a tree begin with. NULL if memory ran out. */
static struct stack *prefix_enter(struct folded *folded, const struct vcpu *vcpu)
{
	struct stack *stack = &folded->stacks.top;
	char name[32];

	if (folded->prefix != PREFIX_NONE)
		stack = prefix_vm(folded, vcpu->vm);
	if (folded->prefix != PREFIX_VCPU || !stack)
		return stack;
	snprintf(name, sizeof(name), "vCPU %" PRIu32, vcpu->number);
	return stacks_enter(&folded->stacks, stack, name);
}

/* The stack that the root of a tree is in: of a part, the open spans around it. */
static struct stack *root_enter(struct folded *folded, const struct node *root)
{
	const struct node *around[STACKS_DEPTH_MAX];
	const struct node *outermost = root;
	struct stack *stack;
	size_t count = 0;

	for (const struct node *node = root->parent; node && count < STACKS_DEPTH_MAX;
		node = node->parent) {
		around[count++] = node;
		outermost = node;
	}
	stack = prefix_enter(folded, outermost->vcpu);
	while (stack && count-- > 0)
		stack = stacks_enter(&folded->stacks, stack, around[count]->label);
	return stack;
}

static int span_fold(struct folded *folded, struct node *node, struct stack *around)
{
	struct stack *stack = stacks_enter(&folded->stacks, around, node->label);

	if (!stack)
		return -ENOMEM;
	stack->self += node->self;
	stack->calls++;
	folded->spans_other += stack == &folded->stacks.other;
	node->user = stack;
	return 0;
}

static int folded_tree(struct sink *sink, struct node *root)
{
	struct folded *folded = (struct folded *)sink;
	struct stack *around;
	uint64_t depth = 0;
	int status = 0;

	if (root->type != NODE_SPAN)
		return 0;
	around = root_enter(folded, root);
	if (!around)
		return -ENOMEM;
	for (struct node *node = root; node && status == 0;
		node = node_next(root, node, true, &depth)) {
		if (node->type != NODE_SPAN)
			continue;
		status = span_fold(folded, node, node == root ? around : node->parent->user);
	}
	return status;
}

static int folded_end(struct sink *sink)
{
	struct folded *folded = (struct folded *)sink;

	if (folded->spans_other > 0)
		fprintf(stderr,
			"sink.vspan.folded: %" PRIu64
			" spans are counted as [other]: there are more "
			"than %" PRIu64 " stacks; `max-stacks` may allow more\n",
			folded->spans_other, folded->stacks.limit);
	return stacks_write(&folded->stacks, folded->unit, sink->stream);
}

static void folded_free(struct sink *sink)
{
	stacks_clear(&((struct folded *)sink)->stacks);
}

static const struct sink_class folded_class = {
	.name = "sink.vspan.folded",
	.size = sizeof(struct folded),
	.params = folded_params,
	.param_count = sizeof(folded_params) / sizeof(folded_params[0]),
	.defaults = folded_defaults,
	.begin = folded_begin,
	.tree = folded_tree,
	.no_fields = true,
	.end = folded_end,
	.free = folded_free,
};

bt_component_class_initialize_method_status folded_initialize(bt_self_component_sink *self,
	bt_self_component_sink_configuration *configuration, const bt_value *params, void *data)
{
	(void)configuration;
	(void)data;
	return sink_initialize(self, params, &folded_class);
}
