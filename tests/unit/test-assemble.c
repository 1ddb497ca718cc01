/* SPDX-License-Identifier: MIT */
/*
 * test-assemble.c - records become spans: parents, endings, fields, losses. The
 * real guest writer and reader in front, a notebook in place of LTTng behind.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <vspan/trace.h>
#include "assemble.h"
#include "control.h"
#include "endings.h"
#include "postmortem.h"
#include "thread-port.h"

VSPAN_SPAN(test, outer, VSPAN_LEVEL_INFO, (u64, number));
VSPAN_SPAN(test, inner, VSPAN_LEVEL_INFO, (u32, length), (str, name));
VSPAN_EVENT(test, point, VSPAN_LEVEL_INFO, (u64, number));

/* ---- the notebook: what would have gone to LTTng, in order */

struct note {
	char what[16];
	struct provider_common common;
	struct payload payload;
	char text[64];
	struct control_lost lost;
};

static struct note notes[4096];
static uint32_t note_count;

static struct note *note(const char *what)
{
	struct note *next = &notes[note_count++ % 4096];

	memset(next, 0, sizeof(*next));
	strncpy(next->what, what, sizeof(next->what) - 1);
	return next;
}

struct provider_site {
	uint32_t id;
};

static bool refuse_providers;

int provider_site_create(const struct site *site, struct provider_site **out)
{
	if (refuse_providers)
		return -EEXIST;
	*out = calloc(1, sizeof(**out));
	(*out)->id = site->id;
	return 0;
}

void provider_site_destroy(struct provider_site *provider)
{
	free(provider);
}

bool provider_site_enabled(const struct provider_site *provider)
{
	return provider != NULL;
}

bool provider_site_edges_enabled(const struct provider_site *provider)
{
	return provider != NULL;
}

static void note_event(const char *what, const struct provider_site *provider,
	const struct provider_common *common, const struct payload *payload)
{
	struct note *next = note(what);

	next->common = *common;
	if (payload != NULL)
		next->payload = *payload;
	(void)provider;
}

void provider_emit_span(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	note_event("span", provider, common, payload);
}

void provider_emit_entry(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	(void)provider, (void)common, (void)payload;
}

void provider_emit_exit(const struct provider_site *provider, const struct provider_common *common)
{
	(void)provider, (void)common;
}

void provider_emit_event(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	note_event("event", provider, common, payload);
}

bool control_span_enabled(void)
{
	return true;
}

bool control_event_enabled(void)
{
	return true;
}

static void note_generic(const char *what, const struct provider_common *common, const char *name)
{
	struct note *next = note(what);

	next->common = *common;
	strncpy(next->text, name, sizeof(next->text) - 1);
}

void control_span(const struct provider_common *common, const char *name, const char *provider)
{
	(void)provider;
	note_generic("generic span", common, name);
}

void control_event(const struct provider_common *common, const char *name, const char *provider)
{
	(void)provider;
	note_generic("generic event", common, name);
}

void control_lost(const struct control_lost *lost)
{
	note("lost")->lost = *lost;
}

void control_message(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t ts, const char *text)
{
	struct note *next = note("message");

	(void)vm, (void)vcpu, (void)ts;
	next->common.span = span;
	strncpy(next->text, text, sizeof(next->text) - 1);
}

void control_link(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t linked,
	const uint64_t trace_id[2], uint64_t ts)
{
	struct note *next = note("link");

	(void)vm, (void)vcpu, (void)trace_id, (void)ts;
	next->common.span = span;
	next->common.parent = linked;
}

void control_watermark(uint32_t vm, uint32_t vcpu, uint64_t ts, uint64_t position)
{
	(void)vm, (void)vcpu, (void)position;
	note("watermark")->common.ts = ts;
}

void control_open(const struct provider_common *common, const char *name, const char *provider)
{
	(void)name, (void)provider;
	note("open")->common = *common;
}

void control_close(const struct provider_common *common)
{
	note("close")->common = *common;
}

