/* SPDX-License-Identifier: MIT */
/*
 * test-assemble.c - records become spans: parents, endings, fields, times. What was
 * lost is in test-assemble-losses.c, what the host called in test-assemble-calls.c.
 */
#include <criterion/criterion.h>
#include <vspan/trace.h>
#include "assemble.h"
#include "assemble-notes.h"
#include "endings.h"
#include "thread-port.h"

VSPAN_SPAN(test, outer, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(test, inner, VSPAN_LEVEL_INFO, (u32, length), (str, name));
VSPAN_EVENT(test, point, VSPAN_LEVEL_INFO, (u64, number));

TestSuite(assemble, .init = set_up, .fini = tear_down);
/* Those that set up by themselves. */
TestSuite(assemble_apart, .fini = tear_down);

Test(assemble, a_span_is_emitted_once_at_its_end_with_start_and_duration)
{
	vspan_t span = vspan_begin(test, outer, 42);

	vspan_end_status(span, VSPAN_STATUS_OK);
	drain(0);
	cr_assert_eq(note_count, 1);
	cr_expect_str_eq(notes[0].what, "span");
	cr_expect_eq(notes[0].common.vm, 7);
	cr_expect_eq(notes[0].common.span, span);
	cr_expect_eq(notes[0].common.parent, 0);
	cr_expect_eq(notes[0].common.ts, 1000);
	cr_expect_eq(notes[0].common.duration, 1);
	cr_expect_eq(notes[0].common.status, VSPAN_ABI_STATUS_OK);
	cr_expect_eq(payload_word(&notes[0].payload, 0), 42);
}

Test(assemble, the_parent_is_the_innermost_open_span)
{
	vspan_t outer = vspan_begin(test, outer, 1);
	vspan_t inner = vspan_begin(test, inner, 2, "x");

	vspan_event(test, point, 3);
	vspan_end(inner);
	vspan_event(test, point, 4);
	vspan_end(outer);
	drain(0);
	cr_assert_eq(note_count, 4);
	cr_expect_eq(notes[0].common.span, inner, "the event's");
	cr_expect_eq(notes[1].common.parent, outer, "the inner span's");
	cr_expect_eq(notes[2].common.span, outer, "the second event's");
	cr_expect_eq(notes[3].common.parent, 0);
}

Test(assemble, spans_may_end_in_any_order)
{
	vspan_t outer = vspan_begin(test, outer, 1);
	vspan_t inner = vspan_begin(test, outer, 2);
	vspan_t next;

	vspan_end(outer);
	next = vspan_begin(test, outer, 3);
	vspan_end(next);
	vspan_end(inner);
	drain(0);
	cr_assert_eq(note_count, 3);
	cr_expect_eq(notes[1].common.span, next);
	cr_expect_eq(notes[1].common.parent, inner, "still open, and innermost");
	cr_expect_eq(notes[2].common.parent, outer);
}

Test(assemble, an_explicit_parent_is_kept_and_the_span_is_off_the_stack)
{
	vspan_t outer = vspan_begin(test, outer, 1);
	vspan_t child = vspan_begin_child(outer, test, outer, 2);

	vspan_end(vspan_begin(test, outer, 3));
	vspan_end(child);
	vspan_end(outer);
	drain(0);
	cr_assert_eq(note_count, 3);
	cr_expect_eq(notes[0].common.parent, outer, "not the detached one");
	cr_expect_eq(notes[1].common.span, child);
	cr_expect_eq(notes[1].common.parent, outer);
	cr_expect_eq(notes[1].common.flags, VSPAN_TRACE_FLAG_DETACHED);
	cr_expect_eq(payload_word(&notes[1].payload, 0), 2);
}

Test(assemble, a_span_may_end_on_another_vcpu_whichever_ring_is_drained_first)
{
	vspan_t first = vspan_begin_child(0, test, outer, 1);
	vspan_t second = vspan_begin_child(0, test, outer, 2);

	thread_port_ring = 1;
	vspan_end(first);
	vspan_end_status(second, VSPAN_STATUS_ERROR);
	drain(1);
	cr_expect_eq(note_count, 0);
	drain(0);
	cr_assert_eq(note_count, 2);
	cr_expect_eq(notes[1].common.span, second);
	cr_expect_eq(notes[1].common.status, VSPAN_ABI_STATUS_ERROR);
	cr_expect_eq(notes[1].common.duration, 2);
	cr_expect_eq(attachment->rings[0].ring.ledger.violations, 0);
	cr_expect_eq(attachment->rings[1].ring.ledger.violations, 0);
}

Test(assemble, fields_set_later_replace_the_first_values)
{
	vspan_t span = vspan_begin(test, inner, 1, "short");
	uint32_t length;

	vspan_set(span, test, inner, name, "a rather longer name than before");
	vspan_set(span, test, inner, length, 99);
	vspan_end(span);
	drain(0);
	cr_assert_eq(note_count, 1);
	cr_expect_eq(payload_word(&notes[0].payload, 0), 99);
	cr_expect_arr_eq(payload_bytes(&notes[0].payload,
				 &attachment->sites[vspan_site__test__inner.id].site, 1, &length),
		"a rather longer name than before", 32);
	cr_expect_eq(length, 32);
}

Test(assemble, a_status_comes_with_its_message_sanitised)
{
	vspan_t span = vspan_begin(test, outer, 1);

	vspan_status(span, VSPAN_STATUS_ERROR, "disk\033[31m on fire");
	vspan_end(span);
	drain(0);
	cr_assert_eq(note_count, 2);
	cr_expect_str_eq(notes[0].what, "message");
	cr_expect_str_eq(notes[0].text, "disk?[31m on fire");
	cr_expect_eq(notes[1].common.status, VSPAN_ABI_STATUS_ERROR);
}

Test(assemble, links_and_interrupt_flags_arrive)
{
	vspan_t one = vspan_begin(test, outer, 1);
	uint64_t saved = vspan_interrupt_enter();
	vspan_t two = vspan_begin(test, outer, 2);

	vspan_link(two, one);
	vspan_end(two);
	vspan_interrupt_leave(saved);
	vspan_end(one);
	drain(0);
	cr_assert_eq(note_count, 3);
	cr_expect_str_eq(notes[0].what, "link");
	cr_expect_eq(notes[0].common.parent, one);
	cr_expect_eq(notes[1].common.flags, VSPAN_TRACE_FLAG_INTERRUPT);
	cr_expect_eq(notes[1].common.parent, one, "the interrupted span");
	cr_expect_eq(notes[2].common.flags, 0);
}

Test(assemble, broken_rules_cost_the_record_and_are_named)
{
	struct ring_state *state = &attachment->rings[0];
	const uint32_t id = vspan_site__test__outer.id;

	vspan_end(UINT64_C(12345));
	vspan_end(UINT64_C(1) << VSPAN_ABI_SPAN_RING_SHIFT << 8);
	vspan_site__test__outer.id = 200;
	vspan_begin(test, outer, 1);
	vspan_site__test__outer.id = vspan_site__test__inner.id;
	vspan_begin(test, outer, 1);
	vspan_site__test__outer.id = id;
	drain(0);
	endings_progress(attachment, state);
	cr_expect_eq(state->ring.violations[VIOLATION_SPAN], 2);
	cr_expect_eq(state->ring.violations[VIOLATION_SITE], 1);
	cr_expect_eq(state->ring.violations[VIOLATION_PAYLOAD], 1);
	cr_expect_eq(state->ring.ledger.invalid, 4);
	cr_expect_eq(state->ring.ledger.emitted, 0);
	cr_expect_str_eq(notes[note_count - 1].what, "violation");
}

Test(assemble, times_outside_the_possible_are_moved_and_flagged)
{
	vspan_end(vspan_begin(test, outer, 1));
	drain(0);
	thread_port.counter = 2 * NOW;
	vspan_end(vspan_begin(test, outer, 2));
	drain(0);
	thread_port.counter = 500;
	vspan_end(vspan_begin(test, outer, 3));
	drain(0);
	cr_assert_eq(note_count, 3);
	cr_expect_eq(notes[0].common.flags, 0);
	cr_expect_eq(notes[1].common.ts, NOW);
	cr_expect_eq(notes[1].common.flags, VSPAN_TRACE_FLAG_CLAMPED);
	cr_expect_eq(notes[2].common.ts, NOW);
	cr_expect_eq(notes[2].common.flags, VSPAN_TRACE_FLAG_CLAMPED);
}

Test(assemble, the_watermark_is_the_start_of_the_oldest_open_span)
{
	struct ring_state *state = &attachment->rings[0];
	vspan_t span = vspan_begin(test, outer, 1);

	vspan_end(vspan_begin(test, outer, 2));
	drain(0);
	endings_progress(attachment, state);
	cr_expect_eq(notes[note_count - 1].common.ts, 1000);
	vspan_end(span);
	drain(0);
	endings_progress(attachment, state);
	cr_expect_eq(notes[note_count - 1].common.ts, 1003);
	state->idle_ts = 5000;
	endings_progress(attachment, state);
	cr_expect_eq(notes[note_count - 1].common.ts, 5000);
}

Test(assemble, a_span_that_stays_open_is_told_and_the_watermark_goes_on)
{
	struct ring_state *state = &attachment->rings[0];
	vspan_t span = vspan_begin(test, outer, 1);
	uint64_t start = 1000;

	drain(0);
	state->idle_ts = start + 99999999;
	endings_progress(attachment, state);
	cr_expect_str_eq(notes[note_count - 1].what, "watermark");
	cr_expect_eq(notes[note_count - 1].common.ts, start);
	state->idle_ts = start + 100000000;
	endings_progress(attachment, state);
	cr_assert_str_eq(notes[note_count - 2].what, "open");
	cr_expect_eq(notes[note_count - 2].common.span, span);
	cr_expect_eq(notes[note_count - 2].common.ts, start);
	cr_expect_eq(notes[note_count - 1].common.ts, state->idle_ts);
	endings_tell_open_again(attachment, state);
	cr_expect_str_eq(notes[note_count - 1].what, "open");
	vspan_end(span);
	drain(0);
	cr_expect_str_eq(notes[note_count - 1].what, "close");
	cr_expect_eq(notes[note_count - 1].common.span, span);
	note_count = 0;
	endings_tell_open_again(attachment, state);
	cr_expect_eq(note_count, 0);
}

Test(assemble_apart, a_site_lttng_refuses_is_emitted_by_name)
{
	vspan_t span;

	refuse_providers = true;
	set_up();
	attachment_sync_enables(attachment);
	span = vspan_begin(test, outer, 1);
	vspan_event(test, point, 2);
	vspan_end(span);
	drain(0);
	cr_assert_eq(note_count, 2);
	cr_expect_str_eq(notes[0].what, "generic event");
	cr_expect_str_eq(notes[0].text, "point");
	cr_expect_eq(notes[0].common.span, span);
	cr_expect_str_eq(notes[1].what, "generic span");
	cr_expect_str_eq(notes[1].text, "outer");
}
