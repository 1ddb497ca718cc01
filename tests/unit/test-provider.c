/* SPDX-License-Identifier: MIT */
/*
 * test-provider.c - run-time providers without a session daemon: who shares what,
 * what is refused, and, through a stand-in for lttng-ust's ring buffer and
 * interpreter, the exact bytes and filter stack of an event.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <lttng/ust-ringbuffer-context.h>
#include "provider-site.h"

static struct site site;
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

static void begin(uint8_t kind)
{
	memset(&site, 0, sizeof(site));
	memset(&payload, 0, sizeof(payload));
	site.kind = kind;
	site.level = VSPAN_ABI_LEVEL_INFO;
	strcpy(site.provider, "disk");
	strcpy(site.name, "read");
}

static void begin_span(void)
{
	begin(VSPAN_ABI_SITE_SPAN);
}

TestSuite(provider, .init = begin_span);

static void field(const char *name, uint8_t type, uint16_t length)
{
	struct site_field *described = &site.fields[site.field_count++];

	strcpy(described->name, name);
	described->type = type;
	described->length = length;
}

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

static struct provider_site *create(void)
{
	struct provider_site *provider = NULL;

	cr_assert_eq(provider_site_create(&site, &provider), 0);
	return provider;
}

Test(provider, a_span_has_three_events)
{
	struct provider_site *provider = create();

	cr_expect_str_eq(provider->groups[0].name, "vspan_disk");
	cr_expect_str_eq(provider->groups[1].name, "vspanedge_disk");
	cr_expect_str_eq(provider->events[CLASS_SPAN]->name, "read");
	cr_expect_str_eq(provider->events[CLASS_ENTRY]->name, "read_entry");
	cr_expect_str_eq(provider->events[CLASS_EXIT]->name, "read_exit");
	cr_expect_null(provider->events[CLASS_EVENT]);
	cr_expect_not(provider_site_enabled(provider));
	cr_expect_not(provider_site_edges_enabled(provider));
	provider_site_destroy(provider);
	provider_site_destroy(NULL);
}

Test(provider, an_event_has_one)
{
	struct provider_site *provider;

	begin(VSPAN_ABI_SITE_EVENT);
	provider = create();
	cr_expect_str_eq(provider->events[CLASS_EVENT]->name, "read");
	cr_expect_null(provider->events[CLASS_SPAN]);
	cr_expect_null(provider->events[CLASS_ENTRY]);
	cr_expect_eq(provider->group_count, 1);
	cr_expect_not(provider_site_enabled(provider));
	cr_expect_not(provider_site_edges_enabled(provider));
	provider_site_destroy(provider);
}

/* The leading fields are those of trace.h, by name and number. */
Test(provider, leading_fields)
{
	static const char *const wanted[CLASS_COUNT] = {
		[CLASS_SPAN] = "vm vcpu span parent tsc ts duration status kind flags",
		[CLASS_EVENT] = "vm vcpu span tsc ts flags",
		[CLASS_ENTRY] = "vm vcpu span parent tsc ts kind flags",
		[CLASS_EXIT] = "vm vcpu span tsc ts status flags",
	};
	struct provider_site *span = create();
	struct provider_site *event;
	uint32_t class, i;

	begin(VSPAN_ABI_SITE_EVENT);
	strcpy(site.name, "point");
	event = create();
	for (class = 0; class < CLASS_COUNT; class ++) {
		const struct provider_event *of =
			class == CLASS_EVENT ? event->events[class] : span->events[class];
		char names[128] = "";

		for (i = 0; i < of->class.nr_fields; i++) {
			if (i > 0)
				strcat(names, " ");
			strcat(names, of->fields[i]->name);
		}
		cr_expect_str_eq(names, wanted[class]);
		cr_expect_str_eq(*of->desc.model_emf_uri, provider_layouts[class].uri);
		cr_expect_eq(**of->desc.loglevel, VSPAN_ABI_LEVEL_INFO);
	}
	provider_site_destroy(event);
	provider_site_destroy(span);
}

