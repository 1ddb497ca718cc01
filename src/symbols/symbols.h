/* SPDX-License-Identifier: MIT */
/*
 * symbols.h - what functions are called: looks addresses up in the ELF files of the
 * modules they are in, their symbols and line tables, with libdw. Which files may
 * be looked at is the host's decision: those below one folder, which stands for the
 * root of the guest's file system, and whose build id is the one the guest tells.
 * One thread at a time.
 */
#ifndef VSPAN_SRC_SYMBOLS_H
#define VSPAN_SRC_SYMBOLS_H

#include <stdint.h>
#include "site.h"

/* Modules that are kept open; others have no names. */
#define SYMBOLS_MODULES_MAX 256u
#define SYMBOL_NAME 256u

struct symbols;

struct symbol {
	char name[SYMBOL_NAME];         /* cut if it is longer; any bytes but NUL */
	char file[VSPAN_ABI_SITE_FILE]; /* printable, "": unknown */
	uint32_t line;
};

/* `root`: "/" for programs of this machine. NULL: out of memory, or no such folder (errno). */
struct symbols *symbols_open(const char *root);

/* NULL is fine. */
void symbols_close(struct symbols *symbols);

/*
 * The function that begins at that address. 0; -ENOENT: the file is not there, is
 * another one, is none libdw understands, or has no symbol there.
 */
int symbols_find(struct symbols *symbols, const struct site_function *function, struct symbol *out);

/*
 * The function an address is in, and how far from its beginning that is; the line is
 * the address's. Returns as symbols_find().
 */
int symbols_find_around(struct symbols *symbols, const struct site_function *place,
	struct symbol *out, uint64_t *offset);

#endif /* VSPAN_SRC_SYMBOLS_H */
