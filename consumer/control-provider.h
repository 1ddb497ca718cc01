/* SPDX-License-Identifier: MIT */
/*
 * control-provider.h - the static LTTng-UST provider `vspan`: the control events
 * of trace.h, in its field order. lttng-ust's macros read this file several
 * times. Each tracepoint takes the arguments of its function in control.h;
 * `span` and `event` speak for call sites that have no native event.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER vspan

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "control-provider.h"

#if !defined(VSPAN_CONSUMER_CONTROL_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define VSPAN_CONSUMER_CONTROL_PROVIDER_H

#include <lttng/tracepoint.h>
#include <stdint.h>
#include <vspan/host.h>
#include <vspan/trace.h>
#include "clock.h"
#include "control.h"
#include "provider.h"

/* clang-format off */
LTTNG_UST_TRACEPOINT_ENUM(vspan, status,
	LTTNG_UST_TP_ENUM_VALUES(
		lttng_ust_field_enum_value("unset", VSPAN_ABI_STATUS_UNSET)
		lttng_ust_field_enum_value("ok", VSPAN_ABI_STATUS_OK)
		lttng_ust_field_enum_value("error", VSPAN_ABI_STATUS_ERROR)))

LTTNG_UST_TRACEPOINT_ENUM(vspan, kind,
	LTTNG_UST_TP_ENUM_VALUES(
		lttng_ust_field_enum_value("internal", VSPAN_ABI_SITE_KIND_INTERNAL)
		lttng_ust_field_enum_value("server", VSPAN_ABI_SITE_KIND_SERVER)
		lttng_ust_field_enum_value("client", VSPAN_ABI_SITE_KIND_CLIENT)
		lttng_ust_field_enum_value("producer", VSPAN_ABI_SITE_KIND_PRODUCER)
		lttng_ust_field_enum_value("consumer", VSPAN_ABI_SITE_KIND_CONSUMER)))

LTTNG_UST_TRACEPOINT_ENUM(vspan, reason,
	LTTNG_UST_TP_ENUM_VALUES(
		lttng_ust_field_enum_value("full", VSPAN_TRACE_LOST_FULL)
		lttng_ust_field_enum_value("torn", VSPAN_TRACE_LOST_TORN)
		lttng_ust_field_enum_value("overwritten", VSPAN_TRACE_LOST_OVERWRITTEN)
		lttng_ust_field_enum_value("invalid", VSPAN_TRACE_LOST_INVALID)
		lttng_ust_field_enum_value("resumed", VSPAN_TRACE_LOST_RESUMED)))

LTTNG_UST_TRACEPOINT_EVENT(vspan, attach,
	LTTNG_UST_TP_ARGS(const struct control_attach *, attached),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, attached->vm)
		lttng_ust_field_integer(uint32_t, rings, attached->rings)
		lttng_ust_field_string(name, attached->name)
		lttng_ust_field_integer_hex(uint64_t, identity_high, attached->identity[0])
		lttng_ust_field_integer_hex(uint64_t, identity_low, attached->identity[1])
		lttng_ust_field_integer(uint64_t, counter_hz, attached->counter_hz)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, attach, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, attach, "urn:vspan:1:attach")

LTTNG_UST_TRACEPOINT_EVENT(vspan, detach,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, detach, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, detach, "urn:vspan:1:detach")

LTTNG_UST_TRACEPOINT_EVENT(vspan, epoch,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, uint32_t, number),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer(uint32_t, epoch, number)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, epoch, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, epoch, "urn:vspan:1:epoch")

LTTNG_UST_TRACEPOINT_EVENT(vspan, clock,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, const struct clock *, set),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer(uint64_t, tsc, set->counter0)
		lttng_ust_field_integer(uint64_t, ts, set->ns0)
		lttng_ust_field_integer(uint64_t, error_ns, set->error_ns)
		lttng_ust_field_integer(uint64_t, ratio, set->ratio)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, clock, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, clock, "urn:vspan:1:clock")

LTTNG_UST_TRACEPOINT_EVENT(vspan, lost,
	LTTNG_UST_TP_ARGS(const struct control_lost *, loss),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, loss->vm)
		lttng_ust_field_integer(uint32_t, vcpu, loss->vcpu)
		lttng_ust_field_integer_hex(uint64_t, span, loss->span)
		lttng_ust_field_integer(uint64_t, count, loss->count)
		lttng_ust_field_integer(uint64_t, ts_first, loss->ts_first)
		lttng_ust_field_integer(uint64_t, ts_last, loss->ts_last)
		lttng_ust_field_enum(vspan, reason, uint32_t, reason, loss->reason)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, lost, LTTNG_UST_TRACEPOINT_LOGLEVEL_WARNING)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, lost, "urn:vspan:1:lost")

