/* SPDX-License-Identifier: MIT */
/*
 * chunk.h - bytes on their way into the page: numbers of variable length,
 * collected in chunks, each a script element of base64, which no text of a trace
 * can end.
 */
#ifndef VSPAN_PLUGINS_SINK_HTML_CHUNK_H
#define VSPAN_PLUGINS_SINK_HTML_CHUNK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CHUNK_SIZE 65536
/* The most that is put between two calls of chunk_split(). */
#define CHUNK_RECORD_MAX 4096

/* All zeroes but `stream` is an empty one. */
struct chunk {
	FILE *stream;
	size_t used;
	unsigned char bytes[CHUNK_SIZE];
};

void chunk_byte(struct chunk *chunk, unsigned char byte);

/* Seven bits a byte, least significant first, the eighth says that more follow. */
void chunk_unsigned(struct chunk *chunk, uint64_t number);

/* As above, with the sign in the lowest bit. */
void chunk_signed(struct chunk *chunk, int64_t number);

/* Length and bytes. */
void chunk_string(struct chunk *chunk, const char *bytes, size_t length);

/* Between records: writes the chunk if another record may not fit into it. */
void chunk_split(struct chunk *chunk);

/* Writes what there is. */
void chunk_flush(struct chunk *chunk);

#endif /* VSPAN_PLUGINS_SINK_HTML_CHUNK_H */
