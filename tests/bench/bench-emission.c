/* SPDX-License-Identifier: MIT */
/*
 * bench-emission.c - finished spans with no, two and three fields of their own,
 * emitted through a run-time provider and through lttng-ust's static macros with
 * the same fields, turn by turn in one run. Prints nanoseconds an event, the
 * median ratio of the rates, and whether run-time providers keep up. Needs a
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
#define EVENTS 10000

static const char operation[] = "read-ahead";
static struct provider_common common = {.vm = 1,
	.vcpu = 2,
	.span = 3,
	.duration = 4,
	.status = VSPAN_ABI_STATUS_OK,
	.kind = VSPAN_ABI_SITE_KIND_CLIENT};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void static_bare(void)
{
	uint32_t i;

	for (i = 0; i < EVENTS; i++) {
		common.ts = i;
		lttng_ust_tracepoint(bench_static, bare, &common);
	}
}

static void static_words(void)
{
	uint32_t i;

	for (i = 0; i < EVENTS; i++) {
		common.ts = i;
		lttng_ust_tracepoint(bench_static, words, &common, i, 4096);
	}
}

static void static_text(void)
{
	uint32_t i;

	for (i = 0; i < EVENTS; i++) {
		common.ts = i;
		lttng_ust_tracepoint(bench_static, text, &common, i, 4096, operation);
	}
}

static struct shape {
	const char *name;
	uint8_t field_count;
	uint16_t word_count;
	void (*static_round)(void);
	struct site site;
	struct provider_site *provider;
} shapes[] = {
	{"bare", 0, 1, static_bare, {0}, NULL}, /* a record has at least one word */
	{"words", 2, 2, static_words, {0}, NULL},
	{"text", 3, 5, static_text, {0}, NULL},
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* Indexing the payload is part of what the consumer does for each record. */
static void runtime_round(const struct shape *shape)
{
	static struct payload payload;
	uint32_t i;

	for (i = 0; i < EVENTS; i++) {
		payload.word_count = shape->word_count;
		payload.words[0] = i;
		payload.words[1] = 4096;
		payload.words[2] = sizeof(operation) - 1;
		memcpy(&payload.words[3], operation, sizeof(operation));
		common.ts = i;
		if (payload_index(&payload, &shape->site) < 0)
			exit(1);
		provider_emit_span(shape->provider, &common, &payload);
	}
}

static void shape_make(struct shape *shape)
{
	static const struct site_field fields[] = {{"lba", VSPAN_ABI_TYPE_U64, 0, 0},
		{"length", VSPAN_ABI_TYPE_U32, 0, 0}, {"operation", VSPAN_ABI_TYPE_STRING, 0, 0}};

	shape->site = (struct site){.kind = VSPAN_ABI_SITE_SPAN,
		.level = VSPAN_ABI_LEVEL_INFO,
		.field_count = shape->field_count,
		.provider = "bench"};
	strcpy(shape->site.name, shape->name);
	memcpy(shape->site.fields, fields, sizeof(fields));
	if (provider_site_create(&shape->site, &shape->provider) < 0) {
		fprintf(stderr, "bench-emission: lttng-ust refuses the provider\n");
		exit(1);
	}
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

static double timed_static(const struct shape *shape)
{
	const double start = now_ns();

	shape->static_round();
	return (now_ns() - start) / EVENTS;
}

static double timed_runtime(const struct shape *shape)
{
	const double start = now_ns();

	runtime_round(shape);
	return (now_ns() - start) / EVENTS;
}

/* Who goes first changes from round to round; the first round warms up. */
static void shape_measure(const struct shape *shape)
{
	static double runtime[ROUNDS], macros[ROUNDS], ratio[ROUNDS];
	double middle;
	int i;

	for (i = -1; i < ROUNDS; i++) {
		const int at = i < 0 ? 0 : i;

		if (at % 2 == 0)
			macros[at] = timed_static(shape);
		runtime[at] = timed_runtime(shape);
		if (at % 2 != 0)
			macros[at] = timed_static(shape);
		ratio[at] = macros[at] / runtime[at];
	}
	middle = median(ratio);
	printf("%-5s  static macros %.1f ns/event, run-time provider %.1f ns/event, "
	       "rate ratio %.2f: %s\n",
		shape->name, median(macros), median(runtime), middle,
		middle >= 1.0 ? "as fast or faster" : "SLOWER");
}

int main(void)
{
	uint32_t i;

	for (i = 0; i < SHAPES; i++)
		shape_make(&shapes[i]);
	if (!provider_site_enabled(shapes[0].provider) ||
		!lttng_ust_tracepoint_enabled(bench_static, bare)) {
		printf("SKIP: no session records vspan_bench:* and bench_static:* (use "
		       "bench-emission.sh)\n");
		return 77;
	}
	for (i = 0; i < SHAPES; i++)
		shape_measure(&shapes[i]);
	for (i = 0; i < SHAPES; i++)
		provider_site_destroy(shapes[i].provider);
	return 0;
}
