/* SPDX-License-Identifier: MIT */
/* region-copy.c - see region-copy.h. What the file says is checked as if a guest said it. */
#include "region-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "error.h"

/* Bytes looked through at a time; a header may lie across the end of a piece. */
#define PIECE (UINT64_C(1) << 20)

enum likeness { LIKE_NOTHING, LIKE_HEADER, LIKE_REGION };

/* Not a pipe or a terminal: those would wait for somebody. */
static int file_open(const char *path, uint64_t *size, struct vspan_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0)
		return error_set(error, errno, "cannot open %s: %s", path, strerror(errno));
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return error_set(error, EINVAL, "%s is not a file: give a region or a dump", path);
	}
	*size = (uint64_t)status.st_size;
	return fd;
}

/* Reads all of it, or what there is. The number of bytes, or a negative errno. */
static int64_t read_fully(int fd, void *buffer, uint64_t size, uint64_t offset)
{
	uint64_t done = 0;
	ssize_t more;

	while (done < size) {
		more = pread(fd, (uint8_t *)buffer + done, size - done, (off_t)(offset + done));
		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return -errno;
		if (more == 0)
			break;
		done += (uint64_t)more;
	}
	return (int64_t)done;
}

/* The end of the data at or after *from, and where it starts: holes of a sparse file are zeroes. */
static uint64_t next_data(int fd, uint64_t *from, uint64_t to)
{
	off_t data = lseek(fd, (off_t)*from, SEEK_DATA), hole;

	if (data < 0 && errno == ENXIO)
		*from = to;
	else if (data >= 0)
		*from = (uint64_t)data < to ? (uint64_t)data : to;
	hole = data < 0 ? -1 : lseek(fd, (off_t)*from, SEEK_HOLE);
	return hole > 0 && (uint64_t)hole < to ? (uint64_t)hole : to;
}

static int copy_bytes(int fd, uint64_t offset, struct vspan_region *region, const char *path,
	struct vspan_error *error)
{
	const uint64_t to = offset + region->geometry.region_size;
	uint64_t from = offset, end;
	int64_t done;

	while (from < to) {
		end = next_data(fd, &from, to);
		if (from == to)
			break;
		done = read_fully(fd, region->base + (from - offset), end - from, from);
		if (done < 0)
			return error_set(error, (int)-done, "cannot read %s: %s", path,
				strerror((int)-done));
		if ((uint64_t)done != end - from)
			return error_set(error, EIO, "%s became shorter while it was read", path);
		from = end;
	}
	return 0;
}

/* The region whose header is at `offset`. The memory is only taken as data is copied into it. */
static int copy_at(int fd, uint64_t offset, uint64_t size, const char *path,
	struct vspan_region **out, struct vspan_error *error)
{
	struct vspan_abi_region header = {0};
	struct vspan_region *region = NULL;
	void *base;
	int ret;

	if (offset > size ||
		read_fully(fd, &header, sizeof(header), offset) != (int64_t)sizeof(header))
		return error_set(error, EINVAL, "truncated region: shorter than its header");
	ret = region_take_header(&header, size - offset, &region, error);
	if (ret < 0)
		return ret;
	base = mmap(NULL, region->geometry.region_size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED) {
		vspan_region_close(region);
		return error_set(error, ENOMEM, "not enough memory for a copy of the region");
	}
	region->base = base;
	ret = copy_bytes(fd, offset, region, path, error);
	if (ret == 0)
		ret = region_take_rings(region, error);
	if (ret < 0) {
		vspan_region_close(region);
		return ret;
	}
	*out = region;
	return 0;
}

/* The next magic number among `length` bytes from `from` on; `length`: none. */
static uint64_t find_magic(const uint8_t *bytes, uint64_t from, uint64_t length)
{
	const uint64_t magic = VSPAN_ABI_MAGIC;
	const uint8_t *at =
		from < length ? memmem(bytes + from, length - from, &magic, sizeof(magic)) : NULL;

	return at != NULL ? (uint64_t)(at - bytes) : length;
}

