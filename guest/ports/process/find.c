/* SPDX-License-Identifier: MIT */
/*
 * find.c - the region of an ordinary process: named by the environment, mapped,
 * kept from other processes, and given up in the child of a fork. The header is
 * checked by guest/attach.c, as for every guest.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "process.h"

/* The byte of the file that the guest locks; byte 0 is left to the consumer. */
#define LOCK_BYTE 1

const struct vspan_abi_region *process_region;

static void *given_base;
static uint64_t given_size;
static bool used; /* one attach per process: a fork's child and a second call get nothing */
static void *region_base;
static uint64_t region_size;
static int region_fd = -1; /* holds the lock */
static char problem[256];

void vspan_process_use(void *base, uint64_t size)
{
	given_base = base;
	given_size = size;
}

const char *vspan_process_problem(void)
{
	return problem[0] != '\0' ? problem : NULL;
}

/* A descriptor of our own, opened anew: its lock is not shared with whoever passed it on. */
static int inherited_open(const char *number)
{
	char path[64], *end;
	long fd = strtol(number, &end, 10);
	int own;

	if (*number == '\0' || *end != '\0' || fd < 0 || fd > INT32_MAX) {
		errno = EINVAL;
		return -1;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", fd);
	own = open(path, O_RDWR | O_CLOEXEC);
	return own >= 0 ? own : fcntl((int)fd, F_DUPFD_CLOEXEC, 0);
}

/* Maps `fd` whole. False: with errno. */
static bool region_map(int fd)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_BYTE, .l_len = 1};
	struct stat status;

	if (fstat(fd, &status) < 0 || fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return false;
	if ((uint64_t)status.st_size < sizeof(struct vspan_abi_region)) {
		errno = ENODATA;
		return false;
	}
	region_size = (uint64_t)status.st_size;
	region_base = mmap(NULL, region_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return region_base != MAP_FAILED;
}

static const char *error_text(int error)
{
	if (error == EAGAIN || error == EACCES)
		return "another process writes to it, or it may not be opened; give each guest one";
	if (error == ENODATA)
		return "shorter than a region's header; create one with `vspan create`";
	return strerror(error);
}

static void lock_release(void)
{
	if (region_fd >= 0)
		close(region_fd);
	region_fd = -1;
}

/* From the environment, if it names one. */
static void region_open(void)
{
	const char *path = getenv("VSPAN_REGION");
	const char *number = getenv("VSPAN_REGION_FD");

	if (path == NULL && number == NULL)
		return;
	region_fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : inherited_open(number);
	if (region_fd >= 0 && region_map(region_fd))
		return;
	snprintf(problem, sizeof(problem), "region %s%s: %s", path != NULL ? "" : "descriptor ",
		path != NULL ? path : number, error_text(errno));
	region_base = NULL;
	lock_release();
}

/*
 * The child's memory no longer is the parent's: writers that drop everything,
 * and empty pages in place of the region, whose enable bytes are all 0 and which
 * take what a verb interrupted by the fork may still store.
 */
static void fork_child(void)
{
	process_region = NULL;
	process_lease_stop();
	(void)mmap(region_base, region_size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
	lock_release();
}

/* A region that a guest has greeted has that guest's call sites, which are immutable. */
static bool region_is_fresh(void)
{
	const struct vspan_abi_region *region = region_base;
	const struct vspan_abi_hello *hello;

	if (region->magic != VSPAN_ABI_MAGIC || region->hello_offset > region_size ||
		region_size - region->hello_offset < sizeof(*hello))
		return true;
	hello = (const void *)((const char *)region_base + region->hello_offset);
	return vspan_describe_load_u32_E(&hello->state) == VSPAN_ABI_HELLO_ABSENT;
}

void *process_find(uint64_t *size)
{
	if (used)
		return NULL;
	used = true;
	if (given_base != NULL) {
		region_base = given_base;
		region_size = given_size;
	} else {
		region_open();
	}
	if (region_base == NULL)
		return NULL;
	if (!region_is_fresh()) {
		snprintf(problem, sizeof(problem),
			"this region has served a guest already; create a new one");
		lock_release();
		return NULL;
	}
	if (pthread_atfork(NULL, NULL, fork_child) != 0)
		return NULL;
	process_region = region_base;
	*size = region_size;
	return region_base;
}
