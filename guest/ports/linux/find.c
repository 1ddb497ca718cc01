/* SPDX-License-Identifier: MIT */
/*
 * find.c - the region of a Linux guest: named by the environment, else the memory
 * of an ivshmem device. Mapped, host pages read-only; shared with whoever else has
 * it; given up in the child of a fork.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "linux.h"

/* The byte a process port's guest locks for itself; ours share it. */
#define LOCK_BYTE 1

const struct vspan_abi_region *process_region;

static void *given_base;
static uint64_t given_size;
static bool used; /* one attach per process; a fork's child is another one */
static bool fork_watched;
static uint8_t *region_base;
static uint64_t region_size;
static int region_fd = -1; /* holds the lock */
static __thread sigset_t fork_signals;
static char problem[LINUX_PROBLEM_MAX];

void vspan_process_use(void *base, uint64_t size)
{
	given_base = base;
	given_size = size;
}

const char *vspan_process_problem(void)
{
	return problem[0] != '\0' ? problem : NULL;
}

struct vspan_abi_hello *linux_hello(void)
{
	return (void *)(region_base + process_region->hello_offset);
}

static void problem_set(const char *what, const char *which, const char *why)
{
	snprintf(problem, sizeof(problem), "%s%.100s: %s", what, which, why);
}

/* A descriptor of our own, opened anew if that may be: its lock is ours then. */
static int inherited_open(const char *number)
{
	char path[LINUX_PATH_MAX], *end;
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

/* The one the environment names; -1: none, or `problem` says why not. */
static int memory_open(void)
{
	const char *path = getenv("VSPAN_REGION");
	const char *number = getenv("VSPAN_REGION_FD");
	int fd;

	if (path == NULL && number == NULL)
		return pci_open(getenv("VSPAN_PCI"), problem);
	fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : inherited_open(number);
	if (fd < 0)
		problem_set(path != NULL ? "region " : "region descriptor ",
			path != NULL ? path : number, strerror(errno));
	return fd;
}

/* False: somebody else has the region for itself. Files that cannot be locked are shared. */
static bool memory_lock(int fd)
{
	struct flock lock = {
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = LOCK_BYTE, .l_len = 1};

	return fcntl(fd, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

static bool header_good(const struct vspan_abi_region *region, uint64_t size)
{
	return region->magic == VSPAN_ABI_MAGIC && region->major == VSPAN_ABI_MAJOR &&
		region->struct_size >= sizeof(*region) && region->region_size <= size &&
		region->host_size < size && region->host_size % VSPAN_ABI_PAGE == 0 &&
		region->hello_offset <= size - sizeof(struct vspan_abi_hello);
}

/* Maps `fd` whole; what is the host's read-only. NULL: told why. */
static const char *region_map(int fd)
{
	const struct vspan_abi_region *header;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return strerror(errno);
	region_size = (uint64_t)status.st_size;
	if (region_size < VSPAN_ABI_PAGE)
		return "shorter than a region's header; create one with `vspan create`";
	if (!memory_lock(fd))
		return "a program of the process port has it for itself";
	region_base = mmap(NULL, region_size, PROT_READ, MAP_SHARED, fd, 0);
	if (region_base == MAP_FAILED)
		return strerror(errno);
	header = (const void *)region_base;
	if (header_good(header, region_size) &&
		mprotect(region_base + header->host_size, region_size - header->host_size,
			PROT_READ | PROT_WRITE) < 0)
		return strerror(errno);
	return NULL;
}

static void region_open(void)
{
	const char *why;

	region_fd = memory_open();
	if (region_fd < 0)
		return;
	why = region_map(region_fd);
	if (why == NULL)
		return;
	problem_set("the region's memory", "", why);
	region_base = NULL;
	close(region_fd);
	region_fd = -1;
}

/*
 * No handler of the child may run before its memory is no longer the parent's: a
 * record of it would go to the parent's ring.
 */
static void fork_prepare(void)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	fork_signals = before;
}

static void fork_parent(void)
{
	pthread_sigmask(SIG_SETMASK, &fork_signals, NULL);
}

/*
 * Writers that drop everything, and empty pages in place of the region, whose
 * enable bytes are all 0 and which take what an interrupted verb may still store.
 * They stay when the child attaches again, elsewhere.
 */
static void fork_child(void)
{
	if (process_region != NULL) {
		process_region = NULL;
		lease_forget();
		(void)mmap(region_base, region_size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
		if (region_fd >= 0)
			close(region_fd);
		region_fd = -1;
		region_base = NULL;
		given_base = NULL;
		used = false;
	}
	pthread_sigmask(SIG_SETMASK, &fork_signals, NULL);
}

/* What attach.c refuses as incompatible it may have, but nobody is to be locked out by it. */
static void *region_share(uint64_t *size)
{
	*size = region_size;
	if (!header_good((const void *)region_base, region_size))
		return region_base;
	process_region = (const void *)region_base;
	if (hello_lock(linux_hello()))
		return region_base;
	problem_set("the region's memory", "", "another program does not finish its attach");
	process_region = NULL;
	return NULL;
}

void *process_find(uint64_t *size)
{
	if (used)
		return NULL;
	used = true;
	problem[0] = '\0';
	owner_start();
	if (given_base != NULL) {
		region_base = given_base;
		region_size = given_size;
	} else {
		region_open();
	}
	if (region_base == NULL)
		return NULL;
	if (!fork_watched && pthread_atfork(fork_prepare, fork_parent, fork_child) != 0)
		return NULL;
	fork_watched = true;
	return region_share(size);
}