Test(provider, same_description_is_shared)
{
	struct provider_site *one, *two;

	field("lba", VSPAN_ABI_TYPE_U64, 0);
	one = create();
	site.id = 77;
	site.line = 78;
	strcpy(site.file, "elsewhere.c");
	two = create();
	cr_expect_eq(one, two);
	provider_site_destroy(one);
	cr_expect_str_eq(two->events[CLASS_SPAN]->name, "read");
	provider_site_destroy(two);
}

Test(provider, another_description_gets_another_name)
{
	struct provider_site *kept[PROVIDER_VARIANTS_MAX];
	struct provider_site *more = NULL;
	char name[8];
	uint32_t i;

	for (i = 0; i < PROVIDER_VARIANTS_MAX; i++) {
		site.field_count = 0;
		snprintf(name, sizeof(name), "f%u", i);
		field(name, VSPAN_ABI_TYPE_U8, 0);
		kept[i] = create();
	}
	cr_expect_str_eq(kept[0]->events[CLASS_SPAN]->name, "read");
	cr_expect_str_eq(kept[1]->events[CLASS_ENTRY]->name, "read_2_entry");
	cr_expect_str_eq(kept[98]->events[CLASS_EXIT]->name, "read_99_exit");
	site.field_count = 0;
	cr_expect_eq(provider_site_create(&site, &more), -EEXIST);
	provider_site_destroy(kept[5]);
	kept[5] = create();
	cr_expect_str_eq(kept[5]->events[CLASS_SPAN]->name, "read_6", "a freed name is used again");
	for (i = 0; i < PROVIDER_VARIANTS_MAX; i++)
		provider_site_destroy(kept[i]);
}

Test(provider, kind_level_flags_and_length_are_part_of_the_description)
{
	struct provider_site *kept[5];
	uint32_t i, j;

	field("a", VSPAN_ABI_TYPE_U8, 0);
	kept[0] = create();
	site.kind = VSPAN_ABI_SITE_EVENT;
	kept[1] = create();
	site.level = VSPAN_ABI_LEVEL_ERR;
	kept[2] = create();
	site.fields[0].flags = VSPAN_ABI_FIELD_HEX;
	kept[3] = create();
	site.fields[0].length = 2;
	kept[4] = create();
	for (i = 0; i < 5; i++)
		for (j = 0; j < i; j++)
			cr_expect_neq(kept[i], kept[j]);
	for (i = 0; i < 5; i++)
		provider_site_destroy(kept[i]);
}

Test(provider, reserved_field_names_are_refused)
{
	static const char *const names[] = {
		"vm", "vcpu", "span", "parent", "tsc", "ts", "duration", "status", "kind", "flags"};
	struct provider_site *provider = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		site.field_count = 0;
		field("fine", VSPAN_ABI_TYPE_U8, 0);
		field(names[i], VSPAN_ABI_TYPE_U8, 0);
		cr_expect_eq(provider_site_create(&site, &provider), -EINVAL, "%s", names[i]);
	}
	site.field_count = 0;
	field("data", VSPAN_ABI_TYPE_BYTES, 0);
	field("_data_length", VSPAN_ABI_TYPE_U8, 0);
	cr_expect_eq(provider_site_create(&site, &provider), -EINVAL, "hidden length");
	site.fields[0].type = VSPAN_ABI_TYPE_STRING;
	provider_site_destroy(create());
}

