/* SPDX-License-Identifier: MIT */
/*
 * story.c - see story.h: what happens next, by chance, as the shape has it.
 */
#include "story.h"

#include "tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>

#define STORY_BEGINNING UINT64_C(1000000000)
/* Steps at most for each span to be begun: no shape goes on for ever. */
#define STEPS_PER_SPAN 50

void *story_grow(void *array, size_t count, size_t *capacity, size_t size)
{
	void *grown;

	if (count < *capacity)
		return array;
	*capacity = *capacity ? *capacity * 2 : 64;
	grown = realloc(array, *capacity * size);
	if (!grown) {
		fprintf(stderr, "no memory for a forest\n");
		abort();
	}
	return grown;
}

static void *story_allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory) {
		fprintf(stderr, "no memory for a forest\n");
		abort();
	}
	return memory;
}

static void story_make_vm(struct story *story, size_t index)
{
	struct story_vm *vm = &story->vms[index];
	const uint64_t *numbers = story->shape.numbers;

	vm->number = random_mix(numbers[SHAPE_SEED], 100 + index) & 0xffffffff;
	snprintf(vm->name, sizeof(vm->name), "vm-%zu", index);
	vm->ring_count = (uint32_t)(1 + random_below(&story->random, numbers[SHAPE_VCPUS]));
	vm->rings = story_allocate(vm->ring_count, sizeof(*vm->rings));
	vm->offset = (uint64_t)index << 32;
	vm->birth = STORY_BEGINNING;
	vm->detaches = random_percent(&story->random, 70);
	for (uint32_t i = 0; i < vm->ring_count; i++) {
		vm->rings[i].vm = (uint32_t)index;
		vm->rings[i].number = i;
		vm->rings[i].position = vm->offset;
		vm->rings[i].epoch = 1;
	}
}

/* A span of the VM, not long begun; whether it has ended or not. Index + 1, 0: none found. */
static size_t vm_recent(struct story *story, uint32_t vm)
{
	for (unsigned int tries = 0; tries < 8 && story->span_count; tries++) {
		size_t back = 1 + random_below(&story->random, 40);

		if (back <= story->span_count && story->spans[story->span_count - back].vm == vm)
			return story->span_count - back + 1;
	}
	return 0;
}

/* An open span of the ring that its guest may end; index + 1. */
static size_t ring_choose(struct story *story, const struct story_ring *ring, bool stacked)
{
	for (unsigned int tries = 0; tries < 8 && ring->open_count; tries++) {
		size_t index = ring->open[random_below(&story->random, ring->open_count)];

		if (!story->spans[index].kept && story->spans[index].stacked == stacked)
			return index + 1;
	}
	return 0;
}

static void step_begin(struct story *story, struct story_ring *ring)
{
	const uint64_t *numbers = story->shape.numbers;
	struct beginning beginning = {
		.detached = random_percent(&story->random, numbers[SHAPE_MIGRATION]),
	};

	if (beginning.detached && random_percent(&story->random, 90)) {
		beginning.parent = vm_recent(story, ring->vm);
		if (beginning.parent)
			beginning.parent_id = story->spans[beginning.parent - 1].id;
	}
	/* An inner span that stays open would keep the outer ones from nesting. */
	beginning.kept = (beginning.detached || ring->open_count == 0) &&
		random_percent(&story->random, numbers[SHAPE_LONG_OPEN]);
	tell_begin(story, ring, &beginning);
}

/* Returns the span to end, index + 1; 0: none. */
static size_t step_ended(struct story *story, const struct story_ring *ring)
{
	const uint64_t *numbers = story->shape.numbers;
	const struct story_vm *vm = &story->vms[ring->vm];
	size_t innermost = ring_innermost(story, ring);

	if (random_percent(&story->random, numbers[SHAPE_MIGRATION]))
		return ring_choose(story, &vm->rings[random_below(&story->random, vm->ring_count)],
			random_percent(&story->random, 20));
	if (random_percent(&story->random, numbers[SHAPE_OVERLAP]))
		return ring_choose(story, ring, true);
	if (innermost && !story->spans[innermost - 1].kept && random_percent(&story->random, 80))
		return innermost;
	return ring_choose(story, ring, false);
}

static void step_usual(struct story *story, struct story_ring *ring)
{
	size_t ended;

	if (ring->open_count < story->shape.numbers[SHAPE_DEPTH] &&
		(ring->open_count == 0 || random_percent(&story->random, 50))) {
		step_begin(story, ring);
		return;
	}
	ended = step_ended(story, ring);
	if (ended)
		tell_end(story, ring, ended - 1);
	else if (ring->open_count < STORY_TABLE_MAX)
		step_begin(story, ring);
}

static void step_loss(struct story *story, struct story_ring *ring)
{
	uint64_t ends = 0, stacked = 0;

	for (size_t i = ring->open_count; i > 0; i--) {
		const struct story_span *span = &story->spans[ring->open[i - 1]];

		if (span->kept)
			break;
		stacked += span->stacked;
	}
	ends = random_below(&story->random, stacked + 1);
	tell_loss(story, ring, ends + 1 + random_below(&story->random, 10), ends);
}

static void step_interrupt(struct story *story, struct story_ring *ring)
{
	const struct beginning beginning = {.flags = VSPAN_TRACE_FLAG_INTERRUPT};

	if (ring->open_count >= STORY_TABLE_MAX)
		return;
	tell_begin(story, ring, &beginning);
	if (random_percent(&story->random, 50))
		tell_point(story, ring, false, 0, VSPAN_TRACE_FLAG_INTERRUPT);
	tell_end(story, ring, story->span_count - 1);
}

