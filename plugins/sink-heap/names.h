/* SPDX-License-Identifier: MIT */
/*
 * names.h - what the addresses of a stack are called. Which files are read for that,
 * the user says: one image for all guests, or a folder that stands for the root of
 * the guests' file system, in which the files lie that they name.
 */
#ifndef VSPAN_PLUGINS_SINK_HEAP_NAMES_H
#define VSPAN_PLUGINS_SINK_HEAP_NAMES_H

#include "model/text.h"
#include "profile.h"

struct symbols;

struct names {
	struct symbols *image; /* NULL: no `elf` was given */
	struct symbols *files; /* NULL: no `root` was given */
	char *path;            /* of the image, absolute */
};

/* Either may be NULL. Returns 0 or a negative errno; names_close() in any case. */
int names_open(struct names *names, const char *elf, const char *root);
void names_close(struct names *names);

/*
 * Appends "function+0x12 (file.c:34)", "libz.so.1+0x1234" or "0x1234", safe to print.
 * `address` is where a call returns to: the line is the call's.
 */
void names_append(const struct names *names, struct text *text, const struct profile *profile,
	uint64_t address);

#endif /* VSPAN_PLUGINS_SINK_HEAP_NAMES_H */
