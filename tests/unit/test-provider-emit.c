/* SPDX-License-Identifier: MIT */
/*
 * test-provider-emit.c - the exact bytes and filter stack of an event, seen through
 * a stand-in for lttng-ust's ring buffer and interpreter.
 */
#include <criterion/criterion.h>
#include <lttng/ust-ringbuffer-context.h>
#include <string.h>
#include "provider-fixture.h"

static struct payload payload;

static const struct provider_common common = {
	.vm = 0x03020100,
	.vcpu = 0x13121110,
	.span = 0x2726252423222120,
	.parent = 0x3736353433323130,
	.tsc = 0x4746454443424140,
	.ts = 0x5756555453525150,
	.duration = 0x6766656463626160,
	.flags = 0x83828180,
	.status = 0x70,
	.kind = 0x78,
};

static void begin_emission(void)
{
	begin_span();
	memset(&payload, 0, sizeof(payload));
}

TestSuite(provider_emit, .init = begin_emission);

static void word(uint64_t value)
{
	payload.words[payload.word_count++] = value;
}

static void text(const char *bytes, size_t length)
{
	word(length);
	memcpy(&payload.words[payload.word_count], bytes, length);
	payload.word_count = (uint16_t)(payload.word_count + (length + 7) / 8);
}

/* ---- a stand-in for what lttng-ust puts behind a tracepoint */

static struct {
	uint8_t bytes[2048];
	size_t size; /* as reserved */
	size_t written;
	int events;
	int notifications;
	char stack[1024];
	enum lttng_ust_event_filter_result verdict;
} taken;

static int take_reserve(struct lttng_ust_ring_buffer_ctx *ctx)
{
	cr_expect_eq(ctx->largest_align, 1);
	taken.size = ctx->data_size;
	taken.written = 0;
	return 0;
}

static void take_write(
	struct lttng_ust_ring_buffer_ctx *ctx, const void *from, size_t size, size_t alignment)
{
	(void)ctx;
	cr_expect_eq(alignment, 1);
	memcpy(taken.bytes + taken.written, from, size);
	taken.written += size;
}

static void take_commit(struct lttng_ust_ring_buffer_ctx *ctx)
{
	(void)ctx;
	cr_expect_eq(taken.written, taken.size);
	taken.events++;
}

static int take_filter(const struct lttng_ust_event_common *event, const char *stack,
	struct lttng_ust_probe_ctx *context, void *unused)
{
	(void)event;
	(void)context;
	(void)unused;
	memcpy(taken.stack, stack, 200);
	return (int)taken.verdict;
}

static void take_notification(const struct lttng_ust_event_notifier *notifier, const char *stack,
	struct lttng_ust_probe_ctx *context, struct lttng_ust_notification_ctx *notification)
{
	(void)notifier;
	(void)context;
	if (notification->eval_capture)
		memcpy(taken.stack, stack, 200);
	taken.notifications++;
}

static struct lttng_ust_session session = {.struct_size = sizeof(session), .active = 1};
static struct lttng_ust_channel_common channel = {
	.struct_size = sizeof(channel), .enabled = 1, .session = &session};
static struct lttng_ust_channel_buffer_ops ops = {
	.struct_size = sizeof(ops),
	.event_reserve = take_reserve,
	.event_commit = take_commit,
	.event_write = take_write,
};
static struct lttng_ust_channel_buffer buffer = {
	.struct_size = sizeof(buffer), .parent = &channel, .ops = &ops};
static struct lttng_ust_event_recorder recorder = {
	.struct_size = sizeof(recorder), .chan = &buffer};
static struct lttng_ust_event_common recording = {
	.struct_size = sizeof(recording),
	.type = LTTNG_UST_EVENT_TYPE_RECORDER,
	.child = &recorder,
	.enabled = 1,
	.run_filter = take_filter,
};
static struct lttng_ust_event_notifier notifier = {
	.struct_size = sizeof(notifier), .notification_send = take_notification};
static struct lttng_ust_event_common notifying = {
	.struct_size = sizeof(notifying),
	.type = LTTNG_UST_EVENT_TYPE_NOTIFIER,
	.child = &notifier,
	.enabled = 1,
	.run_filter = take_filter,
};

static struct lttng_ust_tracepoint_probe probes[3];

static void connect(struct provider_event *event, struct lttng_ust_event_common *one,
	struct lttng_ust_event_common *two)
{
	memset(probes, 0, sizeof(probes));
	probes[0] = (struct lttng_ust_tracepoint_probe){(void (*)(void))provider_probe, one};
	if (two != NULL)
		probes[1] =
			(struct lttng_ust_tracepoint_probe){(void (*)(void))provider_probe, two};
	event->callsite.probes = probes;
	event->callsite.state = 1;
}

