/* SPDX-License-Identifier: MIT */
/*
 * control-provider.c - instantiates the static provider `vspan`: lttng-ust's
 * macros turn control-provider.h into probes, descriptors and tracepoints here,
 * and nowhere else. control.c fires them.
 */

/* The code the macros expand to is not written for these warnings. */
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wundef"

#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "control-provider.h"
