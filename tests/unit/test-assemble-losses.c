/* SPDX-License-Identifier: MIT */
/*
 * test-assemble-losses.c - what spans become of which the end is missing: records
 * lost, overwritten or evicted, a writer or a host that died.
 */
#include <criterion/criterion.h>
#include <vspan/guest.h>
#include <vspan/trace.h>
#include "assemble-notes.h"
#include "endings.h"
#include "postmortem.h"

VSPAN_SPAN(test, outer, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_EVENT(test, point, VSPAN_LEVEL_INFO, (u64, number));

TestSuite(assemble_losses, .init = set_up, .fini = tear_down);
/* Those that set up by themselves. */
TestSuite(assemble_losses_apart, .fini = tear_down);

Test(assemble_losses, a_loss_is_told_where_it_was_and_lost_ends_close_the_innermost)
{
	/* The head-room takes a loss report of two slots and the ends that still fit. */
	const uint32_t lost_ends = 200 - (VSPAN_ABI_HEADROOM_SLOTS - 2);
	vspan_t outer = vspan_begin(test, outer, 1);
	vspan_t open[200];
	uint32_t i;

	for (i = 0; i < 200; i++)
		open[i] = vspan_begin(test, outer, 100u + i);
	while (region_writer(region, 0)->discarded == 0)
		vspan_event(test, point, 9);
	for (i = 200; i > 0; i--)
		vspan_end(open[i - 1]);
	drain(0);
	note_count = 0;
	vspan_event(test, point, 5);
	drain(0);
	cr_assert_eq(note_count, lost_ends + 2);
	cr_expect_eq(notes[0].common.flags, VSPAN_TRACE_FLAG_END_LOST);
	cr_expect_eq(notes[0].common.span, open[lost_ends - 1]);
	cr_expect_str_eq(notes[lost_ends].what, "lost");
	cr_expect_eq(notes[lost_ends].lost.count, lost_ends);
	cr_expect_eq(notes[lost_ends].lost.span, outer);
	cr_expect_eq(notes[lost_ends + 1].common.span, outer, "the event belongs to what is left");
	vspan_end(outer);
	drain(0);
	cr_expect_eq(attachment->rings[0].ring.ledger.violations, 0);
}

Test(assemble_losses, open_spans_of_a_dead_writer_are_aborted_innermost_first)
{
	struct ring_state *state = &attachment->rings[0];
	vspan_t outer = vspan_begin(test, outer, 1);
	vspan_t inner = vspan_begin(test, outer, 2);

	drain(0);
	cr_expect_eq(note_count, 0);
	endings_close(attachment, state);
	cr_assert_eq(note_count, 2);
	cr_expect_eq(notes[0].common.span, inner);
	cr_expect_eq(notes[1].common.span, outer);
	cr_expect_eq(notes[1].common.flags, VSPAN_TRACE_FLAG_ABORTED);
	cr_expect_eq(notes[1].common.duration, 1, "until the last known time");
	cr_expect_eq(state->ring.ledger.aborted, 2);
}

Test(assemble_losses, what_a_dead_writer_left_open_ends_where_its_ring_is_reclaimed)
{
	struct ring_state *state = &attachment->rings[0];
	vspan_t outer = vspan_begin(test, outer, 1);
	vspan_t next;

	cr_assert(vspan_writer_reclaim(&vspan_writers[0]));
	next = vspan_begin(test, outer, 2);
	vspan_end(next);
	vspan_end(outer);
	drain(0);
	cr_assert_eq(note_count, 2);
	cr_expect_eq(notes[0].common.span, outer);
	cr_expect_eq(notes[0].common.flags, VSPAN_TRACE_FLAG_ABORTED);
	cr_expect_eq(notes[0].common.duration, 0, "nothing was heard of it after its begin");
	cr_expect_eq(notes[1].common.span, next);
	cr_expect_eq(notes[1].common.parent, 0, "the dead one is nobody's parent");
	cr_expect_eq(state->ring.ledger.violations, 0, "an end that comes too late is no lie");
	cr_expect_eq(state->ring.ledger.discarded_host, 1);
}

Test(assemble_losses, a_loss_at_the_very_end_is_told_by_the_host)
{
	struct ring_state *state = &attachment->rings[0];
	uint32_t i;

	for (i = 0; i < 3000; i++)
		vspan_event(test, point, i);
	drain(0);
	note_count = 0;
	ring_close(&state->ring);
	endings_close(attachment, state);
	cr_assert_eq(note_count, 1);
	cr_expect_str_eq(notes[0].what, "lost");
	cr_expect_eq(notes[0].lost.reason, VSPAN_TRACE_LOST_FULL);
	cr_expect_eq(notes[0].lost.count, 3000 - state->ring.ledger.emitted);
}

Test(assemble_losses, the_table_of_open_spans_is_bounded_by_eviction)
{
	struct ring_state *state = &attachment->rings[0];
	uint32_t i;

	for (i = 0; i < SPANS_MAX + 10; i++) {
		vspan_begin(test, outer, i);
		if (i % 256 == 0)
			drain(0);
	}
	drain(0);
	cr_expect_eq(note_count, 10);
	cr_expect_eq(notes[0].common.flags, VSPAN_TRACE_FLAG_EVICTED);
	cr_expect_eq(payload_word(&notes[0].payload, 0), 0);
	cr_expect_eq(state->spans.count, SPANS_MAX);
}

Test(assemble_losses_apart, after_an_overwritten_gap_nothing_stale_becomes_a_parent)
{
	uint32_t i;

	set_up_mode(VSPAN_ABI_MODE_OVERWRITE);
	vspan_begin(test, outer, 1);
	drain(0);
	for (i = 0; i < 5000; i++)
		vspan_event(test, point, i);
	drain(0);
	cr_expect_str_eq(notes[0].what, "span");
	cr_expect_eq(notes[0].common.flags, VSPAN_TRACE_FLAG_END_LOST);
	cr_expect_str_eq(notes[1].what, "lost");
	cr_expect_eq(notes[1].lost.reason, VSPAN_TRACE_LOST_OVERWRITTEN);
	cr_expect_str_eq(notes[2].what, "event");
	cr_expect_eq(notes[2].common.span, 0);
}

Test(assemble_losses_apart, what_was_overwritten_is_not_lost_in_what_came_afterwards)
{
	uint32_t i;

	set_up_mode(VSPAN_ABI_MODE_OVERWRITE);
	for (i = 0; i < 5000; i++)
		vspan_event(test, point, i);
	vspan_begin(test, outer, 1);
	drain(0);
	note_count = 0;
	ring_close(&attachment->rings[0].ring);
	endings_close(attachment, &attachment->rings[0]);
	cr_expect_str_eq(notes[0].what, "lost");
	cr_expect_eq(notes[0].lost.reason, VSPAN_TRACE_LOST_OVERWRITTEN);
	cr_expect_gt(notes[0].lost.count, 0);
	cr_expect_eq(notes[0].lost.span, 0);
	cr_expect_str_eq(notes[1].what, "span");
	cr_expect_eq(notes[1].common.flags, VSPAN_TRACE_FLAG_ABORTED);
}

/* A guest went back to a snapshot in which `before` was open; then its host died. */
Test(assemble_losses, a_postmortem_reads_nothing_of_earlier_epochs)
{
	const struct postmortem_options options = {.all = true, .clock = attachment->clock};
	struct ring_state *state = &attachment->rings[0];
	static struct postmortem postmortem;
	vspan_t before = vspan_begin(test, outer, 1), span;
	uint32_t i;

	vspan_begin(test, outer, 2);
	drain(0);
	ring_close(&state->ring);
	endings_close(attachment, state);
	state->dead = true;
	attachment_restart_ring(attachment, state);
	note_count = 0;
	span = vspan_begin(test, outer, 3);
	vspan_end(before);
	vspan_end(span);
	drain(0);
	cr_assert_eq(note_count, 1);
	cr_expect_eq(notes[0].common.parent, 0, "what was open is nobody's parent");
	note_count = 0;
	cr_assert_eq(postmortem_open(&postmortem, region, &options, NULL), 0);
	while (postmortem_read(&postmortem))
		;
	postmortem_end(&postmortem, 0);
	cr_expect_str_eq(notes[0].what, "span");
	cr_expect_eq(notes[0].common.span, span);
	for (i = 1; i < note_count; i++)
		cr_expect_str_eq(notes[i].what, "watermark", "no other span, and no loss");
	cr_expect_eq(postmortem.attachment->rings[0].ring.ledger.torn, 0);
	cr_expect_eq(postmortem.attachment->rings[0].ring.ledger.attempted, 3);
	cr_expect_eq(postmortem.attachment->rings[0].ring.ledger.discarded_host, 1);
	cr_expect_eq(postmortem.attachment->rings[0].ring.ledger.violations, 0);
	postmortem_close(&postmortem);
}
