/* SPDX-License-Identifier: MIT */
/*
 * view-cut.c - see view-cut.h. LTTng keeps an index beside the files of a trace:
 * index/NAME.idx has an entry for each packet of NAME, numbers with their most
 * significant byte first. babeltrace2 reads whole packets, or nothing of a trace.
 */
#include "view-cut.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "cli.h"

#define INDEX_MAGIC 0xC1F1DCC1u
#define INDEX_MAJOR 1u
#define ENTRY_MOST 4096u
#define PATH_SIZE 4096

struct index_header {
	uint32_t magic;
	uint32_t major;
	uint32_t minor;
	uint32_t entry_size;
};

struct index_entry {
	uint64_t offset;
	uint64_t bits;
};

struct extent {
	uint64_t end;   /* of all packets */
	uint64_t whole; /* of the last one that is there entirely */
};

static bool read_header(FILE *file, uint32_t *entry_size)
{
	struct index_header header;

	if (fread(&header, sizeof(header), 1, file) != 1 || be32toh(header.magic) != INDEX_MAGIC ||
		be32toh(header.major) != INDEX_MAJOR)
		return false;
	*entry_size = be32toh(header.entry_size);
	return *entry_size >= sizeof(struct index_entry) && *entry_size <= ENTRY_MOST;
}

/* Of the packets of a stream file with `size` bytes. */
static bool read_extent(FILE *file, uint64_t size, struct extent *extent)
{
	unsigned char bytes[ENTRY_MOST];
	struct index_entry entry;
	uint32_t entry_size;
	uint64_t end;

	*extent = (struct extent){0};
	if (!read_header(file, &entry_size))
		return false;
	while (fread(bytes, entry_size, 1, file) == 1) {
		memcpy(&entry, bytes, sizeof(entry));
		if (__builtin_add_overflow(be64toh(entry.offset), be64toh(entry.bits) / 8, &end))
			return false;
		if (end > extent->end)
			extent->end = end;
		if (end <= size && end > extent->whole)
			extent->whole = end;
	}
	return true;
}

static void tell(const char *path, uint64_t size, const struct extent *extent)
{
	if (size == extent->whole)
		cli_error("%s was cut off: of %" PRIu64 " bytes only %" PRIu64
			  " are there, what came later is missing",
			path, extent->end, size);
	else
		cli_error("%s was cut off inside of a packet: of %" PRIu64 " bytes only %" PRIu64
			  " are there; babeltrace2 reads the packets before, and the other files, "
			  "after `truncate -s %" PRIu64 " %s`",
			path, extent->end, size, extent->whole, path);
}

/* The stream file of an index; one that is not there has no bytes. */
static void look_at(const char *trace, const char *name, int length)
{
	char path[PATH_SIZE];
	struct stat status = {0};
	struct extent extent;
	FILE *file;
	bool known;

	if (snprintf(path, sizeof(path), "%s/index/%s", trace, name) >= (int)sizeof(path))
		return;
	file = fopen(path, "re");
	if (file == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%.*s", trace, length, name);
	if (stat(path, &status) < 0)
		known = errno == ENOENT;
	else
		known = S_ISREG(status.st_mode);
	known = known && read_extent(file, (uint64_t)status.st_size, &extent);
	fclose(file);
	if (known && (uint64_t)status.st_size < extent.end)
		tell(path, (uint64_t)status.st_size, &extent);
}

void view_cut_tell(const char *trace)
{
	const size_t suffix = strlen(".idx");
	char path[PATH_SIZE];
	struct dirent *entry;
	size_t length;
	DIR *folder;

	if (snprintf(path, sizeof(path), "%s/index", trace) >= (int)sizeof(path))
		return;
	folder = opendir(path);
	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL) {
		length = strlen(entry->d_name);
		if (length > suffix && strcmp(entry->d_name + length - suffix, ".idx") == 0)
			look_at(trace, entry->d_name, (int)(length - suffix));
	}
	closedir(folder);
}
