/* SPDX-License-Identifier: MIT */
/*
 * script.c - what is behind provider.h and control.h here: each emission becomes a
 * line of a trace written as text, which source.vspantest.script plays, in the
 * order in which LTTng would have had them.
 */
#include "script.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <vspan/trace.h>
#include "clock.h"
#include "control.h"
#include "provider.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static FILE *script;
static uint64_t latest;

void script_open(FILE *file)
{
	script = file;
}

__attribute__((format(printf, 2, 3))) static void line(const char *verb, const char *format, ...)
{
	va_list arguments;
	uint64_t now;

	pthread_mutex_lock(&lock);
	now = clock_now_ns();
	latest = now > latest ? now : latest;
	fprintf(script, "%s at=%" PRIu64 " ", verb, latest);
	va_start(arguments, format);
	vfprintf(script, format, arguments);
	va_end(arguments);
	fputc('\n', script);
	pthread_mutex_unlock(&lock);
}

struct provider_site {
	struct site site;
};

int provider_site_create(const struct site *site, struct provider_site **out)
{
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		abort();
	(*out)->site = *site;
	return 0;
}

void provider_site_destroy(struct provider_site *provider)
{
	free(provider);
}

void provider_set_quota(uint32_t sites)
{
	(void)sites;
}

const char *provider_site_event(const struct provider_site *provider)
{
	(void)provider;
	return "";
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

void provider_emit_span(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	line("span",
		"name=%s:%s vm=%u vcpu=%u span=0x%" PRIx64 " parent=0x%" PRIx64 " tsc=%" PRIu64
		" ts=%" PRIu64 " duration=%" PRIu64 " flags=%u n=%" PRIu64,
		provider->site.provider, provider->site.name, common->vm, common->vcpu,
		common->span, common->parent, common->tsc, common->ts, common->duration,
		common->flags, payload->words[payload->offset[0]]);
}

void provider_emit_event(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	line("event",
		"name=%s:%s vm=%u vcpu=%u span=0x%" PRIx64 " tsc=%" PRIu64 " ts=%" PRIu64
		" flags=%u n=%" PRIu64,
		provider->site.provider, provider->site.name, common->vm, common->vcpu,
		common->span, common->tsc, common->ts, common->flags,
		payload->words[payload->offset[0]]);
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

bool control_attach_enabled(void)
{
	return false;
}

void control_attach(const struct control_attach *attach)
{
	line("attach", "vm=%u rings=%u name=\"%s\"", attach->vm, attach->rings, attach->name);
}

void control_detach(uint32_t vm)
{
	line("detach", "vm=%u", vm);
}

void control_epoch(uint32_t vm, uint32_t vcpu, uint32_t epoch)
{
	line("epoch", "vm=%u vcpu=%u epoch=%u", vm, vcpu, epoch);
}

void control_clock(uint32_t vm, uint32_t vcpu, const struct clock *clock)
{
	line("clock", "vm=%u vcpu=%u tsc=%" PRIu64 " ts=%" PRIu64 " error_ns=0 ratio=0", vm, vcpu,
		clock->counter0, clock->ns0);
}

void control_watermark(uint32_t vm, uint32_t vcpu, uint64_t ts, uint64_t position)
{
	line("watermark", "vm=%u vcpu=%u ts=%" PRIu64 " position=%" PRIu64, vm, vcpu, ts, position);
}

void control_open(const struct provider_common *common, const char *name, const char *provider)
{
	line("open",
		"vm=%u vcpu=%u span=0x%" PRIx64 " parent=0x%" PRIx64 " tsc=%" PRIu64 " ts=%" PRIu64
		" kind=0 flags=%u name=\"%s\" provider=\"%s\"",
		common->vm, common->vcpu, common->span, common->parent, common->tsc, common->ts,
		common->flags, name, provider);
}

void control_close(const struct provider_common *common)
{
	line("close",
		"vm=%u vcpu=%u span=0x%" PRIx64 " tsc=%" PRIu64 " ts=%" PRIu64 " status=0 flags=%u",
		common->vm, common->vcpu, common->span, common->tsc, common->ts, common->flags);
}

void control_vcpu_enter(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	line("vcpu_enter", "vm=%u vcpu=%u position=%" PRIu64 " ts=%" PRIu64, vm, vcpu, position,
		ts);
}

void control_vcpu_exit(
	uint32_t vm, uint32_t vcpu, const char *reason, uint64_t position, uint64_t ts)
{
	line("vcpu_exit", "vm=%u vcpu=%u reason=\"%s\" position=%" PRIu64 " ts=%" PRIu64, vm, vcpu,
		reason, position, ts);
}

void control_vcpu_halt(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	line("vcpu_halt", "vm=%u vcpu=%u position=%" PRIu64 " ts=%" PRIu64, vm, vcpu, position, ts);
}

void control_context(uint32_t vm, uint32_t vcpu, const struct vspan_trace_context *context,
	uint64_t position, uint64_t ts)
{
	line("context",
		"vm=%u vcpu=%u trace_high=0x%" PRIx64 " trace_low=0x%" PRIx64 " span=0x%" PRIx64
		" position=%" PRIu64 " ts=%" PRIu64 " host_vm=%u",
		vm, vcpu, context->trace_id[0], context->trace_id[1], context->span_id, position,
		ts, context->vm);
}

void control_call(const struct control_call *call)
{
	line("call",
		"vm=%u vcpu=%u span=0x%" PRIx64 " flags=%u host_vm=%u host_span=0x%" PRIx64
		" position=%" PRIu64 " ts=%" PRIu64,
		call->vm, call->vcpu, call->span, call->flags, call->host_vm, call->host_span,
		call->position, call->ts);
}

/* What these patterns never bring about. */
static void never(const char *what)
{
	fprintf(stderr, "calls: unexpected %s\n", what);
	abort();
}

void control_lost(const struct control_lost *lost)
{
	(void)lost;
	never("loss");
}

void control_violation(
	uint32_t vm, uint32_t vcpu, const char *name, uint64_t count, uint64_t position)
{
	(void)vm, (void)vcpu, (void)count, (void)position;
	never(name);
}

void control_resume(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	(void)vm, (void)vcpu, (void)position, (void)ts;
	never("resume");
}

void control_notice(uint32_t vm, const char *text)
{
	(void)vm;
	never(text);
}

void control_message(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t ts, const char *text)
{
	(void)vm, (void)vcpu, (void)span, (void)ts;
	never(text);
}

void control_link(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t linked,
	const uint64_t trace_id[2], uint64_t ts)
{
	(void)vm, (void)vcpu, (void)span, (void)linked, (void)trace_id, (void)ts;
	never("link");
}

void control_ledger(uint32_t vm, uint32_t vcpu, uint32_t epoch, const struct vspan_ledger *ledger)
{
	(void)vm, (void)vcpu, (void)epoch, (void)ledger;
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
	(void)common, (void)provider;
	never(name);
}

void control_event(const struct provider_common *common, const char *name, const char *provider)
{
	(void)common, (void)provider;
	never(name);
}
