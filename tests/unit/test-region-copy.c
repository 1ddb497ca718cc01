/* SPDX-License-Identifier: MIT */
/* test-region-copy.c - regions out of files and dumps: found, copied whole, left alone. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "region-copy.h"

static char region_path[64], dump_path[80];
static struct vspan_region *original;

static void set_up(void)
{
	const struct vspan_region_options options = {
		.name = "test",
		.path = region_path,
		.ring_count = 2,
		.ring_size = VSPAN_ABI_RING_SIZE_MIN,
	};

	snprintf(region_path, sizeof(region_path), "/tmp/test-region-copy.%d", (int)getpid());
	snprintf(dump_path, sizeof(dump_path), "%s.dump", region_path);
	cr_assert_eq(vspan_region_create(&options, &original, NULL), 0);
}

static void tear_down(void)
{
	vspan_region_close(original);
	unlink(region_path);
	unlink(dump_path);
}

/* A file with the region at `place`, and the bytes in front of it as given. */
static void dump_write(uint64_t place, const char *front)
{
	const int fd = open(dump_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	const ssize_t size = (ssize_t)vspan_region_size(original);

	cr_assert_geq(fd, 0);
	cr_assert_eq(pwrite(fd, front, strlen(front), 0), (ssize_t)strlen(front));
	cr_assert_eq(pwrite(fd, vspan_region_base(original), (size_t)size, (off_t)place), size);
	close(fd);
}

static void expect_copy(const char *path, uint64_t offset, uint64_t wanted)
{
	struct vspan_region *copy = NULL;
	struct vspan_error error = {0};

	cr_assert_eq(region_copy_open(path, &offset, &copy, &error), 0, "%s", error.text);
	cr_expect_eq(offset, wanted);
	cr_expect_eq(vspan_region_size(copy), vspan_region_size(original));
	cr_expect_eq(memcmp(vspan_region_base(copy), vspan_region_base(original),
			     vspan_region_size(original)),
		0);
	cr_expect_str_eq(vspan_region_name(copy), "test");
	vspan_region_close(copy);
}

static void expect_refused(const char *path, uint64_t offset, int code)
{
	struct vspan_region *copy = NULL;
	struct vspan_error error = {0};

	cr_expect_eq(region_copy_open(path, &offset, &copy, &error), -code);
	cr_expect_not_null(strstr(error.text, path), "%s", error.text);
}

TestSuite(region_copy, .init = set_up, .fini = tear_down);

Test(region_copy, is_of_its_own_and_leaves_the_file_alone)
{
	uint8_t *last = (uint8_t *)vspan_region_base(original) + vspan_region_size(original) - 1;
	uint64_t offset = REGION_COPY_SEARCH;
	struct vspan_region *copy;

	*last = 7;
	expect_copy(region_path, REGION_COPY_SEARCH, 0);
	cr_assert_eq(region_copy_open(region_path, &offset, &copy, NULL), 0);
	region_set_draining(copy, true);
	*last = 8;
	cr_expect_neq(memcmp(vspan_region_base(copy), vspan_region_base(original),
			      vspan_region_size(original)),
		0);
	cr_expect_eq(*((uint8_t *)vspan_region_base(copy) + vspan_region_size(copy) - 1), 7);
	vspan_region_close(copy);
	*last = 7;
	expect_copy(region_path, 0, 0);
}

Test(region_copy, a_region_is_found_wherever_it_is)
{
	/* In a hole, across the pieces that are searched, and behind a mere magic number. */
	const uint64_t places[] = {1, 4095, (1 << 20) - 3, (1 << 20), (5 << 20) + 12345};
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		dump_write(places[i], places[i] > 8 ? "SPANRGN" : "");
		expect_copy(dump_path, REGION_COPY_SEARCH, places[i]);
		expect_copy(dump_path, places[i], places[i]);
	}
	dump_write(100, "\177ELF VSPANRGN and VSPANRGN");
	expect_copy(dump_path, REGION_COPY_SEARCH, 100);
}

Test(region_copy, a_mere_header_is_passed_over)
{
	const uint64_t place = 3 << 20;
	int fd;

	/* Somebody who read the region had a copy of its header, in front of what is no ring. */
	dump_write(place, "");
	fd = open(dump_path, O_WRONLY);
	cr_assert_eq(pwrite(fd, vspan_region_base(original), sizeof(struct vspan_abi_region), 40),
		(ssize_t)sizeof(struct vspan_abi_region));
	expect_copy(dump_path, REGION_COPY_SEARCH, place);
	/* Without the region it is what there is, and what is wrong with it is said. */
	cr_assert_eq(ftruncate(fd, (off_t)place), 0);
	close(fd);
	expect_refused(dump_path, REGION_COPY_SEARCH, EINVAL);
}

Test(region_copy, what_is_none_is_refused_by_name)
{
	dump_write(5000, "VSPANRGN is no header");
	expect_refused(dump_path, REGION_COPY_SEARCH, EINVAL);
	expect_refused(dump_path, 0, EINVAL);
	expect_refused(dump_path, 4096, EINVAL);
	expect_refused(dump_path, UINT64_C(1) << 62, EINVAL);
	cr_assert_eq(truncate(dump_path, 5000 + 8192), 0);
	expect_refused(dump_path, 5000, EINVAL);
	cr_assert_eq(truncate(dump_path, 100), 0);
	expect_refused(dump_path, 0, EINVAL);
	cr_assert_eq(truncate(dump_path, 4), 0);
	expect_refused(dump_path, REGION_COPY_SEARCH, ENOENT);
	expect_refused("/nonexistent", REGION_COPY_SEARCH, ENOENT);
	expect_refused("/dev/null", REGION_COPY_SEARCH, EINVAL);
}

Test(region_copy, a_file_that_begins_like_one_is_likely_one)
{
	cr_expect(region_copy_likely(region_path));
	dump_write(8, "nothing");
	cr_expect_not(region_copy_likely(dump_path));
	cr_expect_not(region_copy_likely("/tmp"));
	cr_expect_not(region_copy_likely("/nonexistent"));
}
