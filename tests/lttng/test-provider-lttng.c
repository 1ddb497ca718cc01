/* SPDX-License-Identifier: MIT */
/*
 * test-provider-lttng.c - emits known values through run-time providers; its
 * first argument says which. test-provider-lttng.sh records and compares them.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "control.h"
#include "provider.h"

#define MANY 1000
#define CHURN 200
#define RIVAL_ROUNDS 2000

static struct payload payload;

static void check(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "test-provider-lttng: %s\n", what);
	exit(1);
}

static void site_begin(struct site *site, uint8_t kind, const char *name)
{
	memset(site, 0, sizeof(*site));
	site->kind = kind;
	site->level = VSPAN_ABI_LEVEL_INFO;
	strcpy(site->provider, "test");
	strcpy(site->name, name);
}

static void site_field(struct site *site, const char *name, uint8_t type, uint16_t length)
{
	struct site_field *field = &site->fields[site->field_count++];

	assert(site->field_count <= VSPAN_ABI_FIELDS_MAX);
	strcpy(field->name, name);
	field->type = type;
	field->length = length;
}

static struct provider_site *site_create(const struct site *site)
{
	struct provider_site *provider = NULL;

	check(provider_site_create(site, &provider) == 0, "a provider is refused");
	return provider;
}

static void payload_begin(void)
{
	memset(&payload, 0, sizeof(payload));
}

static void payload_number(uint64_t word)
{
	payload.words[payload.word_count++] = word;
}

static void payload_real(double value)
{
	uint64_t word;

	memcpy(&word, &value, sizeof(word));
	payload_number(word);
}

static void payload_packed(const void *bytes, size_t length)
{
	memcpy(&payload.words[payload.word_count], bytes, length);
	payload.word_count = (uint16_t)(payload.word_count + (length + 7) / 8);
}

static void payload_text(const void *bytes, size_t length)
{
	payload_number(length);
	payload_packed(bytes, length);
}

static const struct provider_common common = {
	.vm = 3,
	.vcpu = 2,
	.span = 0xfedcba9876543210,
	.parent = 0x123,
	.tsc = 1000,
	.ts = 5000000000,
	.duration = 77,
	.flags = 0x41,
	.status = VSPAN_ABI_STATUS_ERROR,
	.kind = VSPAN_ABI_SITE_KIND_CLIENT,
};

static void describe_types(struct site *site, uint8_t kind, const char *name)
{
	site_begin(site, kind, name);
	site_field(site, "a_u8", VSPAN_ABI_TYPE_U8, 0);
	site_field(site, "a_u16", VSPAN_ABI_TYPE_U16, 0);
	site_field(site, "a_u32", VSPAN_ABI_TYPE_U32, 0);
	site_field(site, "a_u64", VSPAN_ABI_TYPE_U64, 0);
	site_field(site, "a_s8", VSPAN_ABI_TYPE_S8, 0);
	site_field(site, "a_s16", VSPAN_ABI_TYPE_S16, 0);
	site_field(site, "a_s32", VSPAN_ABI_TYPE_S32, 0);
	site_field(site, "a_s64", VSPAN_ABI_TYPE_S64, 0);
	site_field(site, "struct", VSPAN_ABI_TYPE_U32, 0);
	site->fields[8].flags = VSPAN_ABI_FIELD_HEX;
	site_field(site, "real", VSPAN_ABI_TYPE_F64, 0);
	site_field(site, "truth", VSPAN_ABI_TYPE_BOOL, 0);
	site_field(site, "text", VSPAN_ABI_TYPE_STRING, 0);
	site_field(site, "bytes", VSPAN_ABI_TYPE_BYTES, 0);
	site_field(site, "u16s", VSPAN_ABI_TYPE_U16, 3);
	site_field(site, "s64s", VSPAN_ABI_TYPE_S64, 2);
	site_field(site, "last", VSPAN_ABI_TYPE_STRING, 0);
}

static void fill_types(const struct site *site)
{
	static const uint16_t u16s[] = {1, 2, 65535};
	static const int64_t s64s[] = {INT64_MIN, 7};

	payload_begin();
	payload_number(UINT64_MAX); /* upper bits are not the value's */
	payload_number(0xffff);
	payload_number(0xffffffff);
	payload_number(UINT64_MAX);
	payload_number((uint64_t)-128);
	payload_number((uint64_t)-32768);
	payload_number((uint64_t)INT64_C(-2147483648));
	payload_number((uint64_t)INT64_MIN);
	payload_number(0xdeadbeef);
	payload_real(-0.5);
	payload_number(1);
	payload_text("na\xc3\xafve \x1b[31m \xe2\x80\xae\xff", 17);
	payload_text("\x00\x7f\xff", 3);
	payload_packed(u16s, sizeof(u16s));
	payload_packed(s64s, sizeof(s64s));
	payload_text("", 0);
	check(payload_index(&payload, site) == 0, "a payload is refused");
}

