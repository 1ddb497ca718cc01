/* SPDX-License-Identifier: MIT */
/*
 * spill.c - see spill.h.
 */
#include "spill.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int spill_errno(void)
{
	return -(errno ? errno : EIO);
}

static int block_write(struct spill *spill, const char *block)
{
	off_t at = (off_t)spill->blocks * SPILL_BLOCK;

	errno = 0;
	if (!spill->file)
		spill->file = tmpfile();
	if (!spill->file)
		return spill_errno();
	for (size_t done = 0; done < SPILL_BLOCK;) {
		ssize_t wrote = pwrite(
			fileno(spill->file), block + done, SPILL_BLOCK - done, at + (off_t)done);

		if (wrote < 0 && errno != EINTR)
			return spill_errno();
		if (wrote > 0)
			done += (size_t)wrote;
	}
	return 0;
}

/* Moves the full block of a text to the file. */
static int text_flush(struct spill *spill, struct spill_text *text)
{
	int status;

	if (text->block_count == text->block_capacity) {
		size_t capacity = text->block_capacity ? text->block_capacity * 2 : 8;
		uint32_t *blocks = realloc(text->blocks, capacity * sizeof(*blocks));

		if (!blocks)
			return -ENOMEM;
		text->blocks = blocks;
		text->block_capacity = capacity;
	}
	if (spill->blocks == UINT32_MAX)
		return -EFBIG;
	status = block_write(spill, text->block);
	if (status < 0)
		return status;
	text->blocks[text->block_count++] = spill->blocks++;
	text->used = 0;
	return 0;
}

int spill_append(struct spill *spill, struct spill_text *text, const char *bytes, size_t length)
{
	assert(length <= SPILL_BLOCK);
	if (!text->block)
		text->block = malloc(SPILL_BLOCK);
	if (!text->block)
		return -ENOMEM;
	while (length > 0) {
		size_t room = SPILL_BLOCK - text->used;
		size_t take = length < room ? length : room;

		memcpy(text->block + text->used, bytes, take);
		text->used += take;
		bytes += take;
		length -= take;
		if (text->used == SPILL_BLOCK) {
			int status = text_flush(spill, text);

			if (status < 0)
				return status;
		}
	}
	return 0;
}

static int block_read(struct spill *spill, uint32_t number, char *block)
{
	off_t at = (off_t)number * SPILL_BLOCK;

	errno = 0;
	for (size_t done = 0; done < SPILL_BLOCK;) {
		ssize_t got = pread(
			fileno(spill->file), block + done, SPILL_BLOCK - done, at + (off_t)done);

		if (got == 0 || (got < 0 && errno != EINTR))
			return spill_errno();
		if (got > 0)
			done += (size_t)got;
	}
	return 0;
}

int spill_copy(struct spill *spill, const struct spill_text *text, FILE *stream)
{
	char block[SPILL_BLOCK];

	for (size_t i = 0; i < text->block_count; i++) {
		int status = block_read(spill, text->blocks[i], block);

		if (status < 0)
			return status;
		fwrite(block, 1, sizeof(block), stream);
	}
	if (text->used > 0)
		fwrite(text->block, 1, text->used, stream);
	return 0;
}

void spill_text_clear(struct spill_text *text)
{
	free(text->block);
	free(text->blocks);
	*text = (struct spill_text){0};
}

void spill_clear(struct spill *spill)
{
	if (spill->file)
		fclose(spill->file);
	*spill = (struct spill){0};
}