void control_violation(
	uint32_t vm, uint32_t vcpu, const char *name, uint64_t count, uint64_t position)
{
	(void)vm, (void)vcpu, (void)count, (void)position;
	strncpy(note("violation")->text, name, 15);
}

void control_context(uint32_t vm, uint32_t vcpu, const struct vspan_trace_context *context,
	uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)context, (void)position, (void)ts;
}

void control_call(const struct control_call *call)
{
	struct note *next = note("call");

	next->common.span = call->host_span;
	next->common.parent = call->span;
	next->common.flags = call->flags;
	next->common.vm = call->host_vm;
}

void control_attach(const struct control_attach *attach)
{
	(void)attach;
}

void control_epoch(uint32_t vm, uint32_t vcpu, uint32_t epoch)
{
	(void)vm, (void)vcpu, (void)epoch;
}

void control_clock(uint32_t vm, uint32_t vcpu, const struct clock *clock)
{
	(void)vm, (void)vcpu, (void)clock;
}

void control_ledger(uint32_t vm, uint32_t vcpu, uint32_t epoch, const struct vspan_ledger *ledger)
{
	(void)vm, (void)vcpu, (void)epoch, (void)ledger;
}

static uint32_t notices;

void control_resume(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)ts;
	note("resume")->common.span = position;
}

void control_notice(uint32_t vm, const char *text)
{
	(void)vm, (void)text;
	notices++;
}

/* ---- the rig */

static struct vspan_region *region;
static struct vspan_attachment *attachment;
static struct batch batch;

#define NOW UINT64_C(1000000000)

static void set_up_mode(uint32_t mode)
{
	struct vspan_region_options options = {
		.ring_count = 2, .ring_size = VSPAN_ABI_RING_SIZE_MIN, .mode = mode};

	thread_port = (struct thread_port){.counter = 1000};
	thread_port_ring = 0;
	cr_assert_eq(vspan_region_create(&options, &region, NULL), 0);
	thread_port_attach(region);
	attachment = attachment_create(region, 7);
	/* One tick is one nanosecond. */
	attachment->clock = (struct clock){.ratio = UINT64_C(1) << CLOCK_RATIO_SHIFT};
	attachment_learn_sites(attachment);
}

static void set_up(void)
{
	set_up_mode(VSPAN_ABI_MODE_DISCARD);
}

static void tear_down(void)
{
	attachment_destroy(attachment);
	vspan_region_close(region);
}

static void drain(uint32_t ring)
{
	struct ring_state *state = &attachment->rings[ring];

	do {
		ring_read(&state->ring, RING_COMMITTED, 0, UINT64_MAX, &batch);
		assemble_batch(attachment, state, &batch, NOW);
		ring_release(&state->ring, &batch);
	} while (batch.next != batch.from);
}

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

Test(assemble, the_hosts_context_is_the_parent_of_the_outermost_from_its_position_on)
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
Test(assemble, a_nested_call_is_below_the_hosts_span_and_not_below_what_is_open_around_it)
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

Test(assemble, what_a_call_left_open_is_no_parent_after_its_return)
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

Test(assemble, a_call_without_a_context_is_below_what_is_open_around_it)
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

Test(assemble, a_host_span_without_a_guest_span_is_below_the_context)
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

Test(assemble, ends_that_were_lost_in_a_call_are_those_of_its_spans)
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

Test(assemble, a_loss_is_told_where_it_was_and_lost_ends_close_the_innermost)
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

Test(assemble, open_spans_of_a_dead_writer_are_aborted_innermost_first)
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

Test(assemble, what_a_dead_writer_left_open_ends_where_its_ring_is_reclaimed)
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

Test(assemble, a_loss_at_the_very_end_is_told_by_the_host)
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

Test(assemble, the_table_of_open_spans_is_bounded_by_eviction)
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

Test(assemble_apart, after_an_overwritten_gap_nothing_stale_becomes_a_parent)
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

Test(assemble_apart, what_was_overwritten_is_not_lost_in_what_came_afterwards)
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
Test(assemble, a_postmortem_reads_nothing_of_earlier_epochs)
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
