/* SPDX-License-Identifier: MIT */
/*
 * emit-control.c - control.h as this plugin has it: each control event as a
 * message, with the fields consumer/control-provider.h gives it.
 */
#include "control.h"

#include <stdarg.h>
#include <string.h>
#include <vspan/trace.h>
#include "clock.h"
#include "emitter.h"
#include "provider.h"

#define WORD(field)                         \
	{                                   \
		.name = (field), .bits = 32 \
	}
#define LONG(field)                         \
	{                                   \
		.name = (field), .bits = 64 \
	}
#define HEX(field)                                               \
	{                                                        \
		.name = (field), .bits = 64, .hexadecimal = true \
	}
#define TEXT(field)             \
	{                       \
		.name = (field) \
	}
#define INFO BT_EVENT_CLASS_LOG_LEVEL_INFO

static const char *const reason_labels[] = {
	"", "full", "torn", "overwritten", "invalid", "resumed", NULL};

static const struct control_class rules[CONTROL_COUNT] = {
	[CONTROL_ATTACH] = {"vspan:attach", "urn:vspan:1:attach", INFO,
		{WORD("vm"), WORD("rings"), TEXT("name"), HEX("identity_high"), HEX("identity_low"),
			LONG("counter_hz")}},
	[CONTROL_DETACH] = {"vspan:detach", "urn:vspan:1:detach", INFO, {WORD("vm")}},
	[CONTROL_EPOCH] = {"vspan:epoch", "urn:vspan:1:epoch", INFO,
		{WORD("vm"), WORD("vcpu"), WORD("epoch")}},
	[CONTROL_CLOCK] = {"vspan:clock", "urn:vspan:1:clock", INFO,
		{WORD("vm"), WORD("vcpu"), LONG("tsc"), LONG("ts"), LONG("error_ns"),
			LONG("ratio")}},
	[CONTROL_LOST] = {"vspan:lost", "urn:vspan:1:lost", BT_EVENT_CLASS_LOG_LEVEL_WARNING,
		{WORD("vm"), WORD("vcpu"), HEX("span"), LONG("count"), LONG("ts_first"),
			LONG("ts_last"), {.name = "reason", .bits = 32, .labels = reason_labels}}},
	[CONTROL_VIOLATION] = {"vspan:violation", "urn:vspan:1:violation",
		BT_EVENT_CLASS_LOG_LEVEL_WARNING,
		{WORD("vm"), WORD("vcpu"), TEXT("class"), LONG("count"), LONG("position")}},
	[CONTROL_WATERMARK] = {"vspan:watermark", "urn:vspan:1:watermark", INFO,
		{WORD("vm"), WORD("vcpu"), LONG("ts"), LONG("position")}},
	[CONTROL_OPEN] = {"vspan:open", "urn:vspan:1:open", INFO,
		{WORD("vm"), WORD("vcpu"), HEX("span"), HEX("parent"), LONG("tsc"), LONG("ts"),
			{.name = "kind", .bits = 8, .labels = kind_labels},
			{.name = "flags", .bits = 32, .hexadecimal = true}, TEXT("name"),
			TEXT("provider")}},
	[CONTROL_CLOSE] = {"vspan:close", "urn:vspan:1:close", INFO,
		{WORD("vm"), WORD("vcpu"), HEX("span"), LONG("tsc"), LONG("ts"),
			{.name = "status", .bits = 8, .labels = status_labels},
			{.name = "flags", .bits = 32, .hexadecimal = true}}},
	[CONTROL_NOTICE] = {"vspan:notice", "urn:vspan:1:notice", BT_EVENT_CLASS_LOG_LEVEL_NOTICE,
		{WORD("vm"), TEXT("text")}},
	[CONTROL_MESSAGE] = {"vspan:message", "urn:vspan:1:message", INFO,
		{WORD("vm"), WORD("vcpu"), HEX("span"), LONG("ts"), TEXT("text")}},
	[CONTROL_LINK] = {"vspan:link", "urn:vspan:1:link", INFO,
		{WORD("vm"), WORD("vcpu"), HEX("span"), HEX("linked"), HEX("trace_high"),
			HEX("trace_low"), LONG("ts")}},
	[CONTROL_CONTEXT] = {"vspan:context", "urn:vspan:1:context", INFO,
		{WORD("vm"), WORD("vcpu"), HEX("trace_high"), HEX("trace_low"), HEX("span"),
			LONG("position"), LONG("ts"), WORD("host_vm")}},
	[CONTROL_LEDGER] = {"vspan:ledger", "urn:vspan:1:ledger", INFO,
		{WORD("vm"), WORD("vcpu"), WORD("epoch"), LONG("attempted"), LONG("emitted"),
			LONG("discarded_guest"), LONG("discarded_host"), LONG("torn"),
			LONG("invalid"), LONG("in_ring")}},
	[CONTROL_SPAN] = {"vspan:span", VSPAN_TRACE_URI_SPAN, INFO,
		{WORD("vm"), WORD("vcpu"), HEX("span"), HEX("parent"), LONG("tsc"), LONG("ts"),
			LONG("duration"), {.name = "status", .bits = 8, .labels = status_labels},
			{.name = "kind", .bits = 8, .labels = kind_labels},
			{.name = "flags", .bits = 32, .hexadecimal = true}, TEXT("name"),
			TEXT("provider")}},
	[CONTROL_EVENT] = {"vspan:event", VSPAN_TRACE_URI_EVENT, INFO,
		{WORD("vm"), WORD("vcpu"), HEX("span"), LONG("tsc"), LONG("ts"),
			{.name = "flags", .bits = 32, .hexadecimal = true}, TEXT("name"),
			TEXT("provider")}},
};

