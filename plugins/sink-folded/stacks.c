/* SPDX-License-Identifier: MIT */
/*
 * stacks.c - see stacks.h. A stack is found by its parent's number and its
 * name's, so that a span costs one look-up, however deep it is.
 */
#include "stacks.h"

#include "model/text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void stacks_init(struct stacks *stacks, uint64_t limit)
{
	*stacks = (struct stacks){.limit = limit < UINT32_MAX - 1 ? limit : UINT32_MAX - 1};
	stacks->other.name = "[other]";
	intern_init(&stacks->names, STACKS_NAMES_MAX, STACKS_NAME_BYTES_MAX);
}

/* What the format gives a meaning to becomes something that only looks like it. */
static char *frame_name(const char *name)
{
	struct text text = {0};
	char *frame;

	text_append(&text, name, strlen(name));
	frame = text_take(&text);
	for (char *at = frame; at && *at; at++) {
		if (*at == ';')
			*at = ',';
		else if ((unsigned char)*at <= ' ')
			*at = '_';
	}
	return frame;
}

/* Returns 0, 1 if there is no room, or -ENOMEM. */
static int name_number(struct stacks *stacks, const char *name, uint32_t *number)
{
	char *frame = frame_name(name);
	bool fresh;
	int status;

	if (!frame)
		return -ENOMEM;
	status = intern_get(&stacks->names, frame, strlen(frame), number, &fresh);
	free(frame);
	return status;
}

static struct stack *stack_create(struct stacks *stacks, struct stack *parent, uint32_t name)
{
	struct stack *stack = calloc(1, sizeof(*stack));

	if (!stack)
		return NULL;
	*stack = (struct stack){
		.name = stacks->names.strings[name].text,
		.parent = parent,
		.next = parent->first_child,
		.older = stacks->newest,
		.number = (uint32_t)++stacks->count,
		.depth = parent->depth + 1,
	};
	parent->first_child = stack;
	stacks->newest = stack;
	return stack;
}

struct stack *stacks_enter(struct stacks *stacks, struct stack *parent, const char *name)
{
	struct stack *stack;
	uint32_t number = 0;
	uint64_t key;
	int status;

	if (parent == &stacks->other || parent->depth == STACKS_DEPTH_MAX)
		return parent;
	status = name_number(
		stacks, parent->depth == STACKS_DEPTH_MAX - 1 ? "[deeper]" : name, &number);
	if (status != 0)
		return status < 0 ? NULL : &stacks->other;
	key = (uint64_t)parent->number << 32 | number;
	stack = map_find(&stacks->by_place, key);
	if (stack)
		return stack;
	if (stacks->count == stacks->limit)
		return &stacks->other;
	stack = stack_create(stacks, parent, number);
	if (!stack || map_insert(&stacks->by_place, key, stack) < 0)
		return NULL;
	return stack;
}

struct sibling {
	struct stack *stack;
};

static int sibling_compare(const void *a, const void *b)
{
	const struct stack *one = ((const struct sibling *)a)->stack;
	const struct stack *two = ((const struct sibling *)b)->stack;
	int order = strcmp(one->name, two->name);

	return order ? order : (one->number > two->number) - (one->number < two->number);
}

/* Sorts the children of a stack, in an array with room for all stacks. */
static void children_sort(struct stack *parent, struct sibling *array)
{
	size_t count = 0;

	for (struct stack *child = parent->first_child; child; child = child->next)
		array[count++].stack = child;
	if (count == 0)
		return;
	qsort(array, count, sizeof(*array), sibling_compare);
	for (size_t i = 0; i < count; i++)
		array[i].stack->next = i + 1 < count ? array[i + 1].stack : NULL;
	parent->first_child = array[0].stack;
}

static uint64_t stack_value(const struct stack *stack, enum stacks_unit unit)
{
	switch (unit) {
	case STACKS_US:
		return stack->self / 1000 + (stack->self % 1000 >= 500);
	case STACKS_CALLS:
		return stack->calls;
	default:
		return stack->self;
	}
}

/* Extends the line of the stack's parent, and writes it if there is something to say. */
static void stack_write(struct stack *stack, enum stacks_unit unit, struct text *line, FILE *stream)
{
	uint64_t value = stack_value(stack, unit);

	assert(stack->parent && line->data);
	line->length = stack->parent->length;
	if (stack->depth > 1)
		text_append(line, ";", 1);
	text_append(line, stack->name, strlen(stack->name));
	stack->length = line->length;
	if (value > 0 && !line->failed)
		fprintf(stream, "%s %" PRIu64 "\n", line->data, value);
}

/* What comes after a stack: its first child, or what is beside it or what it is in. */
static struct stack *stack_next(struct stack *stack)
{
	if (stack->first_child)
		return stack->first_child;
	while (stack && !stack->next)
		stack = stack->parent;
	return stack ? stack->next : NULL;
}

int stacks_write(struct stacks *stacks, enum stacks_unit unit, FILE *stream)
{
	struct sibling *array = malloc((stacks->count + 1) * sizeof(*array));
	struct text line = {0};

	text_append(&line, "", 0);
	if (!array || !line.data) {
		free(array);
		free(line.data);
		return -ENOMEM;
	}
	children_sort(&stacks->top, array);
	for (struct stack *stack = stacks->top.first_child; stack; stack = stack_next(stack)) {
		children_sort(stack, array);
		stack_write(stack, unit, &line, stream);
	}
	if (stack_value(&stacks->other, unit) > 0)
		fprintf(stream, "%s %" PRIu64 "\n", stacks->other.name,
			stack_value(&stacks->other, unit));
	free(array);
	free(line.data);
	return line.failed ? -ENOMEM : 0;
}

void stacks_clear(struct stacks *stacks)
{
	struct stack *older;

	for (struct stack *stack = stacks->newest; stack; stack = older) {
		older = stack->older;
		free(stack);
	}
	map_clear(&stacks->by_place);
	intern_clear(&stacks->names);
	*stacks = (struct stacks){0};
}
