/* SPDX-License-Identifier: MIT */
/*
 * test-verbs.c - guest/verbs.c and what guest/attach.c says of call sites, seen
 * from the host: kinds, and names known only at run time.
 */
#include <criterion/criterion.h>
#include <string.h>
#include "payload.h"
#include "ring.h"
#include "thread-port.h"

VSPAN_SPAN(test, call, VSPAN_LEVEL_DEBUG | VSPAN_KIND_CLIENT, (u64, number));
VSPAN_EVENT(test, point, VSPAN_LEVEL_ALERT);

static struct vspan_region *region;
static struct ring ring;
static struct batch batch;
static struct site site;

static void set_up(void)
{
	const struct vspan_region_options options = {
		.ring_count = 1, .ring_size = VSPAN_ABI_RING_SIZE_MIN};

	thread_port = (struct thread_port){.counter = 1000};
	cr_assert_eq(vspan_region_create(&options, &region, NULL), 0);
	thread_port_attach(region);
	ring_attach(&ring, region, 0);
}

static void tear_down(void)
{
	vspan_region_close(region);
}

TestSuite(verbs, .init = set_up, .fini = tear_down);

/* Reads the call site of that name into `site`. */
static void find(const char *provider, const char *name)
{
	uint32_t id, count;

	cr_assert_eq(guest_hello_read(region, &count), 0);
	for (id = 0; id < count; id++) {
		cr_assert_eq(site_read(region_site(region, id), id, &site), 0);
		if (strcmp(site.provider, provider) == 0 && strcmp(site.name, name) == 0)
			return;
	}
	cr_assert_fail("no call site %s:%s", provider, name);
}

Test(verbs, level_and_kind_arrive)
{
	find("test", "call");
	cr_expect_eq(site.level, VSPAN_ABI_LEVEL_DEBUG);
	cr_expect_eq(site.span_kind, VSPAN_ABI_SITE_KIND_CLIENT);
	cr_expect_not(site.named);
	find("test", "point");
	cr_expect_eq(site.level, VSPAN_ABI_LEVEL_ALERT);
	cr_expect_eq(site.span_kind, VSPAN_ABI_SITE_KIND_INTERNAL);
}

static void expect_name(const struct record *record, const char *name)
{
	struct payload payload = {.word_count = record->word_count};
	const char *bytes;
	uint32_t length;

	cr_assert_eq(record->site, site.id);
	memcpy(payload.words, &batch.words[record->first_word], record->word_count * 8u);
	cr_assert_eq(payload_index(&payload, &site), 0);
	bytes = payload_bytes(&payload, &site, 0, &length);
	cr_expect_eq(length, strlen(name));
	cr_expect_arr_eq(bytes, name, length);
}

Test(verbs, names_known_only_at_run_time)
{
	vspan_t span = vspan_begin_named("parse config");

	cr_expect_neq(span, 0);
	vspan_event_named("cache miss");
	vspan_end(span);
	cr_assert_eq(ring_read(&ring, RING_COMMITTED, 0, 0, &batch), 3);
	find("named", "span");
	cr_expect(site.named);
	cr_expect_eq(site.kind, VSPAN_ABI_SITE_SPAN);
	cr_expect_eq(batch.records[0].kind, VSPAN_ABI_KIND_BEGIN);
	expect_name(&batch.records[0], "parse config");
	find("named", "event");
	cr_expect(site.named);
	cr_expect_eq(site.kind, VSPAN_ABI_SITE_EVENT);
	cr_expect_eq(batch.records[1].kind, VSPAN_ABI_KIND_EVENT);
	expect_name(&batch.records[1], "cache miss");
	cr_expect_eq(batch.words[batch.records[2].first_word], span);
}
