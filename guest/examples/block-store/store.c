/* SPDX-License-Identifier: MIT */
/*
 * store.c - the log, its index and its garbage collection, instrumented as their
 * author would. Called by volume.c; knows nothing of the machine it runs on.
 */
#include <stddef.h>
#include "store.h"

VSPAN_SPAN(store, write, VSPAN_LEVEL_INFO, (u64, lba), (u32, len), (x32, checksum));
VSPAN_SPAN(store, read, VSPAN_LEVEL_INFO, (u64, lba), (u32, len), (bool, hit));
VSPAN_SPAN(store, checksum, VSPAN_LEVEL_DEBUG, (u32, len));
VSPAN_SPAN(store, gc, VSPAN_LEVEL_INFO, (u32, segment), (u32, live), (u32, moved));
VSPAN_EVENT(store, append, VSPAN_LEVEL_DEBUG, (u32, segment), (u32, offset));
VSPAN_EVENT(store, corrupt, VSPAN_LEVEL_WARNING, (u64, lba));

/* Words of a block's header. */
#define BLOCK_LBA 0
#define BLOCK_LEN 1
#define BLOCK_CHECKSUM 2

#define FNV_BASIS 2166136261u
#define FNV_PRIME 16777619u

static void words_copy(uint32_t *to, const uint32_t *from, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		to[i] = from[i];
}

/* FNV-1a, a word at a time: any changed bit changes the result. */
static uint32_t contents_checksum(struct store *store, uint32_t len, const uint32_t *contents)
{
	vspan_t span = counted_begin(store->counts, store, checksum, len);
	uint32_t checksum = FNV_BASIS, i;

	for (i = 0; i < STORE_WORDS(len); i++)
		checksum = (checksum ^ contents[i]) * FNV_PRIME;
	counted_end(store->counts, span);
	return checksum;
}

static uint32_t block_words(uint32_t len)
{
	return STORE_HEADER_WORDS + STORE_WORDS(len);
}

/* The block of an lba, NULL if it was never written. */
static uint32_t *store_block(struct store *store, uint32_t lba)
{
	if (lba >= store->lba_count || store->index[lba] == 0)
		return NULL;
	return &store->log[store->index[lba] - 1];
}

static uint32_t segment_garbage(const struct store_segment *segment)
{
	return segment->used - segment->live;
}

static bool head_has_room(const struct store *store, uint32_t words)
{
	return words <= STORE_SEGMENT_WORDS - store->segments[store->head].used;
}

static uint32_t store_free_count(const struct store *store)
{
	uint32_t i, count = 0;

	for (i = 0; i < store->segment_count; i++)
		count += store->segments[i].used == 0 && i != store->head;
	return count;
}

/* Goes on in a free segment: the caller knows that there is one. */
static void store_advance_head(struct store *store)
{
	uint32_t i, next = store->head;

	for (i = 0; i < store->segment_count; i++)
		if (store->segments[i].used == 0 && i != store->head)
			next = i;
	store->head = next;
}

/*
 * Appends a block, for which the head has room, and points the index at it. What
 * was there before becomes garbage.
 */
static void store_append(
	struct store *store, const uint32_t header[STORE_HEADER_WORDS], const uint32_t *contents)
{
	struct store_segment *segment = &store->segments[store->head];
	const uint32_t *old = store_block(store, header[BLOCK_LBA]);
	uint32_t place = store->head * STORE_SEGMENT_WORDS + segment->used;
	uint32_t words = block_words(header[BLOCK_LEN]);

	counted_event(store->counts, store, append, store->head, segment->used);
	store->statistics.appends++;
	words_copy(&store->log[place], header, STORE_HEADER_WORDS);
	words_copy(&store->log[place + STORE_HEADER_WORDS], contents, words - STORE_HEADER_WORDS);
	if (old != NULL)
		store->segments[(uint32_t)(old - store->log) / STORE_SEGMENT_WORDS].live -=
			block_words(old[BLOCK_LEN]);
	segment->used += words;
	segment->live += words;
	store->index[header[BLOCK_LBA]] = place + 1;
}

/*
 * Appends the live blocks of a segment elsewhere, as they are: a damaged block
 * keeps its checksum, so whoever reads it next will know. Returns their number.
 */
