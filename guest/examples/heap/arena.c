/* SPDX-License-Identifier: MIT */
/* arena.c - see arena.h. Two calls are all that the heap profile takes. */
#include <stddef.h>
#include "arena.h"

#define HEADER ((uint32_t)sizeof(struct arena_block))

static struct arena_block *block_at(struct arena *arena, uint32_t offset)
{
	return (void *)&arena->memory[offset];
}

void arena_start(struct arena *arena, uintptr_t stack_low, uintptr_t stack_high)
{
	static const struct arena_counts none;

	arena->counts = none;
	arena->stack_low = stack_low;
	arena->stack_high = stack_high;
	block_at(arena, 0)->size = ARENA_BYTES - HEADER;
	block_at(arena, 0)->used = 0;
}

/* Joins free blocks that follow one. */
static void block_join(struct arena *arena, uint32_t offset)
{
	struct arena_block *block = block_at(arena, offset);
	uint32_t next = offset + HEADER + block->size;

	while (next < ARENA_BYTES && block_at(arena, next)->used == 0) {
		block->size += HEADER + block_at(arena, next)->size;
		next = offset + HEADER + block->size;
	}
}

/* Leaves what is not needed of a block as one of its own, if it is worth one. */
static void block_split(struct arena *arena, uint32_t offset, uint32_t needed)
{
	struct arena_block *block = block_at(arena, offset), *rest;

	if (block->size - needed < HEADER + ARENA_ALIGN)
		return;
	rest = block_at(arena, offset + HEADER + needed);
	rest->size = block->size - needed - HEADER;
	rest->used = 0;
	block->size = needed;
}

static struct arena_block *first_fit(struct arena *arena, uint32_t needed)
{
	struct arena_block *block;
	uint32_t offset = 0;

	while (offset < ARENA_BYTES) {
		block = block_at(arena, offset);
		if (block->used == 0) {
			block_join(arena, offset);
			if (block->size >= needed) {
				block_split(arena, offset, needed);
				return block;
			}
		}
		offset += HEADER + block->size;
	}
	return NULL;
}

static void count_allocation(struct arena_counts *counts, uint32_t size)
{
	counts->allocations++;
	counts->bytes += size;
	counts->live++;
	counts->live_bytes += size;
	if (counts->live_bytes > counts->peak_bytes)
		counts->peak_bytes = counts->live_bytes;
}

void *arena_allocate(struct arena *arena, uint32_t size)
{
	struct arena_block *block = NULL;

	if (size > 0 && size <= ARENA_BYTES)
		block = first_fit(arena, (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN);
	if (block == NULL) {
		arena->counts.refused++;
		return NULL;
	}
	block->used = size;
	count_allocation(&arena->counts, size);
	vspan_heap_allocate(
		block + 1, size, vspan_heap_caller(arena->stack_low, arena->stack_high));
	return block + 1;
}

void arena_free(struct arena *arena, void *memory)
{
	struct arena_block *block = memory;

	if (memory == NULL)
		return;
	vspan_heap_free(memory);
	block--;
	arena->counts.frees++;
	arena->counts.live--;
	arena->counts.live_bytes -= block->used;
	block->used = 0;
}
