/* SPDX-License-Identifier: MIT */
/*
 * functions.h - call sites that are functions: what they are called, which of them
 * are wanted, which of their calls are too short to be told. Used by attachment.c
 * when it learns them, and by endings.c.
 */
#ifndef VSPAN_ASSEMBLY_FUNCTIONS_H
#define VSPAN_ASSEMBLY_FUNCTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct vspan_abi_site;
struct known_site;
struct symbols;

struct functions {
	struct symbols *symbols; /* the learner's; NULL: functions keep the names they come with */
	char *patterns;          /* NULL: all are wanted */
	uint64_t shortest_ns;
};

/*
 * `root` as in symbols_open(), or NULL; `patterns` as in functions_match(), or NULL.
 * 0, -ENOMEM, or the errno of a root that cannot be used.
 */
int functions_init(
	struct functions *functions, const char *root, const char *patterns, uint64_t shortest_ns);
void functions_destroy(struct functions *functions);

/* A function, just read from `shared`: gives it its name and place, decides whether it is wanted.
 */
void functions_learn(
	struct functions *functions, const struct vspan_abi_site *shared, struct known_site *known);

/*
 * Patterns of fnmatch(3), separated by commas; those after a `!` say what is not
 * wanted. True if `name` matches one of the others, or there are none, and none of
 * those. Pure.
 */
bool functions_match(const char *patterns, const char *name);

#endif /* VSPAN_ASSEMBLY_FUNCTIONS_H */