Test(provider, the_quota_counts_descriptions)
{
	struct provider_site *one, *shared, *two, *more = NULL;

	cr_assert_eq(provider_count(), 0);
	provider_set_quota(2);
	one = create();
	shared = create();
	cr_expect_eq(provider_count(), 1);
	field("a", VSPAN_ABI_TYPE_U8, 0);
	two = create();
	field("b", VSPAN_ABI_TYPE_U8, 0);
	cr_expect_eq(provider_site_create(&site, &more), -EDQUOT);
	cr_expect_null(more);
	site.field_count = 0;
	provider_site_destroy(create()); /* nothing new */
	provider_site_destroy(one);
	cr_expect_eq(provider_count(), 2, "still shared");
	provider_site_destroy(shared);
	cr_expect_eq(provider_count(), 1);
	site.field_count = 2;
	more = create();
	provider_set_quota(1);
	cr_expect_eq(provider_count(), 2, "a lower quota takes nothing away");
	provider_site_destroy(two);
	provider_site_destroy(more);
	cr_expect_eq(provider_count(), 0);
	cr_expect_eq(provider_site_create(&site, &one), 0);
	provider_set_quota(0);
	cr_expect_eq(provider_site_create(&site, &two), 0, "shared even so");
	provider_site_destroy(one);
	provider_site_destroy(two);
}

Test(provider, the_event_has_a_name)
{
	struct provider_site *one = create(), *two;

	cr_expect_str_eq(provider_site_event(one), "vspan_disk:read");
	field("a", VSPAN_ABI_TYPE_U8, 0);
	two = create();
	cr_expect_str_eq(provider_site_event(two), "vspan_disk:read_2");
	provider_site_destroy(one);
	provider_site_destroy(two);
}

Test(provider, run_time_names_have_no_event)
{
	struct provider_site *provider = NULL;

	field("text", VSPAN_ABI_TYPE_STRING, 0);
	site.named = true;
	cr_expect_eq(provider_site_create(&site, &provider), -EINVAL);
	cr_expect_null(provider);
}

Test(provider, longest_names)
{
	struct provider_site *provider;
	char name[VSPAN_ABI_FIELD_NAME];
	uint32_t i;

	memset(site.provider, 'p', sizeof(site.provider) - 1);
	memset(site.name, 'n', sizeof(site.name) - 1);
	memset(name, 'f', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (i = 0; i < VSPAN_ABI_FIELDS_MAX; i++) {
		name[0] = (char)('a' + i);
		field(name, VSPAN_ABI_TYPE_BYTES, 0);
	}
	provider = create();
	cr_expect_eq(provider->events[CLASS_SPAN]->class.nr_fields, PROVIDER_FIELDS_MAX);
	cr_expect_eq(strlen(provider->events[CLASS_ENTRY]->name), 79 + 6);
	cr_expect_eq(strlen(provider->fields[0].form == FORM_BYTES ? provider->own[0].name : ""),
		strlen("__length") + sizeof(name) - 1);
	provider_site_destroy(provider);
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

Test(provider, an_event_is_its_fields_packed)
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

Test(provider, an_exit_has_no_fields_of_its_own)
{
	struct provider_site *provider;

	describe_mixed();
	provider = create();
	connect(provider->events[CLASS_EXIT], &recording, NULL);
	cr_expect(provider_site_edges_enabled(provider));
	provider_emit_exit(provider, &common);
	cr_expect_eq(taken.events, 1);
	cr_expect_eq(taken.size, 4 + 4 + 8 + 8 + 8 + 1 + 4);
	disconnect(provider->events[CLASS_EXIT]);
	provider_site_destroy(provider);
}

Test(provider, what_is_off_records_nothing)
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

Test(provider, the_filter_sees_every_field)
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

Test(provider, a_notifier_without_capture_needs_no_stack)
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
Test(provider, longest_events)
{
	static const uint8_t types[] = {VSPAN_ABI_TYPE_STRING, VSPAN_ABI_TYPE_BYTES};
	char filler[VSPAN_ABI_STRING_MAX];
	struct provider_site *provider;
	uint32_t shape, i;

	memset(filler, 0x1b, sizeof(filler));
	for (shape = 0; shape < 2; shape++) {
		begin_span();
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
