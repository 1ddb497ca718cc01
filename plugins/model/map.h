/* SPDX-License-Identifier: MIT */
/*
 * map.h - a hash table from 64-bit keys (span ids, addresses) to pointers.
 * Used by the model and by every component class that looks spans up.
 */
#ifndef VSPAN_PLUGINS_MODEL_MAP_H
#define VSPAN_PLUGINS_MODEL_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value; /* NULL: an empty slot */
};

/* All zeroes is an empty map. */
struct map {
	struct map_slot *slots;
	size_t capacity; /* 0 or a power of two */
	size_t count;
};

/* The value of a key, NULL if there is none. */
void *map_find(const struct map *map, uint64_t key);

/* Sets the value (not NULL) of a key, new or not. Returns 0 or -ENOMEM. */
int map_insert(struct map *map, uint64_t key, void *value);

/* Forgets a key; one that is not there is fine. */
void map_remove(struct map *map, uint64_t key);

/* Calls visit() with each value, in no order. visit() may not change the map. */
void map_visit(const struct map *map, void (*visit)(void *value, void *data), void *data);

/* Frees the table; the values are the caller's. */
void map_clear(struct map *map);

#endif /* VSPAN_PLUGINS_MODEL_MAP_H */
