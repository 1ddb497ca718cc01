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
