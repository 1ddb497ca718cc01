/* SPDX-License-Identifier: MIT */
/* test-leftovers.c - state files go when the region they are of is gone, and not before. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "cli/leftovers.h"

static char directory[] = "/tmp/vspan-leftovers-XXXXXX";
static char region[64], state[64];
static struct leftovers leftovers;
static int fd;

static int file(const char *path)
{
	int made = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	cr_assert_geq(made, 0);
	return made;
}

static void setup(void)
{
	cr_assert_not_null(mkdtemp(directory));
	snprintf(region, sizeof(region), "%s/region", directory);
	snprintf(state, sizeof(state), "%s/state", directory);
	fd = file(region);
	close(file(state));
}

static void teardown(void)
{
	leftovers_close(&leftovers);
	close(fd);
	unlink(region);
	unlink(state);
	rmdir(directory);
}

static bool there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* As if a second had passed. */
static void remove_now(void)
{
	leftovers.looked = 0;
	leftovers_remove(&leftovers);
}

TestSuite(leftovers, .init = setup, .fini = teardown);

Test(leftovers, state_goes_with_the_region)
{
	leftovers_add(&leftovers, fd, state);
	remove_now();
	cr_expect(there(state), "somebody may attach it again");
	unlink(region);
	remove_now();
	cr_expect_not(there(state));
	cr_expect_eq(leftovers.count, 0);
}

Test(leftovers, a_name_is_all_that_counts)
{
	char other[80];

	snprintf(other, sizeof(other), "%s/renamed", directory);
	leftovers_add(&leftovers, fd, state);
	cr_assert_eq(rename(region, other), 0);
	remove_now();
	cr_expect(there(state));
	unlink(other);
	remove_now();
	cr_expect_not(there(state));
}

Test(leftovers, a_region_that_went_before_leaves_nothing)
{
	unlink(region);
	cr_expect_not(leftovers_has_name(fd));
	leftovers_add(&leftovers, fd, state);
	cr_expect_not(there(state));
	cr_expect_eq(leftovers.count, 0);
}

Test(leftovers, attached_again_is_not_left)
{
	leftovers_add(&leftovers, fd, state);
	leftovers_forget(&leftovers, state);
	unlink(region);
	remove_now();
	cr_expect(there(state));
}

Test(leftovers, what_another_process_goes_on_with_stays)
{
	int other = file(state);

	cr_assert_eq(flock(other, LOCK_EX), 0);
	leftovers_add(&leftovers, fd, state);
	unlink(region);
	remove_now();
	cr_expect(there(state));
	close(other);
}

Test(leftovers, looks_once_a_second)
{
	leftovers_add(&leftovers, fd, state);
	remove_now();
	unlink(region);
	leftovers_remove(&leftovers);
	cr_expect(there(state));
	leftovers_close(&leftovers);
	cr_expect_not(there(state), "and at the end");
}

Test(leftovers, the_first_makes_room_for_the_last)
{
	char name[80];
	uint32_t i;

	for (i = 0; i <= LEFTOVERS_MAX; i++) {
		snprintf(name, sizeof(name), "%s/%u", directory, i);
		leftovers_add(&leftovers, fd, name);
	}
	cr_expect_eq(leftovers.count, LEFTOVERS_MAX);
	cr_expect_eq(strcmp(leftovers.list[LEFTOVERS_MAX - 1].state, name), 0);
}
