/* SPDX-License-Identifier: MIT */
/*
 * place.c - where a function is: its module's file and build id, its address in
 * there. The dynamic loader knows, and can be asked without a lock, also from a
 * signal handler (_dl_find_object); the headers of the module are in memory.
 */
#include <dlfcn.h>
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <unistd.h>
#include "functions.h"

#define NOTE_ALIGN 4u
#define PROGRAM_HEADERS_MAX 64u

static char program[PATH_MAX];
static char directory[PATH_MAX]; /* for modules loaded by a relative path */

void function_places_start(void)
{
	const ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	program[length > 0 ? length : 0] = '\0';
	if (getcwd(directory, sizeof(directory)) == NULL)
		directory[0] = '\0';
}

/* A part of a module's memory; false: it is not all in there. */
struct extent {
	const char *from;
	const char *to;
};

static bool extent_holds(const struct extent *extent, const void *start, uint64_t size)
{
	const char *at = start;

	return at >= extent->from && at <= extent->to && size <= (uint64_t)(extent->to - at);
}

static uint64_t align_up(uint64_t size)
{
	return (size + NOTE_ALIGN - 1) / NOTE_ALIGN * NOTE_ALIGN;
}

/* Looks for the build id among the notes in there. */
static bool notes_find(struct extent notes, struct vspan_function_description *out)
{
	const ElfW(Nhdr) * note;
	uint64_t size;

	while (extent_holds(&notes, notes.from, sizeof(*note))) {
		note = (const void *)notes.from;
		size = sizeof(*note) + align_up(note->n_namesz) + align_up(note->n_descsz);
		if (!extent_holds(&notes, notes.from, size))
			return false;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof(ELF_NOTE_GNU) &&
			memcmp(note + 1, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
			out->build_id = (const uint8_t *)(note + 1) + align_up(note->n_namesz);
			out->build_id_size = note->n_descsz;
			return true;
		}
		notes.from += size;
	}
	return false;
}

/* The module's first segment begins with its headers, as linkers lay it out. */
static void build_id_find(
	const struct extent *module, uint64_t bias, struct vspan_function_description *out)
{
	const ElfW(Ehdr) *header = (const void *)module->from;
	const ElfW(Phdr) * program_header;
	struct extent notes;
	uint32_t i;

	if (!extent_holds(module, header, sizeof(*header)) ||
		memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
		header->e_phnum > PROGRAM_HEADERS_MAX)
		return;
	program_header = (const void *)(module->from + header->e_phoff);
	if (!extent_holds(module, program_header, header->e_phnum * sizeof(*program_header)))
		return;
	for (i = 0; i < header->e_phnum; i++) {
		notes.from = (const char *)(bias + program_header[i].p_vaddr);
		notes.to = notes.from + program_header[i].p_memsz;
		if (program_header[i].p_type == PT_NOTE &&
			extent_holds(module, notes.from, program_header[i].p_memsz) &&
			notes_find(notes, out))
			return;
	}
}

/* Appends, as far as there is room; returns the new end. */
static char *text_add(char *to, const char *end, const char *from)
{
	while (*from != '\0' && to + 1 < end)
		*to++ = *from++;
	*to = '\0';
	return to;
}

static void path_make(char *to, uint32_t size, const char *name)
{
	const char *end = to + size;

	if (name[0] == '\0')
		name = program;
	if (name[0] != '/') {
		to = text_add(to, end, directory);
		to = text_add(to, end, "/");
	}
	text_add(to, end, name);
}

static bool is_identifier(char character)
{
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
		(character >= '0' && character <= '9');
}

/* "libz_so_1_0x1a30", which is an identifier. */
static void name_make(char name[VSPAN_ABI_SITE_NAME], const char *path, uint64_t address)
{
	const char *end = name + VSPAN_ABI_SITE_NAME - sizeof("_0x0123456789abcdef");
	const char *slash = strrchr(path, '/');
	char digits[] = "_0x0123456789abcdef";
	char *to, *from;
	int shift = 0;

	to = text_add(name, end, slash != NULL ? slash + 1 : path);
	for (from = name; from < to; from++)
		if (!is_identifier(*from))
			*from = '_';
	if (name[0] >= '0' && name[0] <= '9')
		name[0] = '_';
	while (shift < 60 && address >> shift >> 4 != 0)
		shift += 4;
	for (from = digits + 3; shift >= 0; shift -= 4)
		*from++ = "0123456789abcdef"[address >> shift & 0xf];
	*from = '\0';
	text_add(to, name + VSPAN_ABI_SITE_NAME, digits);
}

bool function_place_find(uint64_t address, struct function_place *out)
{
	const struct link_map *map;
	struct dl_find_object found;
	struct extent module;

	if (_dl_find_object((void *)(uintptr_t)address, &found) != 0)
		return false;
	map = found.dlfo_link_map;
	module.from = found.dlfo_map_start;
	module.to = found.dlfo_map_end;
	out->description = (struct vspan_function_description){
		.address = address - map->l_addr, .module = out->path};
	path_make(out->path, sizeof(out->path), map->l_name);
	build_id_find(&module, map->l_addr, &out->description);
	name_make(out->name, out->path, out->description.address);
	return true;
}