/* One of each class with every type; a site without fields; one whose name is taken. */
static void emit_types(void)
{
	struct provider_site *span, *event, *plain;
	struct site site;

	describe_types(&site, VSPAN_ABI_SITE_SPAN, "types");
	span = site_create(&site);
	describe_types(&site, VSPAN_ABI_SITE_EVENT, "point");
	event = site_create(&site);
	fill_types(&site);
	provider_emit_entry(span, &common, &payload);
	provider_emit_exit(span, &common);
	provider_emit_span(span, &common, &payload);
	provider_emit_event(event, &common, &payload);

	site_begin(&site, VSPAN_ABI_SITE_SPAN, "plain");
	plain = site_create(&site);
	payload_begin();
	payload.word_count = 1;
	check(payload_index(&payload, &site) == 0, "an empty payload is refused");
	provider_emit_entry(plain, &common, &payload);
	provider_emit_span(plain, &common, &payload);
	provider_site_destroy(plain);
	provider_site_destroy(event);
	provider_site_destroy(span);
}

/* Same name three times: twice the same description, once another. */
static void emit_variants(void)
{
	struct provider_site *one, *same, *other;
	struct site site;

	site_begin(&site, VSPAN_ABI_SITE_EVENT, "twin");
	site_field(&site, "value", VSPAN_ABI_TYPE_U8, 0);
	one = site_create(&site);
	site.line = 99;
	same = site_create(&site);
	payload_begin();
	payload_number(1);
	check(payload_index(&payload, &site) == 0, "a payload is refused");
	provider_emit_event(one, &common, &payload);
	provider_emit_event(same, &common, &payload);

	site_field(&site, "more", VSPAN_ABI_TYPE_U64, 0);
	other = site_create(&site);
	payload_number(2);
	check(payload_index(&payload, &site) == 0, "a payload is refused");
	provider_emit_event(other, &common, &payload);
	provider_site_destroy(one);
	payload.word_count = 1;
	provider_emit_event(same, &common, &payload);
	provider_site_destroy(same);
	provider_site_destroy(other);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* A thousand generated sites, each emitting its own number. */
static void emit_many(void)
{
	static struct provider_site *providers[MANY];
	static struct site site;
	uint64_t start = now_ns();
	char name[32];
	uint32_t i;

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "site_%u", i);
		site_begin(&site, i % 2 ? VSPAN_ABI_SITE_SPAN : VSPAN_ABI_SITE_EVENT, name);
		site_field(&site, "value", VSPAN_ABI_TYPE_U32, 0);
		site_field(&site, "text", VSPAN_ABI_TYPE_STRING, 0);
		providers[i] = site_create(&site);
	}
	fprintf(stderr, "registered %d sites in %.1f us each", MANY,
		(double)(now_ns() - start) / 1000 / MANY);
	for (i = 0; i < MANY; i++) {
		payload_begin();
		payload_number(i);
		snprintf(name, sizeof(name), "number %u", i);
		payload_text(name, strlen(name));
		check(payload_index(&payload, &site) == 0, "a payload is refused");
		check(provider_site_enabled(providers[i]), "a site is not enabled");
		if (i % 2)
			provider_emit_span(providers[i], &common, &payload);
		else
			provider_emit_event(providers[i], &common, &payload);
	}
	start = now_ns();
	for (i = 0; i < MANY; i++)
		provider_site_destroy(providers[i]);
	fprintf(stderr, ", unregistered in %.1f us each\n",
		(double)(now_ns() - start) / 1000 / MANY);
}

static void describe_series(struct site *site)
{
	site_begin(site, VSPAN_ABI_SITE_SPAN, "series");
	site_field(site, "number", VSPAN_ABI_TYPE_U64, 0);
	site_field(site, "minus", VSPAN_ABI_TYPE_S16, 0);
	site_field(site, "real", VSPAN_ABI_TYPE_F64, 0);
	site_field(site, "bytes", VSPAN_ABI_TYPE_BYTES, 0);
	site_field(site, "op", VSPAN_ABI_TYPE_STRING, 0);
	site_field(site, "counts", VSPAN_ABI_TYPE_U32, 3);
	site_field(site, "mask", VSPAN_ABI_TYPE_U32, 0);
	site->fields[6].flags = VSPAN_ABI_FIELD_HEX;
	site_field(site, "truth", VSPAN_ABI_TYPE_BOOL, 0);
	site_field(site, "a_u8", VSPAN_ABI_TYPE_U8, 0);
	site_field(site, "a_u16", VSPAN_ABI_TYPE_U16, 0);
	site_field(site, "a_u32", VSPAN_ABI_TYPE_U32, 0);
	site_field(site, "a_s8", VSPAN_ABI_TYPE_S8, 0);
	site_field(site, "a_s32", VSPAN_ABI_TYPE_S32, 0);
	site_field(site, "a_s64", VSPAN_ABI_TYPE_S64, 0);
	site_field(site, "pair", VSPAN_ABI_TYPE_S16, 2);
	site_field(site, "nibbles", VSPAN_ABI_TYPE_U8, 4);
	site->fields[15].flags = VSPAN_ABI_FIELD_HEX;
}

