/* SPDX-License-Identifier: MIT */
/*
 * mix.h - numbers that look like any others, made from ids, for formats in which
 * a span or a track is known by one number among all VMs. The same trace gives
 * the same numbers.
 */
#ifndef VSPAN_PLUGINS_MODEL_MIX_H
#define VSPAN_PLUGINS_MODEL_MIX_H

#include <stdint.h>
#include <vspan/trace.h>

/* See trace.h. */
static inline uint64_t mix_number(uint64_t number)
{
	return vspan_trace_mix(number);
}

/* Of several numbers in order, one after the other; begin with 0 or a salt. */
static inline uint64_t mix_add(uint64_t mixed, uint64_t number)
{
	return vspan_trace_mix_add(mixed, number);
}

/* 0 means "none" wherever these go. */
static inline uint64_t mix_not_zero(uint64_t mixed)
{
	return mixed ? mixed : 1;
}

/* A span among the spans of all VMs; one to one within a VM. */
static inline uint64_t mix_span(uint32_t vm, uint64_t span)
{
	return vspan_trace_span_id(vm, span);
}

#endif /* VSPAN_PLUGINS_MODEL_MIX_H */