static uint32_t segment_move_live(struct store *store, uint32_t victim)
{
	uint32_t place = victim * STORE_SEGMENT_WORDS;
	const uint32_t end = place + store->segments[victim].used;
	uint32_t moved = 0;

	while (place < end) {
		const uint32_t *block = &store->log[place];
		uint32_t words = block_words(block[BLOCK_LEN]);

		if (store->index[block[BLOCK_LBA]] == place + 1) {
			if (!head_has_room(store, words))
				store_advance_head(store);
			store_append(store, block, block + STORE_HEADER_WORDS);
			moved++;
		}
		place += words;
	}
	return moved;
}

bool store_collect(struct store *store)
{
	uint32_t i, victim = 0, moved;
	vspan_t span;

	for (i = 1; i < store->segment_count; i++)
		if (segment_garbage(&store->segments[i]) >
			segment_garbage(&store->segments[victim]))
			victim = i;
	if (segment_garbage(&store->segments[victim]) == 0)
		return false;
	span = counted_begin(store->counts, store, gc, victim, store->segments[victim].live, 0);
	store->statistics.collections++;
	if (victim == store->head)
		store_advance_head(store);
	moved = segment_move_live(store, victim);
	store->segments[victim].used = 0;
	counted_set(store->counts, span, store, gc, moved, moved);
	counted_end(store->counts, span);
	return true;
}

/*
 * Makes the head have room. One free segment is always left: a collection needs
 * somewhere to move to. Each collection leaves one segment less with garbage.
 */
static bool store_make_room(struct store *store, uint32_t words)
{
	while (!head_has_room(store, words)) {
		if (store_free_count(store) > 1)
			store_advance_head(store);
		else if (!store_collect(store))
			return false;
	}
	return true;
}

void store_format(
	struct store *store, uint32_t lba_count, uint32_t segment_count, struct counts *counts)
{
	static const struct store_statistics none;
	uint32_t i;

	store->lba_count = lba_count < STORE_LBAS_MAX ? lba_count : STORE_LBAS_MAX;
	store->segment_count =
		segment_count < STORE_SEGMENTS_MAX ? segment_count : STORE_SEGMENTS_MAX;
	store->head = 0;
	for (i = 0; i < STORE_LBAS_MAX; i++)
		store->index[i] = 0;
	for (i = 0; i < STORE_SEGMENTS_MAX; i++)
		store->segments[i].used = store->segments[i].live = 0;
	store->statistics = none;
	store->counts = counts;
}

int store_write(struct store *store, uint32_t lba, uint32_t len, const uint32_t *contents)
{
	uint32_t header[STORE_HEADER_WORDS] = {lba, len, 0};
	vspan_t span;

	if (lba >= store->lba_count || len == 0 || len > STORE_LEN_MAX || len % STORE_LEN_UNIT != 0)
		return STORE_ERROR_RANGE;
	span = counted_begin(store->counts, store, write, lba, len, 0);
	store->statistics.writes++;
	store->statistics.writes_over_4096 += len > 4096;
	header[BLOCK_CHECKSUM] = contents_checksum(store, len, contents);
	counted_set(store->counts, span, store, write, checksum, header[BLOCK_CHECKSUM]);
	if (!store_make_room(store, block_words(len))) {
		counted_fail(store->counts, span, "store full");
		return STORE_ERROR_FULL;
	}
	store_append(store, header, contents);
	counted_end(store->counts, span);
	return 0;
}

int store_read(struct store *store, uint32_t lba, uint32_t *len, uint32_t *contents)
{
	const uint32_t *block = store_block(store, lba);
	vspan_t span;

	*len = block != NULL ? block[BLOCK_LEN] : 0;
	span = counted_begin(store->counts, store, read, lba, *len, block != NULL);
	store->statistics.reads++;
	if (block == NULL) {
		counted_end(store->counts, span);
		return STORE_MISS;
	}
	store->statistics.hits++;
	words_copy(contents, block + STORE_HEADER_WORDS, STORE_WORDS(*len));
	if (contents_checksum(store, *len, contents) != block[BLOCK_CHECKSUM]) {
		store->statistics.mismatches++;
		counted_fail(store->counts, span, "checksum mismatch");
		return STORE_ERROR_MISMATCH;
	}
	counted_end(store->counts, span);
	return 0;
}

bool store_corrupt(struct store *store, uint32_t lba)
{
	uint32_t *block = store_block(store, lba);

	if (block == NULL)
		return false;
	block[STORE_HEADER_WORDS + STORE_WORDS(block[BLOCK_LEN]) / 2] ^= 1;
	counted_event(store->counts, store, corrupt, lba);
	store->statistics.corruptions++;
	return true;
}
