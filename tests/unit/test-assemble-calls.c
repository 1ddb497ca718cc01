/* SPDX-License-Identifier: MIT */
/*
 * test-assemble-calls.c - the guest's spans below the host's: the contexts, calls and
 * host spans that the host tells of a vCPU, and the spans that are written meanwhile.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <vspan/guest.h>
#include <vspan/trace.h>
#include "assemble-notes.h"
#include "contexts.h"

VSPAN_SPAN(test, outer, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_EVENT(test, point, VSPAN_LEVEL_INFO, (u64, number));

TestSuite(assemble_calls, .init = set_up, .fini = tear_down);

/* What the host says of ring 0's vCPU, at its present position. */
static struct contexts *told(void)
{
	return &attachment->rings[0].contexts;
}

static uint64_t here(void)
{
	return ring_reserved(&attachment->rings[0].ring);
}

static const struct vspan_trace_context *host_context(uint64_t span)
{
	static struct vspan_trace_context context;

	context = (struct vspan_trace_context){.trace_id = {1, 2}, .span_id = span};
	return &context;
}

Test(assemble_calls, the_hosts_context_is_the_parent_of_the_outermost_from_its_position_on)
{
	vspan_t before = vspan_begin(test, outer, 1);
	vspan_t outer;

	vspan_end(before);
	cr_assert_eq(contexts_set(told(), here(), host_context(0xabc)), 1);
	outer = vspan_begin(test, outer, 2);
	vspan_end(vspan_begin(test, outer, 3));
	vspan_end(outer);
	vspan_event(test, point, 4);
	drain(0);
	cr_assert_eq(note_count, 4);
	cr_expect_eq(notes[0].common.parent, 0, "written before");
	cr_expect_eq(notes[1].common.parent, outer, "it has one of its own");
	cr_expect_eq(notes[1].common.flags & VSPAN_TRACE_FLAG_REMOTE, 0);
	cr_expect_eq(notes[2].common.parent, 0xabc);
	cr_expect_eq(notes[2].common.flags & VSPAN_TRACE_FLAG_REMOTE, VSPAN_TRACE_FLAG_REMOTE);
	cr_expect_eq(notes[3].common.span, 0xabc, "the event's");
}

/* The order in which spans are noted: that of their ends. */
Test(assemble_calls, a_nested_call_is_below_the_hosts_span_and_not_below_what_is_open_around_it)
{
	vspan_t outer, call, inner;

	cr_assert_eq(contexts_call(told(), here(), host_context(0xa)), 1);
	outer = vspan_begin(test, outer, 1);
	cr_assert_eq(contexts_host_span(told(), here(), NOW, 9, 0xb), 0);
	cr_assert_eq(contexts_call(told(), here(), host_context(0xb)), 1);
	call = vspan_begin(test, outer, 2);
	inner = vspan_begin(test, outer, 3);
	cr_assert_eq(contexts_host_span(told(), here(), NOW, 9, 0xc), 0);
	vspan_end(inner);
	vspan_end(call);
	cr_assert_eq(contexts_return(told(), here()), 1);
	vspan_end(vspan_begin(test, outer, 4));
	vspan_end(outer);
	cr_assert_eq(contexts_return(told(), here()), 1);
	drain(0);
	cr_assert_eq(note_count, 6);
	cr_expect_str_eq(notes[0].what, "call");
	cr_expect_eq(notes[0].common.span, 0xb);
	cr_expect_eq(notes[0].common.parent, outer);
	cr_expect_eq(notes[0].common.vm, 9);
	cr_expect_eq(notes[0].common.flags, 0);
	cr_expect_str_eq(notes[1].what, "call");
	cr_expect_eq(notes[1].common.parent, inner);
	cr_expect_eq(notes[2].common.parent, call);
	cr_expect_eq(notes[3].common.parent, 0xb, "not the outer guest span");
	cr_expect_eq(notes[3].common.flags, VSPAN_TRACE_FLAG_REMOTE);
	cr_expect_eq(notes[4].common.parent, outer, "after the return the outer one is innermost");
	cr_expect_eq(notes[5].common.parent, 0xa);
}

