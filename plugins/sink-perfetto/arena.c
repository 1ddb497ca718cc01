/* SPDX-License-Identifier: MIT */
/* arena.c - see arena.h. */
#include "arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define ARENA_BLOCK 16384u

struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *arena_add(struct arena *arena, size_t size)
{
	struct arena_block *block;

	if (size < ARENA_BLOCK)
		size = ARENA_BLOCK;
	block = malloc(sizeof(*block) + size);
	if (!block)
		return NULL;
	*block = (struct arena_block){.next = arena->blocks, .size = size};
	return arena->blocks = block;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
	struct arena_block *block = arena->blocks;
	size_t bytes;

	assert(size > 0);
	if (count > SIZE_MAX / 4 / size)
		return NULL;
	bytes = (count * size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!block || bytes > block->size - block->used)
		block = arena_add(arena, bytes);
	if (!block)
		return NULL;
	block->used += bytes;
	return block->bytes + block->used - bytes;
}

void arena_reset(struct arena *arena)
{
	while (arena->blocks && arena->blocks->next) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
	if (arena->blocks)
		arena->blocks->used = 0;
}

void arena_clear(struct arena *arena)
{
	arena_reset(arena);
	free(arena->blocks);
	arena->blocks = NULL;
}
