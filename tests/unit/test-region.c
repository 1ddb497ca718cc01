/* SPDX-License-Identifier: MIT */
/* test-region.c - regions are laid out, sealed, opened again, and refused when damaged. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vspan/access.h>
#include "region.h"

static const struct vspan_region_options options = {
	.name = "unit", .ring_count = 3, .ring_size = 1 << 16};

static struct vspan_region *create(void)
{
	struct vspan_region *region;

	cr_assert_eq(vspan_region_create(&options, &region, NULL), 0);
	return region;
}

Test(region, opens_what_it_created)
{
	struct vspan_region *region = create(), *again;
	uint32_t i;

	cr_assert_eq(vspan_region_open(vspan_region_fd(region), &again, NULL), 0);
	cr_expect_eq(memcmp(&region->geometry, &again->geometry, sizeof(region->geometry)), 0);
	cr_expect_str_eq(vspan_region_name(again), "unit");
	cr_expect_eq(memcmp(region->identity, again->identity, 16), 0);
	for (i = 0; i < 3; i++) {
		cr_expect_eq(region->rings[i].slots_offset, again->rings[i].slots_offset);
		cr_expect_eq(again->rings[i].epoch, 1);
	}
	vspan_region_close(again);
	vspan_region_close(region);
}

Test(region, cannot_be_resized_by_anyone)
{
	struct vspan_region *region = create();

	cr_expect_lt(ftruncate(vspan_region_fd(region), 4096), 0);
	cr_expect_lt(ftruncate(vspan_region_fd(region), 1 << 30), 0);
	vspan_region_close(region);
}

Test(region, pages_have_one_owner)
{
	struct vspan_region *region = create();
	const struct geometry *g = &region->geometry;

	cr_expect_eq(g->host_size % VSPAN_ABI_PAGE, 0);
	cr_expect_leq(g->enables_offset + g->site_capacity, g->host_size);
	cr_expect_geq(g->hello_offset, g->host_size);
	cr_expect_geq(region->rings[0].slots_offset, g->writers_offset);
	cr_expect_eq(region->rings[2].slots_offset + (1 << 16), g->region_size);
	vspan_region_close(region);
}

Test(region, refuses_impossible_options)
{
	const struct vspan_region_options wrong[] = {
		{.ring_count = 0},
		{.ring_count = 1025},
		{.ring_count = 1, .ring_size = 1 << 15},
		{.ring_count = 1, .ring_size = (1 << 16) + 32},
		{.ring_count = 1, .mode = 4},
		{.ring_count = 1, .site_capacity = 1 << 20},
	};
	struct vspan_region *region;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct vspan_error error = {0};

		cr_expect_eq(vspan_region_create(&wrong[i], &region, &error), -EINVAL);
		cr_expect_gt(strlen(error.text), 10);
	}
}

static void expect_refused(struct vspan_abi_region *header, const char *part)
{
	struct vspan_error error = {0};
	struct vspan_region *region;
	char bytes[1 << 16] = {0};
	int fd = memfd_create("damaged", MFD_CLOEXEC);

	memcpy(bytes, header, sizeof(*header));
	cr_assert_eq(write(fd, bytes, sizeof(bytes)), (ssize_t)sizeof(bytes));
	cr_expect_eq(vspan_region_open(fd, &region, &error), -EINVAL);
	cr_expect_not_null(strstr(error.text, part), "`%s` lacks `%s`", error.text, part);
	close(fd);
}

Test(region, refuses_damaged_headers_with_a_reason)
{
	struct vspan_region *region = create();
	struct vspan_abi_region good, h;

	memcpy(&good, vspan_region_base(region), sizeof(good));
	good.region_size = 1 << 16;
	h = good;
	h.magic = 1;
	expect_refused(&h, "not a vspan region");
	h = good;
	h.major = 2;
	expect_refused(&h, "version");
	h = good;
	h.region_size = 1 << 20;
	expect_refused(&h, "truncated");
	h = good;
	h.rings_offset = UINT64_MAX - 127;
	expect_refused(&h, "damaged");
	h = good;
	h.ring_count = 1024;
	expect_refused(&h, "damaged");
	h = good;
	h.host_size = UINT64_MAX - 4095;
	expect_refused(&h, "damaged");
	h = good;
	h.sites_offset = good.enables_offset;
	expect_refused(&h, "damaged");
	vspan_region_close(region);
}

Test(region, refuses_a_file_shorter_than_a_header)
{
	struct vspan_error error = {0};
	struct vspan_region *region;
	int fd = memfd_create("short", MFD_CLOEXEC);

	cr_assert_eq(write(fd, "VSPANRGN", 8), 8);
	cr_expect_eq(vspan_region_open(fd, &region, &error), -EINVAL);
	cr_expect_not_null(strstr(error.text, "truncated"));
	close(fd);
}

Test(region, refuses_a_damaged_ring_descriptor)
{
	struct vspan_region *region = create(), *again;
	struct vspan_error error = {0};

	region_ring(region, 1)->slots_offset = region->geometry.region_size - 64;
	cr_expect_eq(vspan_region_open(vspan_region_fd(region), &again, &error), -EINVAL);
	cr_expect_not_null(strstr(error.text, "ring 1"));
	vspan_region_close(region);
}

Test(region, does_not_overwrite_an_existing_file)
{
	struct vspan_region_options to_file = options;
	char path[] = "/tmp/vspan-region-XXXXXX";
	struct vspan_error error = {0};
	struct vspan_region *region;
	int fd = mkstemp(path);

	to_file.path = path;
	cr_expect_eq(vspan_region_create(&to_file, &region, &error), -EEXIST);
	unlink(path);
	close(fd);
	cr_expect_eq(vspan_region_create(&to_file, &region, &error), 0);
	vspan_region_close(region);
	unlink(path);
}

/* 3 rings of 64 KiB and 256 call sites take 466944 bytes. */
Test(region, file_is_a_power_of_two_for_a_pci_bar)
{
	struct vspan_region_options to_file = options;
	char path[] = "/tmp/vspan-region-XXXXXX";
	struct vspan_region *region, *again;
	int fd = mkstemp(path);

	close(fd);
	unlink(path);
	to_file.path = path;
	cr_assert_eq(vspan_region_create(&to_file, &region, NULL), 0);
	unlink(path);
	cr_expect_eq(vspan_region_size(region), 512 << 10);
	cr_expect_eq(lseek(vspan_region_fd(region), 0, SEEK_END), 512 << 10);
	cr_expect_eq(region->rings[2].slots_offset + (1 << 16), vspan_region_size(region));
	cr_assert_eq(vspan_region_open(vspan_region_fd(region), &again, NULL), 0);
	cr_expect_eq(memcmp(&region->geometry, &again->geometry, sizeof(region->geometry)), 0);
	vspan_region_close(again);
	vspan_region_close(region);
}

