/* SPDX-License-Identifier: MIT */
/* batch.c - keeps the records of one drain in order. */
#include "batch.h"

#include <string.h>

void batch_reset(struct batch *batch, uint64_t from)
{
	batch->from = from;
	batch->next = from;
	batch->gap = false;
	batch->record_count = 0;
	batch->word_count = 0;
}

bool batch_fits(const struct batch *batch, uint32_t slots)
{
	return batch->record_count < BATCH_SLOTS &&
		batch->word_count + 3 * slots <= sizeof(batch->words) / sizeof(batch->words[0]);
}

void batch_drop_front(struct batch *batch, uint32_t count)
{
	batch->record_count -= count;
	memmove(batch->records, batch->records + count,
		batch->record_count * sizeof(batch->records[0]));
}

void batch_drop_back(struct batch *batch, uint32_t count)
{
	if (count == 0)
		return;
	batch->record_count -= count;
	batch->next = batch->records[batch->record_count].position;
	batch->word_count = batch->records[batch->record_count].first_word;
}

uint32_t batch_unsettled(const struct batch *batch, uint64_t next)
{
	uint32_t i = batch->record_count;
	uint32_t count = 0;

	while (i > 0 && batch->record_count - i < BATCH_SORT_WINDOW) {
		i--;
		if (batch->records[i].counter > next)
			count = batch->record_count - i;
	}
	return count;
}

void batch_sort(struct batch *batch)
{
	struct record moved;
	uint32_t i, j;

	for (i = 1; i < batch->record_count; i++) {
		moved = batch->records[i];
		for (j = i; j > 0 && i - j < BATCH_SORT_WINDOW; j--) {
			if (batch->records[j - 1].counter <= moved.counter)
				break;
			batch->records[j] = batch->records[j - 1];
		}
		batch->records[j] = moved;
	}
}
