/* SPDX-License-Identifier: MIT */
/* assemble-notes.c - see assemble-notes.h. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vspan/trace.h>
#include "assemble.h"
#include "assemble-notes.h"
#include "thread-port.h"

struct note notes[NOTES_MAX];
uint32_t note_count;

static struct note *note(const char *what)
{
	struct note *next = &notes[note_count++ % NOTES_MAX];

	memset(next, 0, sizeof(*next));
	strncpy(next->what, what, sizeof(next->what) - 1);
	return next;
}

/* ---- in place of provider.c */

struct provider_site {
	uint32_t id;
};

bool refuse_providers;

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

void control_resume(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)ts;
	note("resume")->common.span = position;
}

void control_notice(uint32_t vm, const char *text)
{
	(void)vm, (void)text;
}

/* ---- the rig */

struct vspan_region *region;
struct vspan_attachment *attachment;
static struct batch batch;

void set_up_mode(uint32_t mode)
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

void set_up(void)
{
	set_up_mode(VSPAN_ABI_MODE_DISCARD);
}

void tear_down(void)
{
	attachment_destroy(attachment);
	vspan_region_close(region);
}

void drain(uint32_t ring)
{
	struct ring_state *state = &attachment->rings[ring];

	do {
		ring_read(&state->ring, RING_COMMITTED, 0, UINT64_MAX, &batch);
		assemble_batch(attachment, state, &batch, NOW);
		ring_release(&state->ring, &batch);
	} while (batch.next != batch.from);
}