static void disconnect(struct provider_event *event)
{
	event->callsite.state = 0;
	event->callsite.probes = NULL;
}

static const uint8_t span_head[] = {0x00, 0x01, 0x02, 0x03, 0x10, 0x11, 0x12, 0x13, 0x20, 0x21,
	0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x40,
	0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57,
	0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x70, 0x78, 0x80, 0x81, 0x82, 0x83};

/* The bytes taken are those of these fields of span_head. */
static void expect_head(const char *names, size_t size)
{
	static const struct {
		const char *name;
		size_t at, size;
	} fields[] = {{"vm", 0, 4}, {"vcpu", 4, 4}, {"span", 8, 8}, {"parent", 16, 8},
		{"tsc", 24, 8}, {"ts", 32, 8}, {"duration", 40, 8}, {"status", 48, 1},
		{"kind", 49, 1}, {"flags", 50, 4}};
	char list[64], *next = list, *name;
	size_t i, at = 0;

	strcpy(list, names);
	while ((name = strsep(&next, " ")) != NULL) {
		for (i = 0; strcmp(fields[i].name, name) != 0; i++)
			cr_assert_lt(i, sizeof(fields) / sizeof(fields[0]) - 1);
		cr_expect_arr_eq(
			taken.bytes + at, span_head + fields[i].at, fields[i].size, "%s", name);
		at += fields[i].size;
	}
	cr_expect_eq(at, size);
	cr_expect_eq(taken.size, size);
}

static void describe_mixed(void)
{
	field("narrow", VSPAN_ABI_TYPE_S16, 0);
	field("text", VSPAN_ABI_TYPE_STRING, 0);
	field("bytes", VSPAN_ABI_TYPE_BYTES, 0);
	field("array", VSPAN_ABI_TYPE_U16, 3);
	field("real", VSPAN_ABI_TYPE_F64, 0);
	field("truth", VSPAN_ABI_TYPE_BOOL, 0);
	word((uint64_t)-2);
	text("a\nb", 3);
	text("\x00\xff", 2);
	word(UINT64_C(0x0003000200010000) >> 16);
	word(0x3ff0000000000000);
	word(256);
	cr_assert_eq(payload_index(&payload, &site), 0);
}

Test(provider_emit, an_event_is_its_fields_packed)
{
	static const uint8_t own[] = {0xfe, 0xff, 'a', '?', 'b', 0, 2, 0, 0x00, 0xff, 1, 0, 2, 0, 3,
		0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 1};
	struct provider_site *provider;

	describe_mixed();
	provider = create();
	provider_emit_span(provider, &common, &payload);
	cr_expect_eq(taken.events, 0, "nobody listens");
	connect(provider->events[CLASS_SPAN], &recording, NULL);
	cr_expect(provider_site_enabled(provider));
	provider_emit_span(provider, &common, &payload);
	cr_assert_eq(taken.events, 1);
	cr_assert_eq(taken.size, sizeof(span_head) + sizeof(own));
	cr_expect_arr_eq(taken.bytes, span_head, sizeof(span_head));
	cr_expect_arr_eq(taken.bytes + sizeof(span_head), own, sizeof(own));
	disconnect(provider->events[CLASS_SPAN]);
	provider_site_destroy(provider);
}

Test(provider_emit, an_exit_has_no_fields_of_its_own)
{
	struct provider_site *provider;

	describe_mixed();
	provider = create();
	connect(provider->events[CLASS_EXIT], &recording, NULL);
	cr_expect(provider_site_edges_enabled(provider));
	provider_emit_exit(provider, &common);
	cr_expect_eq(taken.events, 1);
	expect_head("vm vcpu span tsc ts status flags", 4 + 4 + 8 + 8 + 8 + 1 + 4);
	disconnect(provider->events[CLASS_EXIT]);
	provider_site_destroy(provider);
}

Test(provider_emit, entry_and_event_have_their_leading_fields)
{
	struct provider_site *provider = create();

	connect(provider->events[CLASS_ENTRY], &recording, NULL);
	provider_emit_entry(provider, &common, &payload);
	expect_head("vm vcpu span parent tsc ts kind flags", 4 + 4 + 8 + 8 + 8 + 8 + 1 + 4);
	disconnect(provider->events[CLASS_ENTRY]);
	provider_site_destroy(provider);
	begin(VSPAN_ABI_SITE_EVENT);
	provider = create();
	connect(provider->events[CLASS_EVENT], &recording, NULL);
	provider_emit_event(provider, &common, &payload);
	expect_head("vm vcpu span tsc ts flags", 4 + 4 + 8 + 8 + 8 + 4);
	disconnect(provider->events[CLASS_EVENT]);
	provider_site_destroy(provider);
}

