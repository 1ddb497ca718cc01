/* SPDX-License-Identifier: MIT */
/*
 * arena.h - memory for what one packet is made of, given back all at once when
 * the packet has been written.
 */
#ifndef VSPAN_PLUGINS_SINK_PERFETTO_ARENA_H
#define VSPAN_PLUGINS_SINK_PERFETTO_ARENA_H

#include <stddef.h>

struct arena_block;

/* All zeroes is an empty arena. */
struct arena {
	struct arena_block *blocks; /* the one in use first */
};

/* `count` things of `size` bytes, not initialised; NULL if memory ran out. */
void *arena_take(struct arena *arena, size_t count, size_t size);

/* Gives back everything; one block is kept for the next packet. */
void arena_reset(struct arena *arena);

void arena_clear(struct arena *arena);

#endif /* VSPAN_PLUGINS_SINK_PERFETTO_ARENA_H */
