/* SPDX-License-Identifier: MIT */
/* test-trace-context.c - traceparent as in the W3C's recommendation, both ways. */
#include <criterion/criterion.h>
#include <errno.h>
#include <vspan/host.h>

#define EXAMPLE "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static struct vspan_trace_context context;

Test(trace_context, reads_and_writes_the_example_of_the_recommendation)
{
	char text[VSPAN_TRACEPARENT_SIZE];

	cr_assert_eq(vspan_trace_context_parse(EXAMPLE, &context), 0);
	cr_expect_eq(context.trace_id[0], UINT64_C(0x0af7651916cd43dd));
	cr_expect_eq(context.trace_id[1], UINT64_C(0x8448eb211c80319c));
	cr_expect_eq(context.span_id, UINT64_C(0xb7ad6b7169203331));
	cr_expect_eq(context.flags, 1);
	vspan_trace_context_format(&context, text);
	cr_expect_str_eq(text, EXAMPLE);
}

Test(trace_context, later_versions_may_say_more)
{
	cr_expect_eq(vspan_trace_context_parse("0" EXAMPLE, &context), -EINVAL);
	cr_expect_eq(
		vspan_trace_context_parse(
			"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", &context),
		0);
	cr_expect_eq(vspan_trace_context_parse(EXAMPLE "-more", &context), -EINVAL);
	cr_expect_eq(vspan_trace_context_parse(
			     "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", &context),
		-EINVAL);
}

Test(trace_context, refuses_what_is_malformed)
{
	static const char *const wrong[] = {
		"",
		"00",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
		"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
		"00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"00-00000000000000000000000000000000-b7ad6b7169203331-01",
		"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
		EXAMPLE "0",
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(
			vspan_trace_context_parse(wrong[i], &context), -EINVAL, "%s", wrong[i]);
}