LTTNG_UST_TRACEPOINT_EVENT(vspan, violation,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, const char *, rule, uint64_t, times,
		uint64_t, slot),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_string(class, rule)
		lttng_ust_field_integer(uint64_t, count, times)
		lttng_ust_field_integer(uint64_t, position, slot)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, violation, LTTNG_UST_TRACEPOINT_LOGLEVEL_WARNING)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, violation, "urn:vspan:1:violation")

LTTNG_UST_TRACEPOINT_EVENT(vspan, watermark,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, uint64_t, ns, uint64_t, slot),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer(uint64_t, ts, ns)
		lttng_ust_field_integer(uint64_t, position, slot)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, watermark, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, watermark, "urn:vspan:1:watermark")

LTTNG_UST_TRACEPOINT_EVENT(vspan, vcpu_enter,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, uint64_t, slot, uint64_t, ns),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer(uint64_t, position, slot)
		lttng_ust_field_integer(uint64_t, ts, ns)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, vcpu_enter, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, vcpu_enter, "urn:vspan:1:vcpu_enter")

LTTNG_UST_TRACEPOINT_EVENT(vspan, vcpu_exit,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, const char *, why, uint64_t, slot,
		uint64_t, ns),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_string(reason, why)
		lttng_ust_field_integer(uint64_t, position, slot)
		lttng_ust_field_integer(uint64_t, ts, ns)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, vcpu_exit, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, vcpu_exit, "urn:vspan:1:vcpu_exit")

LTTNG_UST_TRACEPOINT_EVENT(vspan, vcpu_halt,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, uint64_t, slot, uint64_t, ns),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer(uint64_t, position, slot)
		lttng_ust_field_integer(uint64_t, ts, ns)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, vcpu_halt, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, vcpu_halt, "urn:vspan:1:vcpu_halt")

LTTNG_UST_TRACEPOINT_EVENT(vspan, resume,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, uint64_t, slot, uint64_t, ns),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer(uint64_t, position, slot)
		lttng_ust_field_integer(uint64_t, ts, ns)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, resume, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, resume, "urn:vspan:1:resume")

LTTNG_UST_TRACEPOINT_EVENT(vspan, notice,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, const char *, words),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_string(text, words)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, notice, LTTNG_UST_TRACEPOINT_LOGLEVEL_NOTICE)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, notice, "urn:vspan:1:notice")

LTTNG_UST_TRACEPOINT_EVENT(vspan, message,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, uint64_t, span_id, uint64_t, ns,
		const char *, words),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer_hex(uint64_t, span, span_id)
		lttng_ust_field_integer(uint64_t, ts, ns)
		lttng_ust_field_string(text, words)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, message, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, message, "urn:vspan:1:message")

LTTNG_UST_TRACEPOINT_EVENT(vspan, link,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, uint64_t, span_id, uint64_t, other,
		const uint64_t *, trace_id, uint64_t, ns),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer_hex(uint64_t, span, span_id)
		lttng_ust_field_integer_hex(uint64_t, linked, other)
		lttng_ust_field_integer_hex(uint64_t, trace_high, trace_id[0])
		lttng_ust_field_integer_hex(uint64_t, trace_low, trace_id[1])
		lttng_ust_field_integer(uint64_t, ts, ns)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, link, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, link, "urn:vspan:1:link")

LTTNG_UST_TRACEPOINT_EVENT(vspan, context,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring,
		const struct vspan_trace_context *, caller, uint64_t, slot, uint64_t, ns),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer_hex(uint64_t, trace_high, caller->trace_id[0])
		lttng_ust_field_integer_hex(uint64_t, trace_low, caller->trace_id[1])
		lttng_ust_field_integer_hex(uint64_t, span, caller->span_id)
		lttng_ust_field_integer(uint64_t, position, slot)
		lttng_ust_field_integer(uint64_t, ts, ns)
		lttng_ust_field_integer(uint32_t, host_vm, caller->vm)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, context, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, context, "urn:vspan:1:context")

LTTNG_UST_TRACEPOINT_EVENT(vspan, call,
	LTTNG_UST_TP_ARGS(const struct control_call *, made),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, made->vm)
		lttng_ust_field_integer(uint32_t, vcpu, made->vcpu)
		lttng_ust_field_integer_hex(uint64_t, span, made->span)
		lttng_ust_field_integer_hex(uint32_t, flags, made->flags)
		lttng_ust_field_integer(uint32_t, host_vm, made->host_vm)
		lttng_ust_field_integer_hex(uint64_t, host_span, made->host_span)
		lttng_ust_field_integer(uint64_t, position, made->position)
		lttng_ust_field_integer(uint64_t, ts, made->ts)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, call, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, call, "urn:vspan:1:call")

