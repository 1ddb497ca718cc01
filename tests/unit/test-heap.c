/* SPDX-License-Identifier: MIT */
/*
 * test-heap.c - guest/heap.c: stacks as they are found, and such as no compiler
 * makes: whatever the words say, nothing outside of the bounds is read.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vspan/heap.h>
#include "payload.h"
#include "ring.h"
#include "thread-port.h"

#define ADDRESS ((const void *)0x1234)
#define SITE 0xabcdu
#define WORDS 64

static struct vspan_region *region;
static struct ring ring;
static struct batch batch;
static uint64_t *memory; /* the "stack": a page between two that cannot be read */
static uint64_t stack[VSPAN_HEAP_FRAMES];

static void set_up(void)
{
	const struct vspan_region_options options = {
		.ring_count = 1, .ring_size = VSPAN_ABI_RING_SIZE_MIN};
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(pages, MAP_FAILED);
	cr_assert_eq(mprotect(pages + page, page, PROT_READ | PROT_WRITE), 0);
	/* Up to its very end. */
	memory = (uint64_t *)(void *)(pages + 2 * page) - WORDS;
	thread_port = (struct thread_port){.counter = 1000};
	cr_assert_eq(vspan_region_create(&options, &region, NULL), 0);
	thread_port_attach(region);
	ring_attach(&ring, region, 0);
}

static void tear_down(void)
{
	vspan_region_close(region);
}

TestSuite(heap, .init = set_up, .fini = tear_down);

static uint64_t at(uint32_t word)
{
	return (uintptr_t)&memory[word];
}

/* The number of frames of the only record; they are in `stack`. */
static uint32_t recorded(void)
{
	uint32_t count = 0;

	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 1);
	cr_assert_eq(batch.records[0].kind, VSPAN_ABI_KIND_EVENT);
	cr_assert_geq(batch.records[0].word_count, 2 + VSPAN_HEAP_FRAMES);
	cr_expect_eq(batch.words[batch.records[0].first_word], (uintptr_t)ADDRESS);
	cr_expect_eq(batch.words[batch.records[0].first_word + 1], 77);
	memcpy(stack, &batch.words[batch.records[0].first_word + 2], sizeof(stack));
	while (count < VSPAN_HEAP_FRAMES && stack[count] != 0)
		count++;
	ring_release(&ring, &batch);
	return count;
}

static uint32_t walk(uint64_t frame, uint64_t low, uint64_t high)
{
	const struct vspan_heap_caller caller = {SITE, frame, low, high};

	vspan_heap_allocate(ADDRESS, 77, caller);
	return recorded();
}

/* A frame at `word`: where the next one is, and a return address. */
static void frame_put(uint32_t word, uint64_t next, uint64_t address)
{
	if (memory == NULL)
		abort();
	memory[word] = next;
	memory[word + 1] = address;
}

Test(heap, frames_are_followed_to_the_end)
{
	frame_put(0, at(4), 1);
	frame_put(4, at(10), 0x100);
	frame_put(10, at(WORDS - 2), 0x200);
	frame_put(WORDS - 2, 0, 0x300);
	cr_expect_eq(walk(at(0), at(0), at(WORDS)), 4);
	cr_expect_eq(stack[0], SITE);
	cr_expect_eq(stack[1], 0x100);
	cr_expect_eq(stack[2], 0x200);
	cr_expect_eq(stack[3], 0x300);
}

Test(heap, a_deep_stack_is_cut)
{
	uint32_t i;

	for (i = 0; i + 2 < WORDS; i += 2)
		frame_put(i, at(i + 2), 0x100 + i);
	cr_expect_eq(walk(at(0), at(0), at(WORDS)), VSPAN_HEAP_FRAMES);
	cr_expect_eq(stack[VSPAN_HEAP_FRAMES - 1], 0x100 + 2 * (VSPAN_HEAP_FRAMES - 1));
}

Test(heap, no_bounds_no_reading)
{
	cr_expect_eq(walk(8, 0, 0), 1);
	cr_expect_eq(stack[0], SITE);
}

/* Each of these would fault, or not end, if it were followed. */
Test(heap, frames_that_lead_astray_end_the_stack)
{
	const uint64_t astray[] = {0, 8, at(0), at(0) - 16, at(4) + 4, at(WORDS - 1), at(WORDS),
		at(WORDS) + 4096, UINT64_MAX, UINT64_MAX - 7, UINT64_C(1) << 63};
	size_t i;

	for (i = 0; i < sizeof(astray) / sizeof(astray[0]); i++) {
		frame_put(0, at(2), 1);
		frame_put(2, astray[i], 0x100);
		cr_expect_eq(walk(at(0), at(0), at(WORDS)), 2, "a next frame at %lx", astray[i]);
		if (astray[i] != at(0))
			cr_expect_eq(walk(astray[i], at(0), at(WORDS)), 1, "a first one there");
	}
}

Test(heap, a_return_address_of_0_ends_the_stack)
{
	frame_put(0, at(4), 1);
	frame_put(4, at(8), 0);
	frame_put(8, 0, 0x200);
	cr_expect_eq(walk(at(0), at(0), at(WORDS)), 1);
}

Test(heap, null_is_not_freed)
{
	vspan_heap_free(NULL);
	cr_expect_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 0);
	vspan_heap_free(ADDRESS);
	cr_expect_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 1);
}

static __attribute__((noinline)) uint32_t allocate(void)
{
	vspan_heap_allocate(ADDRESS, 77, vspan_heap_caller(0, 0));
	return recorded();
}

Test(heap, the_innermost_frame_is_who_called_the_allocator)
{
	cr_expect_eq(allocate(), 1);
	cr_expect_gt(stack[0], (uintptr_t)&frame_put - 65536);
	cr_expect_lt(stack[0], (uintptr_t)&frame_put + 65536);
}