Test(provider_emit, what_is_off_records_nothing)
{
	struct provider_site *provider = create();
	int *const switches[] = {&session.active, &channel.enabled, &recording.enabled};
	size_t i;

	connect(provider->events[CLASS_SPAN], &recording, NULL);
	for (i = 0; i < 3; i++) {
		*switches[i] = 0;
		provider_emit_span(provider, &common, &payload);
		cr_expect_eq(taken.events, 0);
		*switches[i] = 1;
	}
	recording.eval_filter = 1;
	taken.verdict = LTTNG_UST_EVENT_FILTER_REJECT;
	provider_emit_span(provider, &common, &payload);
	cr_expect_eq(taken.events, 0);
	taken.verdict = LTTNG_UST_EVENT_FILTER_ACCEPT;
	provider_emit_span(provider, &common, &payload);
	cr_expect_eq(taken.events, 1);
	disconnect(provider->events[CLASS_SPAN]);
	provider_site_destroy(provider);
}

static uint64_t stack_word(uint32_t index)
{
	uint64_t value;

	memcpy(&value, taken.stack + index * sizeof(value), sizeof(value));
	return value;
}

Test(provider_emit, the_filter_sees_every_field)
{
	struct provider_site *provider;

	describe_mixed();
	provider = create();
	connect(provider->events[CLASS_SPAN], &notifying, &recording);
	notifier.eval_capture = 1;
	provider_emit_span(provider, &common, &payload);
	cr_expect_eq(taken.notifications, 1);
	cr_expect_eq(taken.events, 1, "both listeners are served");
	cr_expect_eq(stack_word(0), common.vm);
	cr_expect_eq(stack_word(6), common.duration);
	cr_expect_eq(stack_word(7), common.status);
	cr_expect_eq(stack_word(8), common.kind);
	cr_expect_eq(stack_word(9), common.flags);
	cr_expect_eq(stack_word(10), (uint64_t)-2);
	cr_expect_eq(stack_word(12), 2, "bytes: length first");
	cr_expect_eq(stack_word(14), 3, "array: elements");
	cr_expect_eq(stack_word(15), (uintptr_t)&payload.words[payload.offset[3]]);
	cr_expect_eq(stack_word(15) % sizeof(uint64_t), 0, "elements are aligned");
	cr_expect_eq(stack_word(16), 0x3ff0000000000000);
	cr_expect_eq(stack_word(17), 1, "a truth is 0 or 1");
	disconnect(provider->events[CLASS_SPAN]);
	provider_site_destroy(provider);
}

Test(provider_emit, a_notifier_without_capture_needs_no_stack)
{
	struct provider_site *provider = create();

	connect(provider->events[CLASS_SPAN], &notifying, NULL);
	provider_emit_span(provider, &common, &payload);
	cr_expect_eq(taken.notifications, 1);
	notifying.enabled = 0;
	provider_emit_span(provider, &common, &payload);
	cr_expect_eq(taken.notifications, 1);
	disconnect(provider->events[CLASS_SPAN]);
	provider_site_destroy(provider);
}

/* The longest records of each shape stay inside the buffers on the stack. */
Test(provider_emit, longest_events)
{
	static const uint8_t types[] = {VSPAN_ABI_TYPE_STRING, VSPAN_ABI_TYPE_BYTES};
	char filler[VSPAN_ABI_STRING_MAX];
	struct provider_site *provider;
	uint32_t shape, i;

	memset(filler, 0x1b, sizeof(filler));
	for (shape = 0; shape < 2; shape++) {
		begin_emission();
		for (i = 0; i < VSPAN_ABI_FIELDS_MAX; i++) {
			char name[8];

			snprintf(name, sizeof(name), "f%u", i);
			field(name, types[shape], 0);
			text(filler, i < 2 ? 240 : i == 2 ? 144 : 0);
		}
		cr_assert_eq(payload.word_count, VSPAN_ABI_RECORD_WORDS_MAX);
		cr_assert_eq(payload_index(&payload, &site), 0);
		provider = create();
		recording.eval_filter = 1;
		connect(provider->events[CLASS_SPAN], &recording, NULL);
		provider_emit_span(provider, &common, &payload);
		cr_expect_eq(taken.size, sizeof(span_head) + 240 + 240 + 144 + 16 * (1 + shape));
		disconnect(provider->events[CLASS_SPAN]);
		provider_site_destroy(provider);
	}
}