/* The members' values, in their order: uint64_t, or const char *. */
static void add(enum control_index index, uint64_t time, ...)
{
	struct emitter *emitter = emitter_used();
	const struct control_class *rule = &rules[index];
	bt_field *payload;
	va_list values;

	if (!emitter->controls[index])
		emitter->controls[index] = classes_make_control(&emitter->classes, rule);
	payload = emitter_add(emitter, emitter->controls[index], time);
	if (!payload)
		return;
	va_start(values, time);
	for (uint32_t i = 0; i < CONTROL_MEMBERS_MAX && rule->members[i].name; i++) {
		bt_field *field = bt_field_structure_borrow_member_field_by_index(payload, i);

		if (rule->members[i].bits)
			bt_field_integer_unsigned_set_value(field, va_arg(values, uint64_t));
		else if (bt_field_string_set_value(field, va_arg(values, const char *)) !=
			BT_FIELD_STRING_SET_VALUE_STATUS_OK)
			emitter->failed = true;
	}
	va_end(values);
}

/* For what has no time of its own: as late as what came before. */
#define NO_TIME UINT64_C(0)
#define U64(value) ((uint64_t)(value))

void control_attach(const struct control_attach *attach)
{
	add(CONTROL_ATTACH, NO_TIME, U64(attach->vm), U64(attach->rings), attach->name,
		attach->identity[0], attach->identity[1], attach->counter_hz);
}

void control_detach(uint32_t vm)
{
	add(CONTROL_DETACH, NO_TIME, U64(vm));
}

void control_epoch(uint32_t vm, uint32_t vcpu, uint32_t epoch)
{
	add(CONTROL_EPOCH, NO_TIME, U64(vm), U64(vcpu), U64(epoch));
}

/* Its time may be the present's: later than all events. */
void control_clock(uint32_t vm, uint32_t vcpu, const struct clock *clock)
{
	add(CONTROL_CLOCK, NO_TIME, U64(vm), U64(vcpu), clock->counter0, clock->ns0,
		clock->error_ns, clock->ratio);
}

void control_lost(const struct control_lost *lost)
{
	add(CONTROL_LOST, lost->ts_last, U64(lost->vm), U64(lost->vcpu), lost->span, lost->count,
		lost->ts_first, lost->ts_last, U64(lost->reason));
}

void control_violation(
	uint32_t vm, uint32_t vcpu, const char *name, uint64_t count, uint64_t position)
{
	add(CONTROL_VIOLATION, NO_TIME, U64(vm), U64(vcpu), name, count, position);
}

void control_watermark(uint32_t vm, uint32_t vcpu, uint64_t ts, uint64_t position)
{
	add(CONTROL_WATERMARK, NO_TIME, U64(vm), U64(vcpu), ts, position);
}

void control_open(const struct provider_common *common, const char *name, const char *provider)
{
	add(CONTROL_OPEN, NO_TIME, U64(common->vm), U64(common->vcpu), common->span, common->parent,
		common->tsc, common->ts, U64(common->kind), U64(common->flags), name, provider);
}

void control_close(const struct provider_common *common)
{
	add(CONTROL_CLOSE, common->ts, U64(common->vm), U64(common->vcpu), common->span,
		common->tsc, common->ts, U64(common->status), U64(common->flags));
}

void control_notice(uint32_t vm, const char *text)
{
	add(CONTROL_NOTICE, NO_TIME, U64(vm), text);
}

void control_message(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t ts, const char *text)
{
	add(CONTROL_MESSAGE, ts, U64(vm), U64(vcpu), span, ts, text);
}

void control_link(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t linked,
	const uint64_t trace_id[2], uint64_t ts)
{
	add(CONTROL_LINK, ts, U64(vm), U64(vcpu), span, linked, trace_id[0], trace_id[1], ts);
}

void control_context(uint32_t vm, uint32_t vcpu, const struct vspan_trace_context *context,
	uint64_t position, uint64_t ts)
{
	add(CONTROL_CONTEXT, ts, U64(vm), U64(vcpu), context->trace_id[0], context->trace_id[1],
		context->span_id, position, ts, U64(context->vm));
}

/* What the host did is not in the region. */
void control_call(const struct control_call *call)
{
	(void)call;
}

void control_ledger(uint32_t vm, uint32_t vcpu, uint32_t epoch, const struct vspan_ledger *ledger)
{
	add(CONTROL_LEDGER, NO_TIME, U64(vm), U64(vcpu), U64(epoch), ledger->attempted,
		ledger->emitted, ledger->discarded_guest, ledger->discarded_host, ledger->torn,
		ledger->invalid, ledger->in_ring);
}

bool control_span_enabled(void)
{
	return true;
}

bool control_event_enabled(void)
{
	return true;
}

void control_span(const struct provider_common *common, const char *name, const char *provider)
{
	add(CONTROL_SPAN, common->ts + common->duration, U64(common->vm), U64(common->vcpu),
		common->span, common->parent, common->tsc, common->ts, common->duration,
		U64(common->status), U64(common->kind), U64(common->flags), name, provider);
}

void control_event(const struct provider_common *common, const char *name, const char *provider)
{
	add(CONTROL_EVENT, common->ts, U64(common->vm), U64(common->vcpu), common->span,
		common->tsc, common->ts, U64(common->flags), name, provider);
}
