/* SPDX-License-Identifier: MIT */
/* test-status.c - what host.h tells of attachments, rings and call sites (status.c, site-info.c).
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include "region.h"
#include "thread-port.h"

VSPAN_SPAN(test, work, VSPAN_LEVEL_INFO, (u64, number), (str, text));
VSPAN_EVENT(test, tick, VSPAN_LEVEL_DEBUG, (u64, number));

static struct vspan_region *region;
static struct vspan_consumer *consumer;
static struct vspan_attachment *attachment;

static void set_up(void)
{
	const struct vspan_region_options options = {
		.name = "vm", .ring_count = 2, .ring_size = VSPAN_ABI_RING_SIZE_MIN};
	const struct vspan_consumer_options settings = {.drain_on_exit_only = true};

	thread_port = (struct thread_port){0};
	thread_port_ring = 0;
	cr_assert_eq(vspan_region_create(&options, &region, NULL), 0);
	cr_assert_eq(vspan_consumer_create(&settings, &consumer, NULL), 0);
	cr_assert_eq(vspan_consumer_attach(consumer, region, NULL, &attachment, NULL), 0);
}

static void tear_down(void)
{
	vspan_consumer_detach(attachment, NULL);
	vspan_consumer_destroy(consumer);
	vspan_region_close(region);
}

TestSuite(status, .init = set_up, .fini = tear_down, .timeout = 60);

Test(status, before_its_hello_a_guest_is_nobody)
{
	struct vspan_attachment_info info;
	struct vspan_site_info site;

	vspan_attachment_read_info(attachment, &info);
	cr_expect_str_eq(info.name, "vm");
	cr_expect_str_eq(info.guest_name, "");
	cr_expect_not(info.hello);
	cr_expect_eq(info.vm, region_number(region));
	cr_expect_eq(info.ring_count, 2);
	cr_expect_eq(info.sites, 0);
	cr_expect_eq(vspan_attachment_read_site(attachment, 0, &site), -ENOENT);
	cr_expect_eq(vspan_region_read_site(region, 0, &site), -ENOENT);
}

Test(status, after_it_its_call_sites_are_known_by_lttngs_name)
{
	struct vspan_attachment_info info;
	struct vspan_site_info site, found = {0};
	uint32_t i;

	thread_port_attach(region);
	vspan_attachment_hello(attachment);
	vspan_attachment_read_info(attachment, &info);
	cr_expect(info.hello);
	cr_expect_str_eq(info.guest_name, "test");
	cr_expect_eq(info.sites, 2);
	cr_expect_eq(info.sites_native + info.sites_generic + info.sites_invalid, 2);
	for (i = 0; vspan_attachment_read_site(attachment, i, &site) == 0; i++)
		if (strcmp(site.name, "work") == 0)
			found = site;
	cr_expect_eq(i, 2);
	cr_expect_str_eq(found.event, "vspan_test:work");
	cr_expect_str_eq(found.provider, "test");
	cr_expect_eq(found.kind, VSPAN_ABI_SITE_SPAN);
	cr_expect_eq(found.level, VSPAN_ABI_LEVEL_INFO);
	cr_expect_eq(found.field_count, 2);
	cr_expect(found.valid && found.native);
	cr_expect_gt(found.line, 0);
}

Test(status, a_region_alone_tells_its_call_sites_too)
{
	struct vspan_site_info site;

	thread_port_attach(region);
	cr_expect_eq(vspan_region_read_site(region, 0, &site), 0);
	cr_expect(site.valid);
	cr_expect_not(site.native);
	cr_expect(site.enabled, "the test's port enabled all");
	cr_expect_str_eq(site.event, "");
	cr_expect_eq(vspan_region_read_site(region, 2, &site), -ENOENT);
	cr_expect_eq(vspan_region_read_site(region, UINT32_MAX, &site), -ENOENT);
}

Test(status, a_site_that_breaks_the_rules_shows_nothing_the_guest_wrote)
{
	struct vspan_site_info site;

	thread_port_attach(region);
	((struct vspan_abi_site *)(uintptr_t)region_site(region, 1))->name[0] = '\033';
	cr_expect_eq(vspan_region_read_site(region, 1, &site), 0);
	cr_expect_not(site.valid);
	cr_expect_eq(site.id, 1);
	cr_expect_str_eq(site.name, "");
}

Test(status, a_ring_says_how_full_it_is_and_what_is_open)
{
	struct vspan_ring_info info;

	thread_port_attach(region);
	vspan_begin(test, work, 1, "open");
	vspan_event(test, tick, 2);
	cr_assert_eq(vspan_attachment_read_ring(attachment, 0, &info), 0);
	cr_expect_gt(info.pending_slots, 1);
	cr_expect_eq(info.ledger.in_ring, 2);
	cr_expect_eq(info.open_spans, 0, "nobody has read of it yet");
	cr_expect_eq(info.cursor, 0);
	cr_assert_eq(vspan_attachment_drain(attachment, 0, UINT64_MAX), 0);
	cr_assert_eq(vspan_attachment_read_ring(attachment, 0, &info), 0);
	cr_expect_eq(info.pending_slots, 0);
	cr_expect_gt(info.cursor, 1);
	cr_expect_eq(info.open_spans, 1);
	cr_expect_eq(info.ledger.emitted, 2);
	cr_expect_eq(info.state, VSPAN_ABI_RING_READY);
	cr_expect_eq(info.mode, VSPAN_ABI_MODE_BLOCK);
	cr_expect_eq(info.epoch, 1);
	cr_expect_eq(info.slot_count, VSPAN_ABI_RING_SIZE_MIN / VSPAN_ABI_SLOT_SIZE);
	cr_expect_eq(vspan_attachment_read_ring(attachment, 2, &info), -EINVAL);
}

Test(status, a_writer_that_lies_fills_no_more_than_its_ring)
{
	struct vspan_ring_info info;

	thread_port_attach(region);
	region_writer(region, 1)->reserve = UINT64_MAX;
	cr_assert_eq(vspan_attachment_read_ring(attachment, 1, &info), 0);
	cr_expect_eq(info.pending_slots, info.slot_count);
	region_writer(region, 1)->reserve = 0;
}
