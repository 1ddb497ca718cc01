/* SPDX-License-Identifier: MIT */
/* checkpoint.c - the file behind a consumer's memory: mapped, locked, committed. */
#include "checkpoint.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "error.h"
#include "journal.h"

/* "VSPANCKP" read as a little-endian word. */
#define MAGIC UINT64_C(0x504b434e41505356)
#define VERSION 1u
#define PAGE 4096u
/* Positions stay below 2^44, epochs below 2^15. */
#define PENDING_EPOCH_SHIFT 48

struct checkpoint_header {
	uint64_t magic;
	uint32_t version;
	uint32_t ring_count;
	uint64_t layout; /* sizes of what is stored: another build's file is not ours */
	uint8_t identity[16];
	uint64_t generation; /* the commit point */
	struct early_ends early_ends[2];
	struct checkpoint_undo undo;
};

static uint64_t layout_id(void)
{
	return (uint64_t)sizeof(struct checkpoint_header) << 48 ^
		(uint64_t)sizeof(struct ring_store) << 32 ^
		(uint64_t)sizeof(struct open_span) << 16 ^ sizeof(struct journal_store);
}

static size_t page_up(size_t size)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

/* Bytes that stay when nothing is open: the reader's words. */
static size_t words_size(uint32_t ring_count)
{
	return page_up(sizeof(struct checkpoint_header) + ring_count * sizeof(struct ring_store));
}

static size_t spans_size(uint32_t ring_count)
{
	return page_up((size_t)ring_count * SPANS_STORED * sizeof(struct open_span));
}

