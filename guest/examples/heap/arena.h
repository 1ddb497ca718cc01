/* SPDX-License-Identifier: MIT */
/*
 * arena.h - a small allocator as a guest might have one: first fit in a list of
 * blocks, which are split and joined. One vCPU uses an arena; it tells the heap
 * profile what it does, and counts it by itself.
 */
#ifndef EXAMPLE_ARENA_H
#define EXAMPLE_ARENA_H

#include <stdint.h>
#include <vspan/abi.h>
#include <vspan/heap.h>

#define ARENA_BYTES 65536u
#define ARENA_ALIGN 16u

/* In front of each block. */
struct arena_block {
	uint32_t size; /* bytes behind the header */
	uint32_t used; /* bytes asked for, 0: free */
	uint64_t pad;  /* keeps blocks aligned */
};
VSPAN_ABI_SIZE(arena_block, ARENA_ALIGN);

struct arena_counts {
	uint64_t allocations;
	uint64_t frees;
	uint64_t bytes; /* asked for */
	uint64_t live;  /* blocks that are not freed */
	uint64_t live_bytes;
	uint64_t peak_bytes; /* the most of them at a time */
	uint64_t refused;    /* there was no room */
};

struct arena {
	struct arena_counts counts;
	uintptr_t stack_low; /* of the vCPU that uses it */
	uintptr_t stack_high;
	unsigned char memory[ARENA_BYTES] __attribute__((aligned(ARENA_ALIGN)));
};

/* All of it free. The stack's bounds are those of vspan_heap_caller(). */
void arena_start(struct arena *arena, uintptr_t stack_low, uintptr_t stack_high);

/* `size` bytes, 1 to ARENA_BYTES, aligned to ARENA_ALIGN. NULL: no room. */
void *arena_allocate(struct arena *arena, uint32_t size);

/* What arena_allocate() gave; NULL is fine. */
void arena_free(struct arena *arena, void *memory);

#endif /* EXAMPLE_ARENA_H */
