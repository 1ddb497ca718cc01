/* SPDX-License-Identifier: MIT */
/*
 * bench-emission.c - one span with three fields of its own, emitted through a
 * run-time provider and through lttng-ust's static macros, turn by turn in one
 * run. Prints nanoseconds an event and the median ratio of their rates. Needs a
 * session that records both: bench-emission.sh makes one.
 */
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wundef"
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "bench-emission-provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 101
#define EVENTS 20000

static const char operation[] = "read-ahead";

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static struct provider_site *provider_make(struct site *site)
{
	struct provider_site *provider = NULL;

	*site = (struct site){
		.kind = VSPAN_ABI_SITE_SPAN,
		.level = VSPAN_ABI_LEVEL_INFO,
		.field_count = 3,
		.provider = "bench",
		.name = "read",
		.fields = {{"lba", VSPAN_ABI_TYPE_U64, 0, 0}, {"length", VSPAN_ABI_TYPE_U32, 0, 0},
			{"operation", VSPAN_ABI_TYPE_STRING, 0, 0}},
	};
	if (provider_site_create(site, &provider) < 0) {
		fprintf(stderr, "bench-emission: lttng-ust refuses the provider\n");
		exit(1);
	}
	return provider;
}

/* Indexing the payload is part of what the consumer does for each record. */
static double runtime_round(const struct provider_site *provider, const struct site *site,
	struct provider_common *common)
{
	static struct payload payload;
	const double start = now_ns();
	uint32_t i;

	for (i = 0; i < EVENTS; i++) {
		payload.word_count = 5;
		payload.words[0] = i;
		payload.words[1] = 4096;
		payload.words[2] = sizeof(operation) - 1;
		memcpy(&payload.words[3], operation, sizeof(operation));
		common->ts = i;
		if (payload_index(&payload, site) < 0)
			exit(1);
		provider_emit_span(provider, common, &payload);
	}
	return (now_ns() - start) / EVENTS;
}

static double static_round(struct provider_common *common)
{
	const double start = now_ns();
	uint32_t i;

	for (i = 0; i < EVENTS; i++) {
		common->ts = i;
		lttng_ust_tracepoint(bench_static, read, common, i, 4096, operation);
	}
	return (now_ns() - start) / EVENTS;
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left;
	const double b = *(const double *)right;

	return (a > b) - (a < b);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), compare);
	return values[ROUNDS / 2];
}

int main(void)
{
	struct provider_common common = {.vm = 1, .vcpu = 2, .span = 3, .duration = 4};
	static double runtime[ROUNDS], macros[ROUNDS], ratio[ROUNDS];
	struct provider_site *provider;
	struct site site;
	uint32_t i;

	provider = provider_make(&site);
	if (!provider_site_enabled(provider) || !lttng_ust_tracepoint_enabled(bench_static, read)) {
		printf("SKIP: no session records vspan_bench:read and bench_static:read (use "
		       "bench-emission.sh)\n");
		provider_site_destroy(provider);
		return 77;
	}
	runtime_round(provider, &site, &common);
	static_round(&common);
	for (i = 0; i < ROUNDS; i++) {
		macros[i] = static_round(&common);
		runtime[i] = runtime_round(provider, &site, &common);
		ratio[i] = macros[i] / runtime[i];
	}
	printf("static macros %.1f ns/event, run-time provider %.1f ns/event, rate ratio %.2f\n",
		median(macros), median(runtime), median(ratio));
	provider_site_destroy(provider);
	return 0;
}