LTTNG_UST_TRACEPOINT_EVENT(vspan, ledger,
	LTTNG_UST_TP_ARGS(uint32_t, vm_number, uint32_t, ring, uint32_t, number,
		const struct vspan_ledger *, account),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, vm_number)
		lttng_ust_field_integer(uint32_t, vcpu, ring)
		lttng_ust_field_integer(uint32_t, epoch, number)
		lttng_ust_field_integer(uint64_t, attempted, account->attempted)
		lttng_ust_field_integer(uint64_t, emitted, account->emitted)
		lttng_ust_field_integer(uint64_t, discarded_guest, account->discarded_guest)
		lttng_ust_field_integer(uint64_t, discarded_host, account->discarded_host)
		lttng_ust_field_integer(uint64_t, torn, account->torn)
		lttng_ust_field_integer(uint64_t, invalid, account->invalid)
		lttng_ust_field_integer(uint64_t, in_ring, account->in_ring)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, ledger, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, ledger, "urn:vspan:1:ledger")

LTTNG_UST_TRACEPOINT_EVENT(vspan, span,
	LTTNG_UST_TP_ARGS(const struct provider_common *, common, const char *, span_name,
		const char *, provider_name),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, common->vm)
		lttng_ust_field_integer(uint32_t, vcpu, common->vcpu)
		lttng_ust_field_integer_hex(uint64_t, span, common->span)
		lttng_ust_field_integer_hex(uint64_t, parent, common->parent)
		lttng_ust_field_integer(uint64_t, tsc, common->tsc)
		lttng_ust_field_integer(uint64_t, ts, common->ts)
		lttng_ust_field_integer(uint64_t, duration, common->duration)
		lttng_ust_field_enum(vspan, status, uint8_t, status, common->status)
		lttng_ust_field_enum(vspan, kind, uint8_t, kind, common->kind)
		lttng_ust_field_integer_hex(uint32_t, flags, common->flags)
		lttng_ust_field_string(name, span_name)
		lttng_ust_field_string(provider, provider_name)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, span, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, span, VSPAN_TRACE_URI_SPAN)

LTTNG_UST_TRACEPOINT_EVENT(vspan, open,
	LTTNG_UST_TP_ARGS(const struct provider_common *, common, const char *, span_name,
		const char *, provider_name),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, common->vm)
		lttng_ust_field_integer(uint32_t, vcpu, common->vcpu)
		lttng_ust_field_integer_hex(uint64_t, span, common->span)
		lttng_ust_field_integer_hex(uint64_t, parent, common->parent)
		lttng_ust_field_integer(uint64_t, tsc, common->tsc)
		lttng_ust_field_integer(uint64_t, ts, common->ts)
		lttng_ust_field_enum(vspan, kind, uint8_t, kind, common->kind)
		lttng_ust_field_integer_hex(uint32_t, flags, common->flags)
		lttng_ust_field_string(name, span_name)
		lttng_ust_field_string(provider, provider_name)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, open, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, open, "urn:vspan:1:open")

LTTNG_UST_TRACEPOINT_EVENT(vspan, close,
	LTTNG_UST_TP_ARGS(const struct provider_common *, common),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, common->vm)
		lttng_ust_field_integer(uint32_t, vcpu, common->vcpu)
		lttng_ust_field_integer_hex(uint64_t, span, common->span)
		lttng_ust_field_integer(uint64_t, tsc, common->tsc)
		lttng_ust_field_integer(uint64_t, ts, common->ts)
		lttng_ust_field_enum(vspan, status, uint8_t, status, common->status)
		lttng_ust_field_integer_hex(uint32_t, flags, common->flags)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, close, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, close, "urn:vspan:1:close")

LTTNG_UST_TRACEPOINT_EVENT(vspan, event,
	LTTNG_UST_TP_ARGS(const struct provider_common *, common, const char *, event_name,
		const char *, provider_name),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, common->vm)
		lttng_ust_field_integer(uint32_t, vcpu, common->vcpu)
		lttng_ust_field_integer_hex(uint64_t, span, common->span)
		lttng_ust_field_integer(uint64_t, tsc, common->tsc)
		lttng_ust_field_integer(uint64_t, ts, common->ts)
		lttng_ust_field_integer_hex(uint32_t, flags, common->flags)
		lttng_ust_field_string(name, event_name)
		lttng_ust_field_string(provider, provider_name)))
LTTNG_UST_TRACEPOINT_LOGLEVEL(vspan, event, LTTNG_UST_TRACEPOINT_LOGLEVEL_INFO)
LTTNG_UST_TRACEPOINT_MODEL_EMF_URI(vspan, event, VSPAN_TRACE_URI_EVENT)
/* clang-format on */

#endif /* VSPAN_CONSUMER_CONTROL_PROVIDER_H */

#include <lttng/tracepoint-event.h>
