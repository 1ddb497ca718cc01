/* SPDX-License-Identifier: MIT */
/*
 * modules.c - which files the process's code is from and where they are, so that
 * the host can name what is in a stack. The dynamic loader knows.
 */
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <vspan/heap.h>
#include "preload.h"

#define MODULES_MAX 256u
#define NOTE_ALIGN(size) (((uint64_t)(size) + 3) / 4 * 4)

struct module {
	ElfW(Addr) start;
	ElfW(Addr) end;
	const unsigned char *build_id;
	uint32_t build_id_size;
};

static ElfW(Addr) told[MODULES_MAX];
static uint32_t told_count;

static void build_id_find(struct module *module, const char *at, uint64_t size)
{
	ElfW(Nhdr) note;

	while (size >= sizeof(note)) {
		uint64_t length;

		memcpy(&note, at, sizeof(note));
		length = sizeof(note) + NOTE_ALIGN(note.n_namesz) + NOTE_ALIGN(note.n_descsz);
		if (length > size)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
			memcmp(at + sizeof(note), ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
			module->build_id = (const unsigned char *)at + sizeof(note) +
				NOTE_ALIGN(note.n_namesz);
			module->build_id_size = note.n_descsz;
			return;
		}
		at += length;
		size -= length;
	}
}

static void module_read(struct module *module, const struct dl_phdr_info *info)
{
	ElfW(Half) i;

	module->start = UINTPTR_MAX;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		const ElfW(Addr) address = info->dlpi_addr + header->p_vaddr;

		if (header->p_type == PT_NOTE && module->build_id == NULL)
			build_id_find(module, (const char *)address, header->p_memsz);
		if (header->p_type != PT_LOAD)
			continue;
		if (address < module->start)
			module->start = address;
		if (address + header->p_memsz > module->end)
			module->end = address + header->p_memsz;
	}
}

static bool told_before(ElfW(Addr) start)
{
	uint32_t i;

	for (i = 0; i < told_count; i++)
		if (told[i] == start)
			return true;
	if (told_count < MODULES_MAX)
		told[told_count++] = start;
	return told_count == MODULES_MAX;
}

static int module_tell(struct dl_phdr_info *info, size_t size, void *unused)
{
	struct module module = {0};
	char program[PATH_MAX];
	ssize_t length;

	(void)size;
	(void)unused;
	module_read(&module, info);
	if (module.start >= module.end || told_before(module.start))
		return 0;
	if (info->dlpi_name[0] != '\0') {
		vspan_heap_module(info->dlpi_addr, module.start, module.end, info->dlpi_name,
			module.build_id, module.build_id_size);
		return 0;
	}
	length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[length > 0 ? length : 0] = '\0';
	vspan_heap_module(info->dlpi_addr, module.start, module.end, program, module.build_id,
		module.build_id_size);
	return 0;
}

void heap_modules_tell(void)
{
	dl_iterate_phdr(module_tell, NULL);
}
