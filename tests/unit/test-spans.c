/* SPDX-License-Identifier: MIT */
/* test-spans.c - the table of open spans: found, stacked, ordered, bounded. */
#include <criterion/criterion.h>
#include "spans.h"

static struct span_table table;

Test(spans, the_innermost_is_the_newest_stacked_one)
{
	struct open_span *outer = spans_open(&table, 1, true);
	struct open_span *inner = spans_open(&table, 2, true);
	struct open_span *detached = spans_open(&table, 3, false);

	cr_expect_eq(table.innermost, inner);
	spans_close(&table, outer, 1);
	cr_expect_eq(table.innermost, inner, "an outer one may end first");
	spans_close(&table, inner, 1);
	cr_expect_null(table.innermost);
	cr_expect_eq(table.oldest, detached);
	spans_free(&table);
}

Test(spans, finds_by_id_until_closed)
{
	uint64_t id;

	for (id = 1; id <= SPANS_MAX; id++)
		cr_assert_not_null(spans_open(&table, id << 3, true));
	for (id = 1; id <= SPANS_MAX; id++)
		cr_assert_eq(spans_find(&table, id << 3)->id, id << 3);
	cr_expect_null(spans_find(&table, 4));
	spans_close(&table, spans_find(&table, 8 << 3), 1);
	cr_expect_null(spans_find(&table, 8 << 3));
	spans_free(&table);
}

Test(spans, is_bounded_and_recycles)
{
	uint64_t id;

	for (id = 1; id <= SPANS_MAX; id++)
		spans_open(&table, id, id % 2 == 0);
	cr_expect(spans_full(&table));
	cr_expect_null(spans_open(&table, id, true));
	cr_expect_eq(table.oldest->id, 1);
	spans_close(&table, table.oldest, 1);
	cr_expect_not_null(spans_open(&table, id, true));
	cr_expect_eq(table.oldest->id, 2);
	cr_expect_eq(table.newest->id, id);
	spans_free(&table);
	cr_expect_eq(table.count, 0);
}

Test(spans, keeps_the_order_of_begins_whatever_ends)
{
	struct open_span *span;
	uint64_t id, last = 0;

	for (id = 1; id <= 100; id++)
		spans_open(&table, id, true);
	for (id = 3; id <= 100; id += 3)
		spans_close(&table, spans_find(&table, id), 1);
	for (span = table.oldest; span != NULL; span = span->newer) {
		cr_expect_gt(span->id, last);
		cr_expect_neq(span->id % 3, 0);
		last = span->id;
	}
	cr_expect_eq(last, 100);
	spans_free(&table);
}

static struct open_span store[SPANS_STORED];

/* As a checkpoint judges: begun before 100, and not closed before 50. */
static bool was_open(void *data, struct open_span *span)
{
	(void)data;
	return span->id < 100 && (span->closed == 0 || span->closed >= 50);
}

Test(spans, a_store_keeps_what_closed_until_that_is_committed)
{
	struct span_table next = {0};
	uint64_t id;

	spans_use_store(&table, store);
	for (id = 1; id <= 10; id++)
		spans_open(&table, id, true);
	spans_close(&table, spans_find(&table, 3), 40);
	spans_commit(&table);
	spans_close(&table, spans_find(&table, 4), 60);
	spans_open(&table, 150, true);
	spans_close(&table, spans_find(&table, 5), 49);

	/* Its owner ends here; another one looks. */
	spans_leave_store(&table);
	spans_restore(&next, store, was_open, NULL);
	cr_expect_eq(next.count, 8, "10 without those closed before 50");
	cr_expect_not_null(spans_find(&next, 4), "what closed it comes again");
	cr_expect_null(spans_find(&next, 5));
	cr_expect_null(spans_find(&next, 3));
	cr_expect_null(spans_find(&next, 150), "its begin comes again");
	cr_expect_eq(next.oldest->id, 1);
	cr_expect_eq(next.innermost->id, 10);
	cr_expect_not_null(spans_open(&next, 151, true));
}

Test(spans, a_store_has_room_for_all_and_what_a_batch_closes)
{
	struct open_span *span;
	uint64_t id, begun = 0;

	spans_use_store(&table, store);
	while (!spans_full(&table))
		spans_open(&table, ++begun, true);
	for (id = 1; id <= SPANS_STORED - SPANS_MAX; id++) {
		spans_close(&table, table.oldest, 1000 + id);
		cr_assert_not_null(spans_open(&table, ++begun, true));
	}
	spans_commit(&table);
	span = table.oldest;
	spans_close(&table, span, 1);
	cr_expect_not_null(spans_open(&table, ++begun, true));
	spans_free(&table);
	for (id = 0; id < SPANS_STORED; id++)
		cr_expect_eq(store[id].id, 0, "nothing is left behind");
}
