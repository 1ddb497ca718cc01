/* SPDX-License-Identifier: MIT */
/* nested-notes.c - see nested-notes.h; what the test does not look at is not kept. */
#include "nested-notes.h"

#include <stdlib.h>
#include <string.h>
#include "control.h"

struct notes notes;

struct provider_site {
	int unused;
};

static struct provider_site the_provider;

int provider_site_create(const struct site *site, struct provider_site **out)
{
	(void)site;
	*out = &the_provider;
	return 0;
}

void provider_site_destroy(struct provider_site *provider)
{
	(void)provider;
}

bool provider_site_enabled(const struct provider_site *provider)
{
	return provider != NULL;
}

bool provider_site_edges_enabled(const struct provider_site *provider)
{
	(void)provider;
	return false;
}

static void note(bool is_event, const struct provider_common *common, const struct payload *payload)
{
	struct note *next = &notes.note[notes.count];

	if (notes.count++ >= NOTES_MAX)
		abort();
	next->is_event = is_event;
	next->common = *common;
	next->value = payload_word(payload, 0);
	next->number = payload->word_count > 1 ? payload_word(payload, 1) : 0;
}

void provider_emit_span(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	(void)provider;
	note(false, common, payload);
}

void provider_emit_event(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	(void)provider;
	note(true, common, payload);
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

void control_lost(const struct control_lost *lost)
{
	notes.lost += lost->count;
}

void control_message(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t ts, const char *text)
{
	(void)vm, (void)vcpu, (void)span, (void)ts, (void)text;
	notes.messages++;
}

void control_link(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t linked,
	const uint64_t trace_id[2], uint64_t ts)
{
	(void)vm, (void)vcpu, (void)span, (void)linked, (void)trace_id, (void)ts;
	notes.links++;
}

void control_violation(
	uint32_t vm, uint32_t vcpu, const char *name, uint64_t count, uint64_t position)
{
	(void)vm, (void)vcpu, (void)name, (void)count, (void)position;
}

bool control_span_enabled(void)
{
	return false;
}

bool control_event_enabled(void)
{
	return false;
}

void control_span(const struct provider_common *common, const char *name, const char *provider)
{
	(void)common, (void)name, (void)provider;
}

void control_event(const struct provider_common *common, const char *name, const char *provider)
{
	(void)common, (void)name, (void)provider;
}

void control_watermark(uint32_t vm, uint32_t vcpu, uint64_t ts, uint64_t position)
{
	(void)vm, (void)vcpu, (void)ts, (void)position;
}

void control_open(const struct provider_common *common, const char *name, const char *provider)
{
	(void)common, (void)name, (void)provider;
}

void control_close(const struct provider_common *common)
{
	(void)common;
}

void control_context(uint32_t vm, uint32_t vcpu, const struct vspan_trace_context *context,
	uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)context, (void)position, (void)ts;
}

void control_call(const struct control_call *call)
{
	(void)call;
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
	(void)vm, (void)vcpu, (void)position, (void)ts;
}

void control_notice(uint32_t vm, const char *text)
{
	(void)vm, (void)text;
}