Test(region, context_is_whole_and_enable_bytes_are_bounded)
{
	const uint64_t trace[2] = {1, 2};
	struct vspan_region *region = create();
	struct vspan_abi_context *context;

	region_set_context(region, 2, trace, 3, 4, 1);
	context =
		(struct vspan_abi_context *)region_at(region, region->geometry.contexts_offset) + 2;
	cr_expect_eq(context->sequence, 2);
	cr_expect_eq(context->trace_id[1], 2);
	cr_expect_eq(context->span_id, 3);
	region_enable_site(region, region->geometry.site_capacity, true);
	region_enable_site(region, 0, true);
	cr_expect_eq(*(uint8_t *)region_at(region, region->geometry.enables_offset), 1);
	cr_expect_eq(*(uint8_t *)region_at(region,
			     region->geometry.enables_offset + region->geometry.site_capacity),
		0);
	vspan_region_close(region);
}

Test(region, greeted_is_told_to_the_guest)
{
	struct vspan_region *region = create();
	const struct vspan_abi_control *control =
		region_at(region, region->geometry.control_offset);

	cr_expect_eq(vspan_greeted_load_I(&control->greeted), 0);
	region_set_greeted(region, 7);
	cr_expect_eq(vspan_greeted_load_I(&control->greeted), 7);
	cr_expect_eq(control->heartbeat, 0);
	vspan_region_close(region);
}
