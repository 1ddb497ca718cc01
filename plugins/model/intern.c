/* SPDX-License-Identifier: MIT */
/*
 * intern.c - see intern.h. Open addressing with linear probing, at most half
 * full.
 */
#include "intern.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SLOTS_MIN 64

void intern_init(struct intern *intern, uint32_t limit, size_t bytes_limit)
{
	assert(limit < UINT32_MAX);
	*intern = (struct intern){.limit = limit, .bytes_limit = bytes_limit};
	/* Without randomness it is as good as any table that has none. */
	if (getrandom(&intern->seed, sizeof(intern->seed), GRND_NONBLOCK) < 0)
		intern->seed = (uint64_t)(uintptr_t)intern;
}

/* Both halves of the product, so that every bit of the input reaches every bit. */
static uint64_t hash_mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_bytes(uint64_t seed, const char *bytes, size_t length)
{
	uint64_t hash = seed ^ length;

	while (length > 0) {
		uint64_t word = 0;
		size_t take = length < sizeof(word) ? length : sizeof(word);

		memcpy(&word, bytes, take);
		hash = hash_mix(hash ^ word, seed | UINT64_C(0x9e3779b97f4a7c15));
		bytes += take;
		length -= take;
	}
	return hash;
}

/* The slot of a string, or the empty slot where it would go. */
static size_t intern_probe(const struct intern *intern, const char *bytes, size_t length)
{
	size_t mask = intern->slot_count - 1;
	size_t i = hash_bytes(intern->seed, bytes, length) & mask;

	assert(intern->count < intern->slot_count);
	for (; intern->slots[i]; i = (i + 1) & mask) {
		const struct interned *string = &intern->strings[intern->slots[i] - 1];

		if (string->length == length && memcmp(string->text, bytes, length) == 0)
			break;
	}
	return i;
}

static int intern_grow(struct intern *intern)
{
	size_t slot_count = intern->slot_count ? intern->slot_count * 2 : SLOTS_MIN;
	uint32_t *slots = calloc(slot_count, sizeof(*slots));
	struct interned *strings =
		realloc(intern->strings, slot_count / 2 * sizeof(*intern->strings));

	if (strings)
		intern->strings = strings;
	if (!slots || !strings) {
		free(slots);
		return -ENOMEM;
	}
	free(intern->slots);
	intern->slots = slots;
	intern->slot_count = slot_count;
	for (uint32_t i = 0; i < intern->count; i++)
		slots[intern_probe(intern, strings[i].text, strings[i].length)] = i + 1;
	return 0;
}

static int intern_add(struct intern *intern, size_t slot, const char *bytes, size_t length)
{
	char *text = malloc(length + 1);

	if (!text)
		return -ENOMEM;
	memcpy(text, bytes, length);
	text[length] = '\0';
	intern->strings[intern->count] = (struct interned){.text = text, .length = length};
	intern->slots[slot] = ++intern->count;
	intern->bytes += length;
	return 0;
}

int intern_get(
	struct intern *intern, const char *bytes, size_t length, uint32_t *number, bool *fresh)
{
	size_t slot;

	if (intern->count >= intern->slot_count / 2 && intern_grow(intern) < 0)
		return -ENOMEM;
	slot = intern_probe(intern, bytes, length);
	*fresh = intern->slots[slot] == 0;
	if (*fresh) {
		if (intern->count == intern->limit || length > intern->bytes_limit - intern->bytes)
			return 1;
		if (intern_add(intern, slot, bytes, length) < 0)
			return -ENOMEM;
	}
	*number = intern->slots[slot] - 1;
	return 0;
}

void intern_clear(struct intern *intern)
{
	for (uint32_t i = 0; i < intern->count; i++)
		free(intern->strings[i].text);
	free(intern->strings);
	free(intern->slots);
	*intern = (struct intern){0};
}
