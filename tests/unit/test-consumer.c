/* SPDX-License-Identifier: MIT */
/*
 * test-consumer.c - the public functions of host.h with a thread as the vCPU:
 * drains without being asked, drains when asked, ends rings, accounts.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "region.h"
#include "thread-port.h"

VSPAN_SPAN(test, work, VSPAN_LEVEL_INFO, (u64, number));

static struct vspan_region *region;
static struct vspan_consumer *consumer;
static struct vspan_attachment *attachment;
static struct vspan_ledger ledger;

static void set_up_with(bool drain_on_exit_only)
{
	const struct vspan_region_options options = {
		.ring_count = 2, .ring_size = VSPAN_ABI_RING_SIZE_MIN};
	const struct vspan_consumer_options settings = {.drain_on_exit_only = drain_on_exit_only};

	thread_port = (struct thread_port){0};
	thread_port_ring = 0;
	cr_assert_eq(vspan_region_create(&options, &region, NULL), 0);
	cr_assert_eq(vspan_consumer_create(&settings, &consumer, NULL), 0);
	cr_assert_eq(vspan_consumer_attach(consumer, region, NULL, &attachment, NULL), 0);
	thread_port_attach(region);
}

static void set_up(void)
{
	set_up_with(false);
}

static void detach(void)
{
	vspan_consumer_detach(attachment, &ledger);
	vspan_consumer_destroy(consumer);
	vspan_region_close(region);
}

/* Waits up to ten seconds for `count` records to be drained. */
static bool drained(uint64_t count)
{
	const struct timespec pause = {0, 1000000};
	struct vspan_consumer_stats stats;
	int i;

	for (i = 0; i < 10000; i++) {
		vspan_consumer_read_stats(consumer, &stats);
		if (stats.records >= count)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

TestSuite(consumer, .init = set_up, .timeout = 60);
/* Those that set up by themselves. */
TestSuite(consumer_apart, .timeout = 60);

Test(consumer, drains_an_unpublished_tail_by_itself)
{
	/* Its call sites are on whatever LTTng says; a busy machine may not know them yet. */
	vspan_attachment_hello(attachment);
	vspan_end(vspan_begin(test, work, 1));
	cr_expect(drained(2));
	detach();
	cr_expect_eq(ledger.emitted, 2);
	cr_expect_eq(ledger.spans, 1);
}

Test(consumer_apart, drains_when_asked_and_says_what_is_left)
{
	set_up_with(true);
	vspan_end(vspan_begin(test, work, 1));
	vspan_attachment_ledger(attachment, 0, &ledger);
	cr_expect_eq(ledger.in_ring, 2);
	cr_expect_eq(vspan_ledger_unexplained(&ledger), 0);
	cr_expect_eq(vspan_attachment_drain(attachment, 0, UINT64_MAX), 0);
	vspan_attachment_ledger(attachment, UINT32_MAX, &ledger);
	cr_expect_eq(ledger.in_ring, 0);
	cr_expect_eq(ledger.emitted, 2);
	detach();
}

Test(consumer, refuses_rings_that_are_not_there)
{
	cr_expect_eq(vspan_attachment_drain(attachment, 2, UINT64_MAX), -EINVAL);
	vspan_attachment_ring_dead(attachment, 7);
	vspan_attachment_ledger(attachment, 7, &ledger);
	cr_expect_eq(ledger.attempted, 0);
	detach();
}

Test(consumer, a_dead_ring_is_closed_and_its_neighbour_is_not)
{
	vspan_begin(test, work, 1);
	vspan_begin(test, work, 2);
	vspan_attachment_ring_dead(attachment, 0);
	vspan_attachment_ledger(attachment, 0, &ledger);
	cr_expect_eq(ledger.spans, 2);
	cr_expect_eq(ledger.aborted, 2);
	thread_port_ring = 1;
	vspan_end(vspan_begin(test, work, 3));
	vspan_attachment_drain(attachment, 1, UINT64_MAX);
	vspan_attachment_ledger(attachment, 1, &ledger);
	cr_expect_eq(ledger.spans, 1);
	cr_expect_eq(ledger.aborted, 0);
	detach();
	cr_expect_eq(ledger.spans, 3);
}

/* The guest's memory goes back to when `open` was open: a snapshot was taken then. */
Test(consumer, a_restart_ends_an_epoch_and_accounts_are_sums)
{
	struct vspan_ring_info info;
	vspan_t open, again;

	open = vspan_begin(test, work, 1);
	vspan_begin(test, work, 2);
	thread_port_ring = 1;
	vspan_end(vspan_begin(test, work, 3));
	vspan_attachment_restart(attachment);
	cr_assert_eq(vspan_attachment_read_ring(attachment, 0, &info), 0);
	cr_expect_eq(info.epoch, 2);
	cr_expect_eq(info.open_spans, 0);
	cr_expect_eq(info.ledger.aborted, 2);
	thread_port_ring = 0;
	again = vspan_begin(test, work, 4);
	cr_expect_neq(again, open);
	vspan_end(again);
	vspan_end(open);
	thread_port_ring = 1;
	vspan_end(open);
	vspan_attachment_restart(attachment);
	detach();
	cr_expect_eq(ledger.attempted, 8);
	cr_expect_eq(ledger.emitted, 6);
	cr_expect_eq(ledger.discarded_host, 2, "ends of what ended with its epoch");
	cr_expect_eq(ledger.spans, 4);
	cr_expect_eq(ledger.aborted, 2);
	cr_expect_eq(ledger.violations, 0);
	cr_expect_eq(vspan_ledger_unexplained(&ledger), 0);
}

/* In its new life no context applies until the vCPU is entered with one. */
Test(consumer, a_restart_forgets_contexts)
{
	const struct vspan_trace_context caller = {{1, 2}, 3, 1};
	struct vspan_context seen;

	cr_expect_eq(vspan_attachment_vcpu_enter(attachment, 0, &caller), 0);
	cr_expect(vspan_context_read(&seen));
	vspan_attachment_restart(attachment);
	cr_expect(!vspan_context_read(&seen));
	cr_expect_eq(vspan_attachment_vcpu_enter(attachment, 0, &caller), 0);
	cr_expect(vspan_context_read(&seen));
	cr_expect_eq(seen.span_id, 3);
	detach();
}

Test(consumer, detach_leaves_nothing_behind)
{
	uint32_t i;

	for (i = 0; i < 500; i++)
		vspan_end(vspan_begin(test, work, i));
	detach();
	cr_expect_eq(ledger.attempted, 1000);
	cr_expect_eq(ledger.emitted, 1000);
	cr_expect_eq(ledger.in_ring, 0);
}

Test(consumer, tells_the_guest_whether_it_drains)
{
	const struct vspan_abi_region *header = vspan_region_base(region);
	const struct vspan_abi_control *control =
		(const void *)((const char *)header + header->control_offset);

	cr_expect_eq(control->draining, 1);
	vspan_consumer_detach(attachment, NULL);
	cr_expect_eq(control->draining, 0);
	vspan_consumer_destroy(consumer);
	vspan_region_close(region);
}

Test(consumer, serves_several_regions_and_keeps_their_accounts_apart)
{
	const struct vspan_region_options options = {
		.ring_count = 1, .ring_size = VSPAN_ABI_RING_SIZE_MIN};
	struct vspan_attachment *other;
	struct vspan_region *second;

	vspan_end(vspan_begin(test, work, 1));
	cr_assert_eq(vspan_region_create(&options, &second, NULL), 0);
	cr_assert_eq(vspan_consumer_attach(consumer, second, NULL, &other, NULL), 0);
	thread_port_attach(second);
	vspan_begin(test, work, 2);
	vspan_consumer_detach(other, &ledger);
	cr_expect_eq(ledger.attempted, 1);
	cr_expect_eq(ledger.aborted, 1);
	vspan_region_close(second);
	detach();
	cr_expect_eq(ledger.attempted, 2);
	cr_expect_eq(ledger.aborted, 0);
}

Test(consumer, a_ledger_that_does_not_close_shows)
{
	struct vspan_ledger sum = {.attempted = 10, .emitted = 4, .torn = 1};
	const struct vspan_ledger more = {.attempted = 5, .in_ring = 5};

	cr_expect_eq(vspan_ledger_unexplained(&sum), 5);
	vspan_ledger_add(&sum, &more);
	cr_expect_eq(sum.attempted, 15);
	cr_expect_eq(vspan_ledger_unexplained(&sum), 5);
	detach();
}

/* The call sites the consumer knows, once they are `count`, or what there are in the end. */
static uint32_t known_sites(uint32_t count)
{
	const struct timespec pause = {0, 10000000};
	struct vspan_attachment_info info = {0};
	int i;

	for (i = 0; i < 1000 && info.sites < count; i++) {
		vspan_attachment_read_info(attachment, &info);
		nanosleep(&pause, NULL);
	}
	return info.sites;
}

/* Whoever took an entry and died holds up those behind it for a while only. */
Test(consumer, an_entry_nobody_commits_is_given_up)
{
	const struct vspan_site_description description = {
		.provider = "test", .name = "late", .kind = VSPAN_ABI_SITE_SPAN};
	struct vspan_abi_hello *hello = region_at(region, region->geometry.hello_offset);
	struct vspan_site site = {.description = &description};
	struct vspan_attachment_info info;
	uint32_t taken;

	cr_assert(
		vspan_describe_claim_E(&hello->site_count, region->geometry.site_capacity, &taken));
	cr_assert(vspan_site_add(&site, NULL));
	cr_expect_eq(site.id, taken + 1);
	cr_expect_eq(known_sites(taken + 2), taken + 2);
	vspan_attachment_read_info(attachment, &info);
	cr_expect_eq(info.sites_invalid, 1);
	detach();
}

Test(consumer_apart, a_foreign_file_is_no_state_and_stays_as_it_is)
{
	const struct vspan_region_options options = {
		.ring_count = 1, .ring_size = VSPAN_ABI_RING_SIZE_MIN};
	char path[] = "/tmp/vspan-test-state.XXXXXX";
	const struct vspan_attach_options attach = {.state_path = path};
	struct vspan_error error = {0};
	struct stat status;
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, "a diary", 7), 7);
	cr_assert_eq(vspan_region_create(&options, &region, NULL), 0);
	cr_assert_eq(vspan_consumer_create(NULL, &consumer, NULL), 0);
	cr_expect_eq(
		vspan_consumer_attach(consumer, region, &attach, &attachment, &error), -EINVAL);
	cr_expect_not_null(strstr(error.text, path));
	cr_assert_eq(fstat(fd, &status), 0);
	cr_expect_eq(status.st_size, 7);
	vspan_consumer_destroy(consumer);
	vspan_region_close(region);
	close(fd);
	unlink(path);
}
