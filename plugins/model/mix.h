/* SPDX-License-Identifier: MIT */
/*
 * mix.h - numbers that look like any others, made from ids, for formats in which
 * a span or a track is known by one number among all VMs. The same trace gives
 * the same numbers.
 */
#ifndef VSPAN_PLUGINS_MODEL_MIX_H
#define VSPAN_PLUGINS_MODEL_MIX_H

#include <stdint.h>

/* One to one, and each bit of the number changes about half of the result's. */
static inline uint64_t mix_number(uint64_t number)
{
	number = (number ^ number >> 33) * UINT64_C(0xff51afd7ed558ccd);
	number = (number ^ number >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return number ^ number >> 33;
}

/* Of several numbers in order, one after the other; begin with 0 or a salt. */
static inline uint64_t mix_add(uint64_t mixed, uint64_t number)
{
	return mix_number(mixed ^ (number + UINT64_C(0x9e3779b97f4a7c15)));
}

/* 0 means "none" wherever these go. */
static inline uint64_t mix_not_zero(uint64_t mixed)
{
	return mixed ? mixed : 1;
}

/* A span among the spans of all VMs; one to one within a VM. */
static inline uint64_t mix_span(uint32_t vm, uint64_t span)
{
	return mix_not_zero(mix_add(mix_add(0, vm), span));
}

#endif /* VSPAN_PLUGINS_MODEL_MIX_H */
