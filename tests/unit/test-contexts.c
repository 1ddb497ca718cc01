/* SPDX-License-Identifier: MIT */
/* test-contexts.c - changes come at their positions, in order, and wait in bounded number. */
#include <criterion/criterion.h>
#include <errno.h>
#include "contexts.h"

static struct contexts contexts;
static struct context_entry taken;

static const struct vspan_trace_context *context_of(uint64_t span)
{
	static struct vspan_trace_context context;

	context = (struct vspan_trace_context){.trace_id = {1, 2}, .span_id = span};
	return &context;
}

static int set(uint64_t position, uint64_t span)
{
	return contexts_set(&contexts, position, span != 0 ? context_of(span) : NULL);
}

static int call(uint64_t position, uint64_t span)
{
	return contexts_call(&contexts, position, span != 0 ? context_of(span) : NULL);
}

/* The next change at `position` is that one. */
static bool takes(uint64_t position, enum context_change change, uint64_t span)
{
	return contexts_pop(&contexts, position, &taken) && taken.change == change &&
		taken.span == span;
}

static bool takes_none(uint64_t position)
{
	return !contexts_pop(&contexts, position, &taken);
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

Test(contexts, come_at_their_positions)
{
	cr_expect_eq(set(10, 1), 1);
	cr_expect_eq(set(20, 2), 1);
	cr_expect(takes_none(9));
	cr_expect(takes(10, CONTEXT_SET, 1));
	cr_expect(takes_none(19));
	cr_expect(takes(25, CONTEXT_SET, 2));
	cr_expect(takes_none(25));
	cr_expect_eq(contexts_next(&contexts), UINT64_MAX);
}

Test(contexts, the_same_one_again_is_no_news)
{
	uint32_t i;

	cr_expect_eq(set(0, 7), 1);
	for (i = 1; i < 1000; i++)
		cr_expect_eq(set(i, 7), 0);
	cr_expect_eq(contexts.count, 1);
}

Test(contexts, the_same_number_in_another_vm_is_another)
{
	struct vspan_trace_context context = *context_of(7);

	cr_expect_eq(contexts_set(&contexts, 0, &context), 1);
	context.vm = 3;
	cr_expect_eq(contexts_set(&contexts, 0, &context), 1);
}

Test(contexts, one_nothing_was_written_under_is_replaced)
{
	uint32_t i;

	for (i = 1; i < 1000; i++)
		cr_expect_eq(set(5, i), 1);
	cr_expect(takes(5, CONTEXT_SET, 999));
	cr_expect(takes_none(5));
}

Test(contexts, none_ends_one)
{
	set(0, 1);
	cr_expect_eq(set(10, 0), 1);
	cr_expect(takes(10, CONTEXT_SET, 1));
	cr_expect(takes(10, CONTEXT_SET, 0));
	cr_expect_eq(contexts_current(&contexts)->span_id, 0);
}

Test(contexts, too_many_are_refused_until_some_applied)
{
	uint32_t i;

	for (i = 0; set(i, i + 1) == 1; i++)
		cr_assert_lt(i, CONTEXTS_MAX);
	cr_expect_eq(set(i, i + 1), -ENOSPC);
	cr_expect_eq(contexts_current(&contexts)->span_id, i, "as if it had not been said");
	cr_expect(takes(i, CONTEXT_SET, 1));
	cr_expect_eq(set(i, i + 1), 1);
}

Test(contexts, a_call_has_a_context_of_its_own_and_its_return_gives_back_the_one_before)
{
	set(0, 1);
	cr_expect_eq(call(10, 2), 1);
	cr_expect_eq(contexts_current(&contexts)->span_id, 2);
	cr_expect_eq(set(20, 3), 1);
	cr_expect_eq(contexts_return(&contexts, 30), 1);
	cr_expect_eq(contexts_current(&contexts)->span_id, 1);
	cr_expect(takes(0, CONTEXT_SET, 1));
	cr_expect(takes(30, CONTEXT_CALL, 2));
	cr_expect(takes(30, CONTEXT_SET, 3));
	cr_expect(takes(30, CONTEXT_RETURN, 0));
	cr_expect(!contexts_nested(&contexts));
}

Test(contexts, a_call_without_one_leaves_what_the_guest_reads)
{
	set(0, 1);
	cr_expect_eq(call(10, 0), 0);
	cr_expect_eq(contexts_current(&contexts)->span_id, 1);
	cr_expect_eq(contexts_return(&contexts, 20), 0);
}

Test(contexts, calls_in_which_nothing_was_written_leave_nothing)
{
	uint32_t i;

	for (i = 0; i < CONTEXTS_MAX * 2; i++) {
		cr_expect_eq(call(10, i + 1), 1);
		cr_expect_eq(set(10, UINT64_MAX), 1);
		cr_expect_eq(contexts_return(&contexts, 10), 1);
	}
	cr_expect_eq(contexts.count, 0);
}

Test(contexts, spans_of_the_host_all_wait)
{
	cr_expect_eq(call(10, 1), 1);
	cr_expect_eq(contexts_host_span(&contexts, 10, 5, 3, 44), 0);
	cr_expect_eq(contexts_host_span(&contexts, 10, 6, 3, 45), 0);
	cr_expect_eq(contexts_return(&contexts, 10), 1);
	cr_expect(takes(10, CONTEXT_CALL, 1));
	cr_expect(takes(10, CONTEXT_HOST_SPAN, 44));
	cr_expect_eq(taken.vm, 3);
	cr_expect_eq(taken.ts, 5);
	cr_expect(takes(10, CONTEXT_HOST_SPAN, 45));
	cr_expect(takes(10, CONTEXT_RETURN, 0));
}

Test(contexts, what_was_called_can_return_however_many_wait)
{
	uint32_t i, calls = 0;

	while (call(calls, calls + 1) == 1)
		calls++;
	cr_expect_eq(calls, VSPAN_CALLS_MAX);
	for (i = 0; contexts_host_span(&contexts, calls, 0, 1, i + 1) == 0; i++)
		cr_assert_lt(i, CONTEXTS_MAX);
	cr_expect_eq(contexts_return(&contexts, calls), 0, "of the call that was refused");
	for (; calls > 0; calls--)
		cr_expect_eq(contexts_return(&contexts, 100), 1);
	cr_expect(!contexts_nested(&contexts));
}

Test(contexts, a_call_that_is_too_deep_counts_for_nothing)
{
	uint32_t i;

	for (i = 1; i <= VSPAN_CALLS_MAX; i++)
		cr_expect_eq(call(i, i), 1);
	cr_expect_eq(call(100, 100), -ENOSPC);
	cr_expect_eq(set(100, 101), -ENOSPC, "nor what is said in it");
	cr_expect_eq(call(100, 102), -ENOSPC);
	cr_expect_eq(contexts_return(&contexts, 100), 0);
	cr_expect_eq(contexts_return(&contexts, 100), 0);
	cr_expect_eq(contexts_current(&contexts)->span_id, VSPAN_CALLS_MAX);
	cr_expect_eq(contexts_return(&contexts, 100), 1);
	cr_expect_eq(contexts_current(&contexts)->span_id, VSPAN_CALLS_MAX - 1);
}

Test(contexts, a_return_without_a_call_is_nothing)
{
	cr_expect_eq(contexts_return(&contexts, 1), 0);
	cr_expect_eq(contexts.count, 0);
}
