/* SPDX-License-Identifier: MIT */
/* test-journal.c - entries come back in order; the oldest give way; damage ends the reading. */
#include <criterion/criterion.h>
#include <string.h>
#include "journal.h"

static struct journal_store journal;

static struct seen {
	uint64_t count;
	uint64_t first;
	uint64_t last;
	bool in_order;
	bool bodies;
} seen;

static void visit(void *data, const struct journal_entry *head, const void *body)
{
	const uint8_t *bytes = body;
	uint32_t size = head->size - (uint32_t)sizeof(*head);

	(void)data;
	if (seen.count == 0)
		seen.first = head->position;
	else if (head->position != seen.last + 1)
		seen.in_order = false;
	seen.last = head->position;
	seen.count++;
	if (size == 0 || bytes[0] != (uint8_t)head->position)
		seen.bodies = false;
}

static uint64_t look(void)
{
	seen = (struct seen){.in_order = true, .bodies = true};
	return journal_visit(&journal, visit, NULL);
}

/* An entry whose body begins with its position and has `size` bytes in two parts. */
static void append(uint64_t position, uint32_t size)
{
	struct journal_entry head = {.type = JOURNAL_EVENT, .position = position};
	uint8_t bytes[JOURNAL_ENTRY_MAX];
	const struct journal_part parts[] = {{bytes, 1}, {bytes + 1, size - 1}};

	memset(bytes, (uint8_t)position, sizeof(bytes));
	journal_append(&journal, &head, parts, size > 1 ? 2 : 1);
}

Test(journal, is_empty_at_first_and_after_clearing)
{
	cr_expect_eq(look(), 0);
	append(1, 8);
	cr_expect_eq(look(), 1);
	journal_clear(&journal);
	cr_expect_eq(look(), 0);
}

Test(journal, gives_back_what_was_appended_in_order)
{
	uint64_t i;

	for (i = 1; i <= 1000; i++)
		append(i, 1 + (uint32_t)(i * 7 % 200));
	cr_expect_eq(look(), 1000);
	cr_expect_eq(seen.first, 1);
	cr_expect(seen.in_order);
	cr_expect(seen.bodies);
}

Test(journal, the_oldest_give_way_over_many_laps)
{
	const uint32_t largest = JOURNAL_ENTRY_MAX - sizeof(struct journal_entry);
	uint64_t i;

	for (i = 1; i <= 200000; i++) {
		append(i, 1 + (uint32_t)(i * 31 % largest));
		if (i % 10007 != 0)
			continue;
		cr_assert_eq(look(), seen.count);
		cr_assert_eq(seen.last, i);
		cr_assert(seen.in_order);
		cr_assert(seen.bodies);
		/* It holds all it can: at most one entry's room is free. */
		cr_assert_geq(journal.tail - journal.head, JOURNAL_BYTES - 2 * JOURNAL_ENTRY_MAX);
	}
}

Test(journal, damage_ends_the_reading_and_does_not_stop_the_writing)
{
	struct journal_entry *second;
	uint64_t i;

	for (i = 1; i <= 10; i++)
		append(i, 8);
	second = (struct journal_entry *)(void *)&journal.bytes[journal.head + 32];
	second->size = 12;
	cr_expect_eq(look(), 1, "a size that is no multiple of 8");
	second->size = UINT32_MAX - 7;
	cr_expect_eq(look(), 1, "a size beyond the tail");
	second->size = 0;
	cr_expect_eq(look(), 1, "no size at all");
	for (i = 11; i <= 300000; i++)
		append(i, 8);
	cr_expect_gt(look(), 1000);
	cr_expect_eq(seen.last, 300000);
	cr_expect(seen.in_order);
}

Test(journal, a_head_beyond_the_tail_is_nothing)
{
	append(1, 8);
	journal.head = journal.tail + 8;
	cr_expect_eq(look(), 0);
}
