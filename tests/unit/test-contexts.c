/* SPDX-License-Identifier: MIT */
/* test-contexts.c - contexts take effect at their positions, and wait in bounded number. */
#include <criterion/criterion.h>
#include <errno.h>
#include "contexts.h"

static struct contexts contexts;

static int push(uint64_t position, uint64_t span)
{
	const struct context_entry entry = {.position = position, .span = span};

	return contexts_push(&contexts, &entry);
}

static void set_up(void)
{
	contexts_init(&contexts);
}

static void tear_down(void)
{
	contexts_destroy(&contexts);
}

TestSuite(contexts, .init = set_up, .fini = tear_down);

Test(contexts, apply_from_their_position_on)
{
	cr_expect_eq(push(10, 1), 1);
	cr_expect_eq(push(20, 2), 1);
	contexts_apply(&contexts, 9);
	cr_expect_eq(contexts.span, 0);
	contexts_apply(&contexts, 10);
	cr_expect_eq(contexts.span, 1);
	contexts_apply(&contexts, 19);
	cr_expect_eq(contexts.span, 1);
	contexts_apply(&contexts, 25);
	cr_expect_eq(contexts.span, 2);
	cr_expect_eq(contexts.next, UINT64_MAX);
}

Test(contexts, the_same_one_again_is_no_news)
{
	uint32_t i;

	cr_expect_eq(push(0, 7), 1);
	for (i = 1; i < 1000; i++)
		cr_expect_eq(push(i, 7), 0);
	cr_expect_eq(contexts.count, 1);
}

Test(contexts, one_nothing_was_written_under_is_replaced)
{
	uint32_t i;

	for (i = 1; i < 1000; i++)
		cr_expect_eq(push(5, i), 1);
	contexts_apply(&contexts, 5);
	cr_expect_eq(contexts.span, 999);
}

Test(contexts, too_many_are_refused_until_some_applied)
{
	uint32_t i;

	for (i = 0; i < CONTEXTS_MAX; i++)
		cr_expect_eq(push(i, i + 1), 1);
	cr_expect_eq(push(i, i + 1), -ENOSPC);
	contexts_apply(&contexts, 3);
	cr_expect_eq(push(i, i + 1), 1);
	contexts_apply(&contexts, i);
	cr_expect_eq(contexts.span, i + 1);
}

Test(contexts, none_ends_one)
{
	push(0, 1);
	push(10, 0);
	contexts_apply(&contexts, 10);
	cr_expect_eq(contexts.span, 0);
}
