/* SPDX-License-Identifier: MIT */
/*
 * pci.c - finds the ivshmem device whose memory is a region, through sysfs, and
 * opens that memory: its second BAR is the file resource2. Called by find.c.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "linux.h"

#define DEVICES "/sys/bus/pci/devices"
#define IVSHMEM_VENDOR "0x1af4"
#define IVSHMEM_DEVICE "0x1110"

static void attribute_path(char path[LINUX_PATH_MAX], const char *address, const char *attribute)
{
	snprintf(path, LINUX_PATH_MAX, DEVICES "/%s/%s", address, attribute);
}

static bool attribute_is(const char *address, const char *attribute, const char *value)
{
	char path[LINUX_PATH_MAX], text[16] = "";
	ssize_t got = -1;
	int fd;

	attribute_path(path, address, attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	return got > 0 && strncmp(text, value, strlen(value)) == 0;
}

/* A device without a driver may be switched off: then its memory reads as ones. */
static void device_enable(const char *address)
{
	char path[LINUX_PATH_MAX];
	int fd;

	if (!attribute_is(address, "enable", "0"))
		return;
	attribute_path(path, address, "enable");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0)
		perror(path);
	close(fd);
}

static bool memory_is_region(int fd)
{
	const uint64_t *magic = mmap(NULL, VSPAN_ABI_PAGE, PROT_READ, MAP_SHARED, fd, 0);
	bool is;

	if (magic == MAP_FAILED)
		return false;
	is = *magic == VSPAN_ABI_MAGIC;
	munmap((void *)(uintptr_t)magic, VSPAN_ABI_PAGE);
	return is;
}

static int device_open(const char *address)
{
	char path[LINUX_PATH_MAX];

	device_enable(address);
	attribute_path(path, address, "resource2");
	return open(path, O_RDWR | O_CLOEXEC);
}

static int named_open(const char *address, char problem[LINUX_PROBLEM_MAX])
{
	int fd = device_open(address);

	if (fd < 0)
		snprintf(problem, LINUX_PROBLEM_MAX, "PCI device %.32s: cannot open its memory: %s",
			address, strerror(errno));
	return fd;
}

/* What has been found so far in the walk over all devices. */
struct search {
	int fd; /* of the region, -1: none yet */
	char first[32];
	char problem[LINUX_PROBLEM_MAX];
};

/* False: the search is over. */
static bool search_device(struct search *search, const char *address)
{
	int fd = device_open(address);

	if (fd < 0) {
		snprintf(search->problem, sizeof(search->problem),
			"PCI device %.32s: cannot open its memory: %s; run as root, or give "
			"the user access to " DEVICES "/%.32s/resource2",
			address, strerror(errno), address);
		return true;
	}
	if (!memory_is_region(fd)) {
		close(fd);
		return true;
	}
	if (search->fd < 0) {
		search->fd = fd;
		snprintf(search->first, sizeof(search->first), "%.31s", address);
		return true;
	}
	snprintf(search->problem, sizeof(search->problem),
		"PCI devices %s and %.32s both have a region: say which by VSPAN_PCI",
		search->first, address);
	close(fd);
	close(search->fd);
	search->fd = -1;
	return false;
}

int pci_open(const char *wanted, char problem[LINUX_PROBLEM_MAX])
{
	struct search search = {.fd = -1};
	struct dirent *entry;
	DIR *devices;

	if (wanted != NULL)
		return named_open(wanted, problem);
	devices = opendir(DEVICES);
	if (devices == NULL)
		return -1;
	while ((entry = readdir(devices)) != NULL)
		if (attribute_is(entry->d_name, "vendor", IVSHMEM_VENDOR) &&
			attribute_is(entry->d_name, "device", IVSHMEM_DEVICE) &&
			!search_device(&search, entry->d_name))
			break;
	closedir(devices);
	if (search.fd < 0)
		snprintf(problem, LINUX_PROBLEM_MAX, "%s", search.problem);
	return search.fd;
}