/* The values of span `i`: each type near its limit, so that a wrong width or sign shows. */
static void fill_series(const struct site *site, uint32_t i)
{
	const int64_t minus = -(int64_t)i;
	const uint32_t counts[3] = {i, i * 1000, i + 1};
	const uint8_t bytes[2] = {(uint8_t)(i + 150), (uint8_t)(i + 151)};
	const int16_t pair[2] = {(int16_t)minus, 1};
	const uint8_t nibbles[4] = {1, 2, 3, (uint8_t)(i + 150)};
	const char *op = i % 10 == 0 ? "write\x1bslow" : "read";

	payload_begin();
	payload_number(i);
	payload_number((uint64_t)minus);
	payload_real((i - 50.0) / 4);
	payload_text(bytes, sizeof(bytes));
	payload_text(op, strlen(op));
	payload_packed(counts, sizeof(counts));
	payload_number(0xffff0000 + i);
	payload_number(i % 2);
	payload_number(UINT8_MAX - 99 + i);
	payload_number(UINT16_MAX - 99 + i);
	payload_number(UINT32_MAX - 99 + i);
	payload_number((uint64_t)minus);
	payload_number((uint64_t)(minus * 20000000));
	payload_number((uint64_t)INT64_MIN + i);
	payload_packed(pair, sizeof(pair));
	payload_packed(nibbles, sizeof(nibbles));
	check(payload_index(&payload, site) == 0, "a payload is refused");
}

/* A hundred spans whose values tell filters apart. */
static void emit_series(void)
{
	struct provider_site *provider;
	struct site site;
	uint32_t i;

	describe_series(&site);
	provider = site_create(&site);
	for (i = 0; i < 100; i++) {
		struct provider_common one = common;

		one.duration = i * 1000;
		one.status = (uint8_t)(i % 3);
		one.kind = (uint8_t)(i % 5);
		fill_series(&site, i);
		provider_emit_span(provider, &one, &payload);
	}
	provider_site_destroy(provider);
}

/* Comes and goes while a session is active: names must stay usable. */
static void emit_churn(void)
{
	struct provider_site *provider;
	struct site site;
	uint32_t i;

	site_begin(&site, VSPAN_ABI_SITE_SPAN, "churn");
	site_field(&site, "value", VSPAN_ABI_TYPE_U32, 0);
	for (i = 0; i < CHURN; i++) {
		provider = site_create(&site);
		payload_begin();
		payload_number(i);
		check(payload_index(&payload, &site) == 0, "a payload is refused");
		provider_emit_span(provider, &common, &payload);
		provider_site_destroy(provider);
	}
}

/* ---- one thread emits while another registers and unregisters */

static struct site rival_site;
static bool rivals_over;

static void rival_emit(const struct provider_site *provider, struct payload *own, uint32_t value)
{
	memset(own, 0, sizeof(*own));
	own->words[0] = value;
	own->word_count = 1;
	check(payload_index(own, &rival_site) == 0, "a payload is refused");
	provider_emit_event(provider, &common, own);
}

static void *rival_emits(void *provider)
{
	static struct payload own;
	const struct timespec pause = {0, 20000};
	uint32_t count;

	for (count = 0; !__atomic_load_n(&rivals_over, __ATOMIC_ACQUIRE); count++) {
		rival_emit(provider, &own, count);
		if (count % 8 == 0)
			nanosleep(&pause, NULL);
	}
	provider_site_destroy(provider);
	printf("%u\n", count);
	return NULL;
}

/*
 * The site another thread emits through is taken and given back, and sites of
 * its LTTng provider and of others come, emit and go, some with edges.
 */