/* The host enters the vCPU on behalf of a span of another VM, or of none. */
static void step_remote(struct story *story, struct story_ring *ring)
{
	size_t other = random_below(&story->random, story->vm_count);
	const struct story_vm *vm = &story->vms[other];
	const struct story_ring *from;

	if (ring->context_id || other == ring->vm) {
		tell_context(story, ring, 0, 0);
		return;
	}
	from = &vm->rings[random_below(&story->random, vm->ring_count)];
	if (from->open_count) {
		size_t index = from->open[random_below(&story->random, from->open_count)];

		tell_context(story, ring, index + 1, story->spans[index].id);
	} else {
		/* A span of whoever is not in this trace. */
		tell_context(story, ring, 0, random_next(&story->random) | UINT64_C(1) << 43);
	}
}

static void step_note(struct story *story, struct story_ring *ring)
{
	size_t span = ring_choose(story, ring, random_percent(&story->random, 70));
	size_t linked = vm_recent(story, ring->vm);

	if (!span)
		return;
	if (random_percent(&story->random, 50))
		tell_message(story, ring, span - 1);
	else if (linked)
		tell_link(story, ring, span - 1, story->spans[linked - 1].id);
}

static void step_point(struct story *story, struct story_ring *ring)
{
	bool explicitly = random_percent(&story->random, 20);
	size_t of = explicitly ? vm_recent(story, ring->vm) : 0;

	/* Of a live trace, spans that have ended, by what their vCPU wrote, may have been shown. */
	if (of && story->shape.numbers[SHAPE_AGAIN] &&
		(story->spans[of - 1].ended || story->spans[of - 1].ring != ring->number))
		of = 0;
	tell_point(story, ring, explicitly, of, 0);
}

static bool story_chance(struct story *story, enum shape_number number, uint64_t of)
{
	return random_below(&story->random, of) < story->shape.numbers[number];
}

static void step(struct story *story, struct story_ring *ring)
{
	if (ring->away)
		tell_vcpu(story, ring, ITEM_VCPU_ENTER);
	if (story_chance(story, SHAPE_LOSS, 100))
		step_loss(story, ring);
	else if (story_chance(story, SHAPE_GAPS, 100))
		tell_gap(story, ring, 1 + random_below(&story->random, 20));
	else if (story_chance(story, SHAPE_ABORTS, 1000))
		tell_close(story, ring, true, random_percent(&story->random, 50));
	else if (story_chance(story, SHAPE_INTERRUPTS, 100))
		step_interrupt(story, ring);
	else if (story_chance(story, SHAPE_REMOTE, 100))
		step_remote(story, ring);
	else if (story_chance(story, SHAPE_POINTS, 100))
		step_point(story, ring);
	else if (story_chance(story, SHAPE_NOTES, 100))
		step_note(story, ring);
	else if (story_chance(story, SHAPE_OCCUPANCY, 100))
		tell_vcpu(story, ring,
			random_percent(&story->random, 50) ? ITEM_VCPU_EXIT : ITEM_VCPU_HALT);
	else
		step_usual(story, ring);
}

/* Mostly soon, sometimes after a while. */
static void story_pass_time(struct story *story)
{
	static const uint64_t most[] = {50, 1000, 1000, 20000};
	uint64_t kind = random_below(&story->random, 4);

	story->now += 1 + random_below(&story->random, most[kind]);
}

static void story_go(struct story *story)
{
	uint64_t spans = story->shape.numbers[SHAPE_SPANS];
	struct story_ring *ring = NULL;

	for (uint64_t s = 0; story->begun < spans && s < spans * STEPS_PER_SPAN; s++) {
		const struct story_vm *vm =
			&story->vms[random_below(&story->random, story->vm_count)];

		if (!ring || random_percent(&story->random, 40))
			ring = &vm->rings[random_below(&story->random, vm->ring_count)];
		story_pass_time(story);
		step(story, ring);
	}
}

static void story_end(struct story *story)
{
	for (size_t v = 0; v < story->vm_count; v++) {
		struct story_vm *vm = &story->vms[v];

		story_pass_time(story);
		for (uint32_t r = 0; vm->detaches && r < vm->ring_count; r++)
			tell_close(story, &vm->rings[r], false, false);
	}
}

static bool item_droppable(const struct item *item)
{
	return item->type <= ITEM_LINK;
}

void story_make(struct story *story, const struct shape *shape)
{
	const uint64_t *numbers = shape->numbers;

	*story = (struct story){
		.shape = *shape,
		.random = {random_mix(numbers[SHAPE_SEED], 2)},
		.now = STORY_BEGINNING,
		.vm_count = numbers[SHAPE_VMS],
	};
	story->vms = story_allocate(story->vm_count, sizeof(*story->vms));
	for (size_t v = 0; v < story->vm_count; v++)
		story_make_vm(story, v);
	story_go(story);
	story_end(story);
	for (size_t i = 0; i < story->item_count; i++)
		story->items[i].dropped = item_droppable(&story->items[i]) &&
			random_mix(numbers[SHAPE_SEED], 1000 + i) % 1000 < numbers[SHAPE_DISCARDS];
}

void story_clear(struct story *story)
{
	for (size_t v = 0; v < story->vm_count; v++) {
		for (uint32_t r = 0; r < story->vms[v].ring_count; r++)
			free(story->vms[v].rings[r].records);
		free(story->vms[v].rings);
	}
	free(story->vms);
	free(story->spans);
	free(story->items);
	free(story->records);
	free(story->triggers);
	*story = (struct story){.vm_count = 0};
}
