/* SPDX-License-Identifier: MIT */
/*
 * intern.h - strings that are written once and referred to by number. Bounded:
 * what a guest may name at run time must not fill the memory, so that a full
 * table is emptied and its strings are written again; numbers are never reused.
 */
#ifndef VSPAN_PLUGINS_SINK_PERFETTO_INTERN_H
#define VSPAN_PLUGINS_SINK_PERFETTO_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTERN_MAX 4096u

struct intern_slot {
	char *string; /* NULL: an empty slot */
	uint64_t number;
};

/* All zeroes is an empty table. */
struct intern {
	struct intern_slot *slots;
	size_t capacity; /* 0 or a power of two */
	size_t count;
	uint64_t last; /* number given */
};

/*
 * The number of a string, from 1 on; *told: it had one. 0: memory ran out. The
 * table grows as needed; intern_full() says when to empty it.
 */
uint64_t interned_get(struct intern *intern, const char *bytes, size_t length, bool *told);

static inline bool intern_full(const struct intern *intern)
{
	return intern->count >= INTERN_MAX;
}

/* Forgets the strings, but not which numbers were given. */
void intern_empty(struct intern *intern);

void interned_clear(struct intern *intern);

#endif /* VSPAN_PLUGINS_SINK_PERFETTO_INTERN_H */
