/* SPDX-License-Identifier: MIT */
/*
 * map.c - see map.h. Open addressing with linear probing, at most half full;
 * removal shifts what follows back, so that there are no tombstones to scan.
 */
#include "map.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define MAP_CAPACITY_MIN 16

#define NEIGHBOURS 64

/*
 * A full-avalanche mix: span ids differ in few bits, and a guest chooses some of
 * them. Keys close to each other stay so, as they are used at the same time.
 */
static uint64_t map_hash(uint64_t key)
{
	uint64_t place = key % NEIGHBOURS;

	key /= NEIGHBOURS;
	key ^= key >> 33;
	key *= UINT64_C(0xff51afd7ed558ccd);
	key ^= key >> 33;
	key *= UINT64_C(0xc4ceb9fe1a85ec53);
	return (key ^ key >> 33) * NEIGHBOURS + place;
}

/* The slot that holds a key, or the empty slot where it would go. */
static size_t map_probe(const struct map *map, uint64_t key)
{
	size_t mask = map->capacity - 1;
	size_t i = map_hash(key) & mask;

	assert(map->count < map->capacity);
	while (map->slots[i].value && map->slots[i].key != key)
		i = (i + 1) & mask;
	return i;
}

static int map_grow(struct map *map)
{
	struct map larger = {.capacity = map->capacity ? map->capacity * 2 : MAP_CAPACITY_MIN};

	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].value) {
			larger.slots[map_probe(&larger, map->slots[i].key)] = map->slots[i];
			larger.count++;
		}
	}
	assert(larger.count == map->count);
	free(map->slots);
	*map = larger;
	return 0;
}

void *map_find(const struct map *map, uint64_t key)
{
	return map->capacity ? map->slots[map_probe(map, key)].value : NULL;
}

int map_insert(struct map *map, uint64_t key, void *value)
{
	size_t i;

	assert(value);
	if (map->count >= map->capacity / 2 && map_grow(map) < 0)
		return -ENOMEM;
	i = map_probe(map, key);
	if (!map->slots[i].value)
		map->count++;
	map->slots[i] = (struct map_slot){.key = key, .value = value};
	return 0;
}

void map_remove(struct map *map, uint64_t key)
{
	size_t mask = map->capacity - 1;
	size_t hole, i;

	if (!map->capacity)
		return;
	hole = map_probe(map, key);
	if (!map->slots[hole].value)
		return;
	for (i = (hole + 1) & mask; map->slots[i].value; i = (i + 1) & mask) {
		size_t home = map_hash(map->slots[i].key) & mask;

		/* It may move back unless its home lies between the hole and itself. */
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			map->slots[hole] = map->slots[i];
			hole = i;
		}
	}
	map->slots[hole].value = NULL;
	map->count--;
}

void map_visit(const struct map *map, void (*visit)(void *value, void *data), void *data)
{
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->slots[i].value)
			visit(map->slots[i].value, data);
	}
}

void map_clear(struct map *map)
{
	free(map->slots);
	*map = (struct map){0};
}
