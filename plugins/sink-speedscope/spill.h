/* SPDX-License-Identifier: MIT */
/*
 * spill.h - many texts that grow at the same time and are wanted one after the
 * other: each has one block in memory, the others are in one temporary file.
 */
#ifndef VSPAN_PLUGINS_SINK_SPEEDSCOPE_SPILL_H
#define VSPAN_PLUGINS_SINK_SPEEDSCOPE_SPILL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SPILL_BLOCK 16384

/* All zeroes: no file yet. */
struct spill {
	FILE *file;
	uint32_t blocks; /* in the file */
};

/* One of the texts; all zeroes is an empty one. */
struct spill_text {
	char *block;
	size_t used;
	uint32_t *blocks; /* numbers of the full ones */
	size_t block_count;
	size_t block_capacity;
};

/* Appends up to SPILL_BLOCK bytes. Returns 0 or a negative errno. */
int spill_append(struct spill *spill, struct spill_text *text, const char *bytes, size_t length);

/* Copies a text to a stream. Returns 0 or a negative errno, of reading. */
int spill_copy(struct spill *spill, const struct spill_text *text, FILE *stream);

void spill_text_clear(struct spill_text *text);
void spill_clear(struct spill *spill);

#endif /* VSPAN_PLUGINS_SINK_SPEEDSCOPE_SPILL_H */