Test(assemble_calls, what_a_call_left_open_is_no_parent_after_its_return)
{
	vspan_t outer = vspan_begin(test, outer, 1);
	vspan_t left;

	cr_assert_eq(contexts_call(told(), here(), host_context(0xb)), 1);
	left = vspan_begin(test, outer, 2);
	cr_assert_eq(contexts_return(told(), here()), 1);
	vspan_end(vspan_begin(test, outer, 3));
	vspan_event(test, point, 4);
	vspan_end(left);
	vspan_end(outer);
	drain(0);
	cr_assert_eq(note_count, 4);
	cr_expect_eq(notes[0].common.parent, outer);
	cr_expect_eq(notes[1].common.span, outer);
	cr_expect_eq(notes[2].common.span, left);
	cr_expect_eq(notes[2].common.parent, 0xb);
}

Test(assemble_calls, a_call_without_a_context_is_below_what_is_open_around_it)
{
	vspan_t outer, inner;

	cr_assert_eq(contexts_call(told(), here(), host_context(0xa)), 1);
	outer = vspan_begin(test, outer, 1);
	cr_assert_eq(contexts_call(told(), here(), NULL), 0);
	inner = vspan_begin(test, outer, 2);
	vspan_end(inner);
	cr_assert_eq(contexts_return(told(), here()), 0);
	vspan_end(outer);
	cr_assert_eq(contexts_call(told(), here(), NULL), 0);
	vspan_end(vspan_begin(test, outer, 3));
	drain(0);
	cr_assert_eq(note_count, 3);
	cr_expect_eq(notes[0].common.parent, outer);
	cr_expect_eq(notes[2].common.parent, 0xa, "nothing is open: the context around it");
}

Test(assemble_calls, a_host_span_without_a_guest_span_is_below_the_context)
{
	cr_assert_eq(contexts_call(told(), here(), host_context(0xa)), 1);
	cr_assert_eq(contexts_host_span(told(), here(), NOW, 9, 0xb), 0);
	vspan_event(test, point, 4);
	drain(0);
	cr_assert_eq(note_count, 2);
	cr_expect_eq(notes[0].common.parent, 0xa);
	cr_expect_eq(notes[0].common.flags, VSPAN_TRACE_FLAG_REMOTE);
}

/* More spans than the ring keeps room for the ends of. */
#define MANY 80

Test(assemble_calls, ends_that_were_lost_in_a_call_are_those_of_its_spans)
{
	vspan_t outer = vspan_begin(test, outer, 1);
	vspan_t many[MANY];
	uint32_t i, lost = 0;

	cr_assert_eq(contexts_call(told(), here(), host_context(0xb)), 1);
	for (i = 0; i < MANY; i++)
		many[i] = vspan_begin(test, outer, 2);
	for (i = 0; i < 10000; i++)
		vspan_event(test, point, i);
	for (i = MANY; i > 0; i--)
		vspan_end(many[i - 1]);
	cr_assert_eq(contexts_return(told(), here()), 1);
	drain(0);
	vspan_end(outer);
	note_count = 0;
	drain(0);
	for (i = 0; i < note_count && strcmp(notes[i].what, "span") == 0; i++)
		lost += notes[i].common.span != outer &&
			(notes[i].common.flags & VSPAN_TRACE_FLAG_END_LOST) != 0;
	cr_expect_gt(lost, 0);
	cr_expect_str_eq(notes[i].what, "lost");
	cr_expect_eq(notes[i].lost.span, outer);
	cr_expect_eq(notes[i + 1].common.span, outer, "ended by its own end");
	cr_expect_eq(notes[i + 1].common.flags & VSPAN_TRACE_FLAG_END_LOST, 0);
}
