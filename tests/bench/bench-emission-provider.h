/* SPDX-License-Identifier: MIT */
/*
 * bench-emission-provider.h - the fields of bench-emission's spans as static
 * LTTng-UST events: what run-time providers are measured against.
 */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER bench_static

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "bench-emission-provider.h"

#if !defined(VSPAN_BENCH_EMISSION_PROVIDER_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define VSPAN_BENCH_EMISSION_PROVIDER_H

#include <lttng/tracepoint.h>
#include <stdint.h>
#include "provider.h"

/* clang-format off */
LTTNG_UST_TRACEPOINT_ENUM(bench_static, status,
	LTTNG_UST_TP_ENUM_VALUES(
		lttng_ust_field_enum_value("unset", VSPAN_ABI_STATUS_UNSET)
		lttng_ust_field_enum_value("ok", VSPAN_ABI_STATUS_OK)
		lttng_ust_field_enum_value("error", VSPAN_ABI_STATUS_ERROR)))

LTTNG_UST_TRACEPOINT_ENUM(bench_static, kind,
	LTTNG_UST_TP_ENUM_VALUES(
		lttng_ust_field_enum_value("internal", VSPAN_ABI_SITE_KIND_INTERNAL)
		lttng_ust_field_enum_value("server", VSPAN_ABI_SITE_KIND_SERVER)
		lttng_ust_field_enum_value("client", VSPAN_ABI_SITE_KIND_CLIENT)
		lttng_ust_field_enum_value("producer", VSPAN_ABI_SITE_KIND_PRODUCER)
		lttng_ust_field_enum_value("consumer", VSPAN_ABI_SITE_KIND_CONSUMER)))

#define HEAD                                                                        \
	lttng_ust_field_integer(uint32_t, vm, common->vm)                           \
	lttng_ust_field_integer(uint32_t, vcpu, common->vcpu)                       \
	lttng_ust_field_integer_hex(uint64_t, span, common->span)                   \
	lttng_ust_field_integer_hex(uint64_t, parent, common->parent)               \
	lttng_ust_field_integer(uint64_t, tsc, common->tsc)                         \
	lttng_ust_field_integer(uint64_t, ts, common->ts)                           \
	lttng_ust_field_integer(uint64_t, duration, common->duration)               \
	lttng_ust_field_enum(bench_static, status, uint8_t, status, common->status) \
	lttng_ust_field_enum(bench_static, kind, uint8_t, kind, common->kind)       \
	lttng_ust_field_integer_hex(uint32_t, flags, common->flags)

LTTNG_UST_TRACEPOINT_EVENT(bench_static, bare,
	LTTNG_UST_TP_ARGS(const struct provider_common *, common),
	LTTNG_UST_TP_FIELDS(HEAD))

LTTNG_UST_TRACEPOINT_EVENT(bench_static, words,
	LTTNG_UST_TP_ARGS(const struct provider_common *, common,
		uint64_t, address, uint32_t, bytes),
	LTTNG_UST_TP_FIELDS(HEAD
		lttng_ust_field_integer(uint64_t, lba, address)
		lttng_ust_field_integer(uint32_t, length, bytes)))

LTTNG_UST_TRACEPOINT_EVENT(bench_static, text,
	LTTNG_UST_TP_ARGS(const struct provider_common *, common,
		uint64_t, address, uint32_t, bytes, const char *, name),
	LTTNG_UST_TP_FIELDS(HEAD
		lttng_ust_field_integer(uint64_t, lba, address)
		lttng_ust_field_integer(uint32_t, length, bytes)
		lttng_ust_field_string(operation, name)))
/* clang-format on */

#endif /* VSPAN_BENCH_EMISSION_PROVIDER_H */

#include <lttng/tracepoint-event.h>