/*
 * What a place is: programs that know the magic number, and copies of headers in
 * the memory of those who read them, are in memory dumps, too.
 */
static enum likeness likeness_of(int fd, uint64_t at, uint64_t size)
{
	struct vspan_abi_region header;
	struct vspan_abi_ring ring;
	struct geometry geometry;
	struct region_ring unused;

	if (read_fully(fd, &header, sizeof(header), at) != (int64_t)sizeof(header) ||
		geometry_check(&header, size - at, &geometry, NULL) < 0)
		return LIKE_NOTHING;
	if (read_fully(fd, &ring, sizeof(ring), at + geometry.rings_offset) !=
			(int64_t)sizeof(ring) ||
		geometry_check_ring(&geometry, &ring, &unused) < 0)
		return LIKE_HEADER;
	return LIKE_REGION;
}

/*
 * The first region; until there is one, *offset is the first mere header, which
 * may be that of a damaged region. In which place of a page a region begins is up to the
 * dump's format.
 */
static enum likeness search_piece(int fd, uint64_t start, uint64_t size, const uint8_t *bytes,
	uint64_t length, uint64_t *offset, enum likeness best)
{
	enum likeness likeness;
	uint64_t at;

	for (at = find_magic(bytes, 0, length); at < length && best != LIKE_REGION;
		at = find_magic(bytes, at + 1, length)) {
		likeness = likeness_of(fd, start + at, size);
		if (likeness <= best)
			continue;
		best = likeness;
		*offset = start + at;
	}
	return best;
}

static int search(
	int fd, uint64_t size, const char *path, uint64_t *offset, struct vspan_error *error)
{
	const uint64_t overlap = sizeof(uint64_t) - 1;
	uint8_t *bytes = malloc(PIECE + overlap);
	uint64_t from = 0, end;
	int64_t length;
	enum likeness best = LIKE_NOTHING;

	if (bytes == NULL)
		return error_set(error, ENOMEM, "out of memory to look through %s", path);
	while (best != LIKE_REGION && from < size) {
		end = next_data(fd, &from, size);
		length = end - from < PIECE + overlap ? (int64_t)(end - from)
						      : (int64_t)(PIECE + overlap);
		length = read_fully(fd, bytes, (uint64_t)length, from);
		if (length <= 0)
			break;
		best = search_piece(fd, from, size, bytes, (uint64_t)length, offset, best);
		from += (uint64_t)length > PIECE ? PIECE : (uint64_t)length;
	}
	free(bytes);
	if (best == LIKE_NOTHING)
		return error_set(error, ENOENT,
			"there is no vspan region in %s: give the file the VM was started with, "
			"an uncompressed dump of all of its memory, or a core with shared "
			"mappings (see coredump_filter in core(5))",
			path);
	return 0;
}

/* A file that begins with the magic number is a region, whatever else is wrong with it. */
static bool begins_with_magic(int fd)
{
	uint64_t magic = 0;

	return read_fully(fd, &magic, sizeof(magic), 0) == (int64_t)sizeof(magic) &&
		magic == VSPAN_ABI_MAGIC;
}

int region_copy_open(
	const char *path, uint64_t *offset, struct vspan_region **out, struct vspan_error *error)
{
	uint64_t size = 0;
	int fd = file_open(path, &size, error);
	int ret = 0;

	if (fd < 0)
		return fd;
	if (*offset == REGION_COPY_SEARCH && begins_with_magic(fd))
		*offset = 0;
	else if (*offset == REGION_COPY_SEARCH)
		ret = search(fd, size, path, offset, error);
	if (ret == 0) {
		ret = copy_at(fd, *offset, size, path, out, error);
		if (ret < 0)
			error_set(error, -ret, "%s", path);
	}
	close(fd);
	return ret;
}

bool region_copy_likely(const char *path)
{
	uint64_t size;
	int fd = file_open(path, &size, NULL);
	bool likely;

	if (fd < 0)
		return false;
	likely = begins_with_magic(fd);
	close(fd);
	return likely;
}