static void emit_rivals(void)
{
	static struct payload own;
	struct provider_site *same, *other;
	struct site site;
	pthread_t thread;
	uint32_t i;

	site_begin(&rival_site, VSPAN_ABI_SITE_EVENT, "rival");
	site_field(&rival_site, "value", VSPAN_ABI_TYPE_U32, 0);
	check(pthread_create(&thread, NULL, rival_emits, site_create(&rival_site)) == 0,
		"no thread");
	for (i = 0; i < RIVAL_ROUNDS; i++) {
		same = site_create(&rival_site);
		site = rival_site;
		snprintf(site.name, sizeof(site.name), "other_%u", i % 3);
		snprintf(site.provider, sizeof(site.provider), "test%s", i % 2 ? "2" : "");
		other = site_create(&site);
		rival_emit(other, &own, i);
		provider_site_destroy(same);
		provider_site_destroy(other);
		site_begin(&site, VSPAN_ABI_SITE_SPAN, "rival_span");
		provider_site_destroy(site_create(&site));
	}
	__atomic_store_n(&rivals_over, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	check(provider_count() == 0, "a provider is left over");
}

/* Each event of the static provider `vspan` that has a function. */
static void emit_control(void)
{
	const struct control_attach attach = {1, 2, "a vm", {0xabc, 0xdef}, 3000000000};
	const struct control_lost lost = {1, 2, 0x33, 4, 5, 6, 1};
	const uint64_t trace_id[2] = {0x1111, 0x2222};
	const struct vspan_trace_context context = {
		.trace_id = {0x1111, 0x2222}, .span_id = 0x33, .vm = 6};
	const struct control_call call = {1, 2, 0x33, 0x80, 6, 0x44, 4, 5};
	const struct vspan_ledger ledger = {10, 4, 1, 2, 3, 0, 0, 7, 8, 9, 11, 12, 13};

	check(control_attach_enabled(), "vspan:attach is not enabled");
	control_attach(&attach);
	control_detach(1);
	control_epoch(1, 2, 3);
	control_clock(
		1, 2, &(struct clock){.counter0 = 30, .ns0 = 40, .error_ns = 50, .ratio = 60});
	control_lost(&lost);
	control_violation(1, 2, "kind", 3, 4);
	control_watermark(1, 2, 3, 4);
	control_vcpu_enter(1, 2, 3, 4);
	control_vcpu_exit(1, 2, "halt", 3, 4);
	control_vcpu_halt(1, 2, 3, 4);
	control_resume(1, 2, 3, 4);
	control_notice(1, "quota reached");
	control_message(1, 2, 0x33, 4, "went wrong");
	control_link(1, 2, 0x33, 0x44, trace_id, 5);
	control_context(1, 2, &context, 4, 5);
	control_call(&call);
	control_span(&common, "run-time name", "named");
	control_event(&common, "run-time name", "named");
	control_ledger(1, 2, 3, &ledger);
}

static void wait_enabled(const struct provider_site *provider, bool wanted)
{
	uint32_t tries;

	for (tries = 0; tries < 1000 && provider_site_enabled(provider) != wanted; tries++)
		usleep(10000);
	check(provider_site_enabled(provider) == wanted, "enabling did not reach the application");
}

static void emit_value(const struct provider_site *provider, const struct site *site, char value)
{
	payload_begin();
	payload_number((uint8_t)value);
	check(payload_index(&payload, site) == 0, "a payload is refused");
	provider_emit_event(provider, &common, &payload);
	printf("emitted\n");
	fflush(stdout);
}

/*
 * Lives while its standard input does and obeys it, a letter a line: `e` waits
 * until the site is enabled, `d` until it is not; a digit is emitted.
 */
static void obey(void)
{
	struct provider_site *provider, *debug;
	struct site site;
	char line[16];

	site_begin(&site, VSPAN_ABI_SITE_SPAN, "listed");
	site.level = VSPAN_ABI_LEVEL_DEBUG;
	debug = site_create(&site);
	site_begin(&site, VSPAN_ABI_SITE_EVENT, "obeyed");
	site.level = VSPAN_ABI_LEVEL_ERR;
	site_field(&site, "value", VSPAN_ABI_TYPE_U8, 0);
	provider = site_create(&site);
	printf("ready\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (line[0] == 'e' || line[0] == 'd') {
			wait_enabled(provider, line[0] == 'e');
			printf("done\n");
			fflush(stdout);
		} else {
			emit_value(provider, &site, line[0]);
		}
	}
	provider_site_destroy(provider);
	provider_site_destroy(debug);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} modes[] = {{"types", emit_types}, {"variants", emit_variants}, {"many", emit_many},
		{"series", emit_series}, {"churn", emit_churn}, {"control", emit_control},
		{"rivals", emit_rivals}, {"obey", obey}};
	size_t i;

	for (i = 0; argc == 2 && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[1], modes[i].name) == 0) {
			modes[i].run();
			return 0;
		}
	}
	fprintf(stderr, "usage: %s types|variants|many|series|churn|rivals|control|obey\n",
		argv[0]);
	return 2;
}
