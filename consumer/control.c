/* SPDX-License-Identifier: MIT */
/* control.c - fires the tracepoints of the static provider `vspan`. */
#include "control.h"

/* The code the macros expand to is not written for this warning. */
#pragma GCC diagnostic ignored "-Wpedantic"
#include "control-provider.h"

bool control_attach_enabled(void)
{
	return lttng_ust_tracepoint_enabled(vspan, attach);
}

void control_attach(const struct control_attach *attach)
{
	lttng_ust_tracepoint(vspan, attach, attach);
}

void control_detach(uint32_t vm)
{
	lttng_ust_tracepoint(vspan, detach, vm);
}

void control_epoch(uint32_t vm, uint32_t vcpu, uint32_t epoch)
{
	lttng_ust_tracepoint(vspan, epoch, vm, vcpu, epoch);
}

void control_clock(uint32_t vm, uint32_t vcpu, const struct clock *clock)
{
	lttng_ust_tracepoint(vspan, clock, vm, vcpu, clock);
}

void control_lost(const struct control_lost *lost)
{
	lttng_ust_tracepoint(vspan, lost, lost);
}

void control_violation(
	uint32_t vm, uint32_t vcpu, const char *name, uint64_t count, uint64_t position)
{
	lttng_ust_tracepoint(vspan, violation, vm, vcpu, name, count, position);
}

void control_watermark(uint32_t vm, uint32_t vcpu, uint64_t ts, uint64_t position)
{
	lttng_ust_tracepoint(vspan, watermark, vm, vcpu, ts, position);
}

void control_open(const struct provider_common *common, const char *name, const char *provider)
{
	lttng_ust_tracepoint(vspan, open, common, name, provider);
}

void control_close(const struct provider_common *common)
{
	lttng_ust_tracepoint(vspan, close, common);
}

void control_vcpu_enter(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	lttng_ust_tracepoint(vspan, vcpu_enter, vm, vcpu, position, ts);
}

void control_vcpu_exit(
	uint32_t vm, uint32_t vcpu, const char *reason, uint64_t position, uint64_t ts)
{
	lttng_ust_tracepoint(vspan, vcpu_exit, vm, vcpu, reason, position, ts);
}

void control_vcpu_halt(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	lttng_ust_tracepoint(vspan, vcpu_halt, vm, vcpu, position, ts);
}

void control_resume(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts)
{
	lttng_ust_tracepoint(vspan, resume, vm, vcpu, position, ts);
}

void control_notice(uint32_t vm, const char *text)
{
	lttng_ust_tracepoint(vspan, notice, vm, text);
}

void control_message(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t ts, const char *text)
{
	lttng_ust_tracepoint(vspan, message, vm, vcpu, span, ts, text);
}

void control_link(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t linked,
	const uint64_t trace_id[2], uint64_t ts)
{
	lttng_ust_tracepoint(vspan, link, vm, vcpu, span, linked, trace_id, ts);
}

void control_context(uint32_t vm, uint32_t vcpu, const struct vspan_trace_context *context,
	uint64_t position, uint64_t ts)
{
	lttng_ust_tracepoint(vspan, context, vm, vcpu, context, position, ts);
}

void control_call(const struct control_call *call)
{
	lttng_ust_tracepoint(vspan, call, call);
}

void control_ledger(uint32_t vm, uint32_t vcpu, uint32_t epoch, const struct vspan_ledger *ledger)
{
	lttng_ust_tracepoint(vspan, ledger, vm, vcpu, epoch, ledger);
}

bool control_span_enabled(void)
{
	return lttng_ust_tracepoint_enabled(vspan, span);
}

bool control_event_enabled(void)
{
	return lttng_ust_tracepoint_enabled(vspan, event);
}

void control_span(const struct provider_common *common, const char *name, const char *provider)
{
	lttng_ust_tracepoint(vspan, span, common, name, provider);
}

void control_event(const struct provider_common *common, const char *name, const char *provider)
{
	lttng_ust_tracepoint(vspan, event, common, name, provider);
}
