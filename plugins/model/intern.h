/* SPDX-License-Identifier: MIT */
/*
 * intern.h - strings of a trace by number, in the order in which they came: what
 * a sink writes once and then refers to. Bounded, for a guest chooses them.
 */
#ifndef VSPAN_PLUGINS_MODEL_INTERN_H
#define VSPAN_PLUGINS_MODEL_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interned {
	char *text; /* with a NUL after `length`; stays where it is */
	size_t length;
};

/* Made by intern_init(). */
struct intern {
	struct interned *strings;
	uint32_t count;
	uint32_t limit;
	size_t bytes; /* of all strings */
	size_t bytes_limit;
	uint64_t seed;   /* so that nobody can choose strings that collide */
	uint32_t *slots; /* number + 1, 0: empty */
	size_t slot_count;
};

/* Up to `limit` strings, of up to `bytes_limit` bytes together. */
void intern_init(struct intern *intern, uint32_t limit, size_t bytes_limit);

/*
 * The number of a string, known or new; *fresh says which. Returns 0, 1 if it is
 * new and there is no room for it, or -ENOMEM.
 */
int intern_get(
	struct intern *intern, const char *bytes, size_t length, uint32_t *number, bool *fresh);

void intern_clear(struct intern *intern);

#endif /* VSPAN_PLUGINS_MODEL_INTERN_H */
