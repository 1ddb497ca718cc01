/* SPDX-License-Identifier: MIT */
/* journal.c - the byte ring of journal.h. */
#include "journal.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define ALIGNMENT 8u

static uint64_t room_at_end(uint64_t at)
{
	return JOURNAL_BYTES - at % JOURNAL_BYTES;
}

/* The entry at `at`, copied: its size decides how far we go. */
static struct journal_entry entry_at(const struct journal_store *journal, uint64_t at)
{
	struct journal_entry head = {0};
	uint64_t room = room_at_end(at);

	/* A filler may be too short for a whole head: size and type are what counts. */
	memcpy(&head, &journal->bytes[at % JOURNAL_BYTES],
		room < sizeof(head) ? (size_t)room : sizeof(head));
	return head;
}

static bool entry_plausible(const struct journal_entry *head, uint64_t at, uint64_t tail)
{
	if (head->size == 0 || head->size % ALIGNMENT != 0 || head->size > tail - at ||
		head->size > room_at_end(at) || head->type >= JOURNAL_TYPES)
		return false;
	return head->type == JOURNAL_FILLER ||
		(head->size >= sizeof(*head) && head->size <= JOURNAL_ENTRY_MAX);
}

/* Gives up the oldest entries until `size` bytes fit behind the tail. */
static void make_room(struct journal_store *journal, uint64_t size)
{
	while (journal->tail + size - journal->head > JOURNAL_BYTES) {
		struct journal_entry oldest = entry_at(journal, journal->head);

		if (!entry_plausible(&oldest, journal->head, journal->tail)) {
			journal_clear(journal);
			return;
		}
		__atomic_store_n(&journal->head, journal->head + oldest.size, __ATOMIC_RELEASE);
	}
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void fill_to_end(struct journal_store *journal)
{
	const uint64_t room = room_at_end(journal->tail);
	const struct journal_entry filler = {.size = (uint32_t)room, .type = JOURNAL_FILLER};

	make_room(journal, room);
	memcpy(&journal->bytes[journal->tail % JOURNAL_BYTES], &filler,
		room < sizeof(filler) ? (size_t)room : sizeof(filler));
	__atomic_store_n(&journal->tail, journal->tail + room, __ATOMIC_RELEASE);
}

void journal_append(struct journal_store *journal, struct journal_entry *head,
	const struct journal_part *parts, uint32_t part_count)
{
	uint32_t size = sizeof(*head);
	uint8_t *to;
	uint32_t i;

	for (i = 0; i < part_count; i++)
		size += parts[i].size;
	head->size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	assert(head->size <= JOURNAL_ENTRY_MAX);
	if (room_at_end(journal->tail) < head->size)
		fill_to_end(journal);
	make_room(journal, head->size);
	to = &journal->bytes[journal->tail % JOURNAL_BYTES];
	memcpy(to, head, sizeof(*head));
	to += sizeof(*head);
	for (i = 0; i < part_count; i++) {
		memcpy(to, parts[i].bytes, parts[i].size);
		to += parts[i].size;
	}
	__atomic_store_n(&journal->tail, journal->tail + head->size, __ATOMIC_RELEASE);
}

uint64_t journal_visit(const struct journal_store *journal,
	void (*visit)(void *data, const struct journal_entry *head, const void *body), void *data)
{
	const uint64_t tail = journal->tail;
	uint64_t at = journal->head;
	uint64_t count = 0;

	if (tail - at > JOURNAL_BYTES)
		return 0;
	while (at != tail) {
		struct journal_entry head = entry_at(journal, at);

		if (!entry_plausible(&head, at, tail))
			break;
		if (head.type != JOURNAL_FILLER) {
			visit(data, &head, &journal->bytes[at % JOURNAL_BYTES + sizeof(head)]);
			count++;
		}
		at += head.size;
	}
	return count;
}

void journal_drop(struct journal_store *journal, const void *body)
{
	const size_t at = (size_t)((const uint8_t *)body - journal->bytes);
	const uint32_t filler = JOURNAL_FILLER;

	assert(at >= sizeof(struct journal_entry) && at <= JOURNAL_BYTES);
	memcpy(&journal->bytes[at - sizeof(struct journal_entry) +
		       offsetof(struct journal_entry, type)],
		&filler, sizeof(filler));
}

void journal_clear(struct journal_store *journal)
{
	__atomic_store_n(&journal->head, journal->tail, __ATOMIC_RELEASE);
}
