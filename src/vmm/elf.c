/* SPDX-License-Identifier: MIT */
/*
 * elf.c - loads a guest's program. libelf decodes the headers; what they say is
 * checked here against the file's size and the guest's RAM before any use.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "error.h"
#include "image.h"

#define SEGMENTS_MAX 64u
#define BUILD_HINT "link it with guest.ld, -static -no-pie -nostdlib"

struct image {
	const char *path;
	int fd;
	uint64_t file_size;
	Elf *elf;
	GElf_Ehdr header;
	const struct image_room *room;
	struct vspan_error *error;
	bool entry_found;
	uint64_t end;
};

static int image_open(struct image *image)
{
	struct stat status;

	image->fd = open(image->path, O_RDONLY | O_CLOEXEC);
	if (image->fd < 0)
		return error_set(image->error, errno,
			"cannot open the guest '%s': %s; give the path of a guest ELF image",
			image->path, strerror(errno));
	if (fstat(image->fd, &status) < 0 || !S_ISREG(status.st_mode))
		return error_set(image->error, EINVAL,
			"the guest '%s' is not a regular file; give the path of a guest ELF image",
			image->path);
	image->file_size = (uint64_t)status.st_size;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return error_set(
			image->error, ENOTSUP, "libelf is older than its header: reinstall libelf");
	/* Read, not mapped: a file that shrinks meanwhile must not raise SIGBUS. */
	image->elf = elf_begin(image->fd, ELF_C_READ, NULL);
	if (image->elf == NULL || elf_kind(image->elf) != ELF_K_ELF)
		return error_set(image->error, ENOEXEC,
			"the guest '%s' is not an ELF file; give the path of a guest ELF image",
			image->path);
	return 0;
}

static int header_check(struct image *image)
{
	GElf_Ehdr *header = &image->header;

	if (gelf_getehdr(image->elf, header) == NULL)
		return error_set(image->error, ENOEXEC,
			"the guest '%s' has no valid ELF header (truncated?); build it again",
			image->path);
	if (gelf_getclass(image->elf) != ELFCLASS64 || header->e_machine != EM_X86_64 ||
		header->e_ident[EI_DATA] != ELFDATA2LSB)
		return error_set(image->error, ENOEXEC,
			"the guest '%s' is for another processor (machine %u); build it for 64-bit "
			"x86-64",
			image->path, header->e_machine);
	if (header->e_type != ET_EXEC)
		return error_set(image->error, ENOEXEC,
			"the guest '%s' is %s, not a fixed-address executable; " BUILD_HINT,
			image->path,
			header->e_type == ET_DYN ? "position-independent or a shared library"
				: header->e_type == ET_REL ? "an object file"
							   : "of an unknown ELF type");
	return 0;
}

static int segment_check(struct image *image, size_t index, const GElf_Phdr *segment)
{
	const struct image_room *room = image->room;

	if (segment->p_filesz > segment->p_memsz || segment->p_filesz > image->file_size ||
		segment->p_offset > image->file_size - segment->p_filesz)
		return error_set(image->error, ENOEXEC,
			"segment %zu of the guest '%s' is not wholly in the file (truncated?); "
			"build it again",
			index, image->path);
	if (segment->p_vaddr < room->start)
		return error_set(image->error, ENOEXEC,
			"segment %zu of the guest '%s' starts at 0x%llx, below 0x%llx, where the "
			"machine has its tables; " BUILD_HINT,
			index, image->path, (unsigned long long)segment->p_vaddr,
			(unsigned long long)room->start);
	if (segment->p_memsz > room->end - room->start ||
		segment->p_vaddr > room->end - segment->p_memsz)
		return error_set(image->error, ENOMEM,
			"segment %zu of the guest '%s' (0x%llx bytes at 0x%llx) does not fit into "
			"RAM below the stacks at 0x%llx; give the guest more RAM",
			index, image->path, (unsigned long long)segment->p_memsz,
			(unsigned long long)segment->p_vaddr, (unsigned long long)room->end);
	return 0;
}

static int segment_read(struct image *image, const GElf_Phdr *segment)
{
	uint8_t *to = image->room->ram + segment->p_vaddr;
	uint64_t done = 0;
	ssize_t got;

	memset(to, 0, segment->p_memsz);
	while (done < segment->p_filesz) {
		got = pread(image->fd, to + done, segment->p_filesz - done,
			(off_t)(segment->p_offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_set(image->error, got < 0 ? errno : EIO,
				"cannot read the guest '%s': %s", image->path,
				got < 0 ? strerror(errno) : "it shrank while being read");
		done += (uint64_t)got;
	}
	return 0;
}

static int segment_load(struct image *image, size_t index)
{
	const uint64_t entry = image->header.e_entry;
	GElf_Phdr segment;
	int code;

	if (gelf_getphdr(image->elf, (int)index, &segment) == NULL)
		return error_set(image->error, ENOEXEC,
			"the program headers of the guest '%s' are not in the file (truncated?); "
			"build it again",
			image->path);
	if (segment.p_type == PT_INTERP || segment.p_type == PT_DYNAMIC)
		return error_set(image->error, ENOEXEC,
			"the guest '%s' is dynamically linked; " BUILD_HINT, image->path);
	if (segment.p_type != PT_LOAD || segment.p_memsz == 0)
		return 0;
	code = segment_check(image, index, &segment);
	if (code < 0)
		return code;
	if ((segment.p_flags & PF_X) != 0 && entry >= segment.p_vaddr &&
		entry - segment.p_vaddr < segment.p_filesz)
		image->entry_found = true;
	if (segment.p_vaddr + segment.p_memsz > image->end)
		image->end = segment.p_vaddr + segment.p_memsz;
	return segment_read(image, &segment);
}

static int segments_load(struct image *image)
{
	size_t count = 0, i;
	int code = 0;

	if (elf_getphdrnum(image->elf, &count) < 0 || count == 0 || count > SEGMENTS_MAX)
		return error_set(image->error, ENOEXEC,
			"the guest '%s' has %zu program headers, 1 to %u are possible "
			"(truncated?); "
			"build it again",
			image->path, count, SEGMENTS_MAX);
	for (i = 0; i < count && code == 0; i++)
		code = segment_load(image, i);
	if (code == 0 && !image->entry_found)
		return error_set(image->error, ENOEXEC,
			"the guest '%s' has no code at its entry point 0x%llx; define _start and "
			"link with guest.ld",
			image->path, (unsigned long long)image->header.e_entry);
	return code;
}

int image_load(const char *path, const struct image_room *room, struct image_loaded *out,
	struct vspan_error *error)
{
	struct image image = {.path = path, .fd = -1, .room = room, .error = error};
	int code;

	assert(room->start <= room->end);
	code = image_open(&image);
	if (code == 0)
		code = header_check(&image);
	if (code == 0)
		code = segments_load(&image);
	if (code == 0)
		*out = (struct image_loaded){.entry = image.header.e_entry, .end = image.end};
	elf_end(image.elf);
	if (image.fd >= 0)
		close(image.fd);
	return code;
}