static int lock_file(struct checkpoint *checkpoint, const char *path, struct vspan_error *error)
{
	checkpoint->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (checkpoint->fd < 0)
		return error_set(error, errno,
			"cannot open the state file %s: %s; choose another "
			"state directory, or see to its permissions",
			path, strerror(errno));
	if (flock(checkpoint->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return error_set(error, EBUSY,
		"the region is attached already: another process holds its state file %s", path);
}

static int header_check(const struct checkpoint_header *header, const struct vspan_region *region,
	const char *path, struct vspan_error *error)
{
	if (header->magic != MAGIC || header->version != VERSION || header->layout != layout_id())
		return error_set(error, EINVAL,
			"%s is not a state file of this version of vspan: detach with the version "
			"that wrote it, or remove it and create a new region",
			path);
	if (memcmp(header->identity, region->identity, sizeof(header->identity)) != 0 ||
		header->ring_count != region->geometry.ring_count)
		return error_set(error, EINVAL,
			"the state file %s belongs to another region: give each region its own",
			path);
	return 0;
}

static size_t file_size(uint32_t rings)
{
	return words_size(rings) + spans_size(rings) + page_up(sizeof(struct journal_store));
}

/* Before anything is changed: somebody else's file stays as it is. */
static int file_check(const struct checkpoint *checkpoint, const struct vspan_region *region,
	const char *path, struct vspan_error *error)
{
	struct checkpoint_header header = {0};
	struct stat status;

	if (fstat(checkpoint->fd, &status) < 0 ||
		pread(checkpoint->fd, &header, sizeof(header), 0) < 0)
		return error_set(
			error, errno, "cannot read the state file %s: %s", path, strerror(errno));
	/* New, or its maker died before it wrote who it is for. */
	if (status.st_size == 0 ||
		(header.magic == 0 &&
			(size_t)status.st_size == file_size(region->geometry.ring_count)))
		return 0;
	return header_check(&header, region, path, error);
}

static int map_file(
	struct checkpoint *checkpoint, uint32_t rings, const char *path, struct vspan_error *error)
{
	char *base;

	checkpoint->size = file_size(rings);
	if (ftruncate(checkpoint->fd, (off_t)checkpoint->size) < 0)
		return error_set(
			error, errno, "cannot size the state file %s: %s", path, strerror(errno));
	base = mmap(NULL, checkpoint->size, PROT_READ | PROT_WRITE, MAP_SHARED, checkpoint->fd, 0);
	if (base == MAP_FAILED)
		return error_set(
			error, errno, "cannot map the state file %s: %s", path, strerror(errno));
	checkpoint->header = (void *)base;
	checkpoint->rings = (void *)(base + sizeof(struct checkpoint_header));
	checkpoint->spans = (void *)(base + words_size(rings));
	checkpoint->journal = (void *)(base + words_size(rings) + spans_size(rings));
	return 0;
}

static int header_use(struct checkpoint *checkpoint, const struct vspan_region *region,
	const char *path, struct vspan_error *error)
{
	struct checkpoint_header *header = checkpoint->header;

	checkpoint->found = header->magic != 0;
	if (checkpoint->found || header->generation != 0)
		return header_check(header, region, path, error);
	header->version = VERSION;
	header->ring_count = region->geometry.ring_count;
	header->layout = layout_id();
	memcpy(header->identity, region->identity, sizeof(header->identity));
	__atomic_store_n(&header->magic, MAGIC, __ATOMIC_RELEASE);
	return 0;
}

int checkpoint_open(struct checkpoint *checkpoint, const char *path,
	const struct vspan_region *region, struct vspan_error *error)
{
	int ret;

	memset(checkpoint, 0, sizeof(*checkpoint));
	ret = lock_file(checkpoint, path, error);
	if (ret == 0)
		ret = file_check(checkpoint, region, path, error);
	if (ret == 0)
		ret = map_file(checkpoint, region->geometry.ring_count, path, error);
	if (ret == 0)
		ret = header_use(checkpoint, region, path, error);
	if (ret < 0)
		checkpoint_close(checkpoint, false);
	return ret;
}

void checkpoint_close(struct checkpoint *checkpoint, bool final)
{
	int ignored = 0;

	if (checkpoint->fd <= 0)
		return;
	if (checkpoint->header != NULL) {
		if (final)
			ignored = ftruncate(
				checkpoint->fd, (off_t)words_size(checkpoint->header->ring_count));
		munmap(checkpoint->header, checkpoint->size);
	}
	(void)ignored;
	close(checkpoint->fd);
	memset(checkpoint, 0, sizeof(*checkpoint));
}

/* Which of two copies counts: the newer one that has been committed; -1: none. */
static int current_copy(uint64_t first, uint64_t second, uint64_t generation)
{
	if (first > generation)
		first = 0;
	if (second > generation)
		second = 0;
	if (first == 0 && second == 0)
		return -1;
	return second > first;
}

static int ring_copy(const struct checkpoint *checkpoint, uint32_t ring)
{
	const struct ring_checkpoint *copies = checkpoint->rings[ring].copies;

	return current_copy(
		copies[0].generation, copies[1].generation, checkpoint->header->generation);
}

static int early_copy(const struct checkpoint_header *header)
{
	return current_copy(header->early_ends[0].generation, header->early_ends[1].generation,
		header->generation);
}

const struct ring_checkpoint *checkpoint_ring(const struct checkpoint *checkpoint, uint32_t ring)
{
	int copy = ring_copy(checkpoint, ring);

	return copy >= 0 ? &checkpoint->rings[ring].copies[copy] : NULL;
}

const struct early_ends *checkpoint_early_ends(const struct checkpoint *checkpoint)
{
	int copy = early_copy(checkpoint->header);

	return copy >= 0 ? &checkpoint->header->early_ends[copy] : NULL;
}

uint64_t checkpoint_pending(const struct checkpoint *checkpoint, uint32_t ring, uint32_t epoch)
{
	const uint64_t pending = checkpoint->rings[ring].pending;

	return pending >> PENDING_EPOCH_SHIFT == epoch
		? pending & ((UINT64_C(1) << PENDING_EPOCH_SHIFT) - 1)
		: 0;
}

void checkpoint_begin(struct checkpoint *checkpoint, uint32_t ring, uint32_t epoch, uint64_t next)
{
	__atomic_store_n(&checkpoint->rings[ring].pending,
		(uint64_t)epoch << PENDING_EPOCH_SHIFT | next, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/*
 * The copy that does not count is written; its generation first of all becomes
 * one that cannot count either, should we die half-way.
 */
void checkpoint_commit(struct checkpoint *checkpoint, uint32_t ring,
	const struct ring_checkpoint *words, const struct early_ends *early_ends)
{
	struct checkpoint_header *header = checkpoint->header;
	struct ring_checkpoint *copy =
		&checkpoint->rings[ring].copies[ring_copy(checkpoint, ring) == 0];
	const uint64_t next = header->generation + 1;
	struct early_ends *ends;

	__atomic_store_n(&copy->generation, 0, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	*copy = *words;
	copy->generation = 0;
	__atomic_store_n(&copy->generation, next, __ATOMIC_RELEASE);
	if (early_ends != NULL) {
		ends = &header->early_ends[early_copy(header) == 0];
		__atomic_store_n(&ends->generation, 0, __ATOMIC_RELEASE);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		ends->count = early_ends->count;
		memcpy(ends->ends, early_ends->ends, early_ends->count * sizeof(ends->ends[0]));
		__atomic_store_n(&ends->generation, next, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&header->generation, next, __ATOMIC_RELEASE);
}

void checkpoint_payload_save(struct checkpoint *checkpoint, const struct open_span *span)
{
	struct checkpoint_undo *undo = &checkpoint->header->undo;

	assert(undo->span == 0);
	undo->payload = span->payload;
	__atomic_store_n(&undo->span, span->id, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void checkpoint_payload_done(struct checkpoint *checkpoint)
{
	__atomic_store_n(&checkpoint->header->undo.span, 0, __ATOMIC_RELEASE);
}

const struct checkpoint_undo *checkpoint_undo(const struct checkpoint *checkpoint)
{
	const struct checkpoint_undo *undo = &checkpoint->header->undo;

	return undo->span != 0 ? undo : NULL;
}
