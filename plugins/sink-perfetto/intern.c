/* SPDX-License-Identifier: MIT */
/* intern.c - see intern.h: an open hash table, at most half full. */
#include "intern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint64_t string_hash(const char *bytes, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* Where a string is, or would be. */
static struct intern_slot *intern_slot(
	const struct intern *intern, const char *bytes, size_t length)
{
	size_t mask = intern->capacity - 1;
	size_t i = (size_t)string_hash(bytes, length) & mask;

	assert(intern->count < intern->capacity);
	while (intern->slots[i].string &&
		(strncmp(intern->slots[i].string, bytes, length) != 0 ||
			intern->slots[i].string[length]))
		i = (i + 1) & mask;
	return &intern->slots[i];
}

static bool intern_grow(struct intern *intern)
{
	struct intern larger = *intern;

	larger.capacity = intern->capacity ? intern->capacity * 2 : 64;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < intern->capacity; i++) {
		const struct intern_slot *slot = &intern->slots[i];

		if (slot->string)
			*intern_slot(&larger, slot->string, strlen(slot->string)) = *slot;
	}
	free(intern->slots);
	*intern = larger;
	return true;
}

uint64_t interned_get(struct intern *intern, const char *bytes, size_t length, bool *told)
{
	struct intern_slot *slot;

	if (intern->count * 2 >= intern->capacity && !intern_grow(intern))
		return 0;
	slot = intern_slot(intern, bytes, length);
	*told = slot->string;
	if (*told)
		return slot->number;
	slot->string = strndup(bytes, length);
	if (!slot->string)
		return 0;
	intern->count++;
	return slot->number = ++intern->last;
}

void intern_empty(struct intern *intern)
{
	for (size_t i = 0; i < intern->capacity; i++) {
		free(intern->slots[i].string);
		intern->slots[i].string = NULL;
	}
	intern->count = 0;
}

void interned_clear(struct intern *intern)
{
	intern_empty(intern);
	free(intern->slots);
	*intern = (struct intern){0};
}
