/* SPDX-License-Identifier: MIT */
/*
 * bench-emission-provider.h - the fields of bench-emission's span as a static
 * LTTng-UST event: what run-time providers are measured against.
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
LTTNG_UST_TRACEPOINT_EVENT(bench_static, read,
	LTTNG_UST_TP_ARGS(const struct provider_common *, common,
		uint64_t, address, uint32_t, bytes, const char *, name),
	LTTNG_UST_TP_FIELDS(
		lttng_ust_field_integer(uint32_t, vm, common->vm)
		lttng_ust_field_integer(uint32_t, vcpu, common->vcpu)
		lttng_ust_field_integer_hex(uint64_t, span, common->span)
		lttng_ust_field_integer_hex(uint64_t, parent, common->parent)
		lttng_ust_field_integer(uint64_t, tsc, common->tsc)
		lttng_ust_field_integer(uint64_t, ts, common->ts)
		lttng_ust_field_integer(uint64_t, duration, common->duration)
		lttng_ust_field_integer(uint8_t, status, common->status)
		lttng_ust_field_integer_hex(uint32_t, flags, common->flags)
		lttng_ust_field_integer(uint64_t, lba, address)
		lttng_ust_field_integer(uint32_t, length, bytes)
		lttng_ust_field_string(operation, name)))
/* clang-format on */

#endif /* VSPAN_BENCH_EMISSION_PROVIDER_H */

#include <lttng/tracepoint-event.h>
