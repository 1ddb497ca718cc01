/* SPDX-License-Identifier: MIT */
/*
 * test-elf.c - loading guests (src/vmm/elf.c): a minimal image, and every way
 * in which one can be wrong. Each test changes one thing of the good image.
 */
#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "vmm/image.h"

#define RAM_SIZE (UINT64_C(4) << 20)
#define ROOM_START UINT64_C(0x100000)
#define ROOM_END UINT64_C(0x380000)
#define CODE_OFFSET 0x200u
#define CODE_SIZE 16u
#define MEMORY_SIZE 64u
#define CODE_BYTE 0x90

/* A whole file: headers, then the code at CODE_OFFSET. */
static struct file {
	Elf64_Ehdr header;
	Elf64_Phdr segments[2];
	uint8_t room[CODE_OFFSET - sizeof(Elf64_Ehdr) - 2 * sizeof(Elf64_Phdr)];
	uint8_t code[CODE_SIZE];
} file;
_Static_assert(sizeof(file) == CODE_OFFSET + CODE_SIZE, "file layout");

static size_t file_size;
static uint8_t *ram;
static char path[] = "/tmp/vspan-test-elf-XXXXXX";
static struct image_loaded loaded;
static struct vspan_error error;

static void setup(void)
{
	memset(&file, 0, sizeof(file));
	memcpy(file.header.e_ident, ELFMAG, SELFMAG);
	file.header.e_ident[EI_CLASS] = ELFCLASS64;
	file.header.e_ident[EI_DATA] = ELFDATA2LSB;
	file.header.e_ident[EI_VERSION] = EV_CURRENT;
	file.header.e_type = ET_EXEC;
	file.header.e_machine = EM_X86_64;
	file.header.e_version = EV_CURRENT;
	file.header.e_entry = ROOM_START + 4;
	file.header.e_phoff = sizeof(file.header);
	file.header.e_ehsize = sizeof(file.header);
	file.header.e_phentsize = sizeof(file.segments[0]);
	file.header.e_phnum = 1;
	file.segments[0].p_type = PT_LOAD;
	file.segments[0].p_flags = PF_R | PF_X;
	file.segments[0].p_offset = CODE_OFFSET;
	file.segments[0].p_vaddr = ROOM_START;
	file.segments[0].p_filesz = CODE_SIZE;
	file.segments[0].p_memsz = MEMORY_SIZE;
	memset(file.code, CODE_BYTE, sizeof(file.code));
	file_size = sizeof(file);
	ram = malloc(RAM_SIZE);
	cr_assert_not_null(ram);
	memset(ram, 0xee, RAM_SIZE);
	cr_assert_geq(close(mkstemp(path)), 0);
}

static void teardown(void)
{
	unlink(path);
	free(ram);
}

static int load(void)
{
	const struct image_room room = {.ram = ram, .start = ROOM_START, .end = ROOM_END};
	FILE *out = fopen(path, "wb");

	cr_assert_not_null(out);
	cr_assert_eq(fwrite(&file, 1, file_size, out), file_size);
	cr_assert_eq(fclose(out), 0);
	memset(&error, 0, sizeof(error));
	return image_load(path, &room, &loaded, &error);
}

/* Refused, with a text that says why, and RAM outside the room as it was. */
static void refused(int code, const char *text)
{
	uint64_t i;

	cr_expect_eq(load(), -code, "%s", error.text);
	cr_expect_eq(error.code, code);
	cr_expect_not_null(strstr(error.text, text), "'%s' lacks '%s'", error.text, text);
	for (i = 0; i < ROOM_START; i += 64)
		cr_assert_eq(ram[i], 0xee);
	for (i = ROOM_END; i < RAM_SIZE; i += 64)
		cr_assert_eq(ram[i], 0xee);
}

TestSuite(elf, .init = setup, .fini = teardown);

Test(elf, good_image_is_loaded)
{
	uint64_t i;

	cr_assert_eq(load(), 0, "%s", error.text);
	cr_expect_eq(loaded.entry, ROOM_START + 4);
	cr_expect_eq(loaded.end, ROOM_START + MEMORY_SIZE);
	for (i = 0; i < CODE_SIZE; i++)
		cr_expect_eq(ram[ROOM_START + i], CODE_BYTE);
	for (; i < MEMORY_SIZE; i++)
		cr_expect_eq(ram[ROOM_START + i], 0);
	cr_expect_eq(ram[ROOM_START + MEMORY_SIZE], 0xee);
	cr_expect_eq(ram[ROOM_START - 1], 0xee);
}

Test(elf, segment_may_fill_the_room_exactly)
{
	file.segments[0].p_memsz = ROOM_END - ROOM_START;
	cr_assert_eq(load(), 0, "%s", error.text);
	cr_expect_eq(ram[ROOM_END - 1], 0);
	cr_expect_eq(ram[ROOM_END], 0xee);
}

Test(elf, missing_file)
{
	const struct image_room room = {.ram = ram, .start = ROOM_START, .end = ROOM_END};

	cr_expect_eq(image_load("/nonexistent/guest.elf", &room, &loaded, &error), -ENOENT);
	cr_expect_not_null(strstr(error.text, "/nonexistent/guest.elf"));
}

Test(elf, directory)
{
	const struct image_room room = {.ram = ram, .start = ROOM_START, .end = ROOM_END};

	cr_expect_eq(image_load("/tmp", &room, &loaded, &error), -EINVAL);
}

Test(elf, empty_file)
{
	file_size = 0;
	refused(ENOEXEC, "not an ELF file");
}

Test(elf, not_elf)
{
	file.header.e_ident[EI_MAG1] = 'X';
	refused(ENOEXEC, "not an ELF file");
}

Test(elf, every_truncation_is_refused)
{
	size_t size;

	for (size = 0; size < sizeof(file); size++) {
		file_size = size;
		cr_expect_lt(load(), 0, "%zu bytes of %zu were accepted", size, sizeof(file));
		cr_expect_neq(error.text[0], '\0');
	}
}

Test(elf, wrong_class)
{
	file.header.e_ident[EI_CLASS] = ELFCLASS32;
	file.header.e_machine = EM_386;
	refused(ENOEXEC, "another processor");
}

Test(elf, wrong_machine)
{
	file.header.e_machine = EM_AARCH64;
	refused(ENOEXEC, "another processor (machine 183)");
}

Test(elf, wrong_byte_order)
{
	file.header.e_ident[EI_DATA] = ELFDATA2MSB;
	cr_expect_lt(load(), 0);
}

Test(elf, position_independent)
{
	file.header.e_type = ET_DYN;
	refused(ENOEXEC, "position-independent");
}

Test(elf, object_file)
{
	file.header.e_type = ET_REL;
	refused(ENOEXEC, "an object file");
}

Test(elf, dynamically_linked)
{
	file.header.e_phnum = 2;
	file.segments[1].p_type = PT_INTERP;
	refused(ENOEXEC, "dynamically linked");
}

Test(elf, no_segments)
{
	file.header.e_phnum = 0;
	refused(ENOEXEC, "program headers");
}

Test(elf, too_many_segments)
{
	file.header.e_phnum = 0xfff0;
	cr_expect_lt(load(), 0);
}

Test(elf, headers_beyond_the_file)
{
	file.header.e_phoff = UINT64_MAX - 8;
	cr_expect_lt(load(), 0);
	cr_expect_neq(error.text[0], '\0');
}

Test(elf, segment_beyond_the_file)
{
	file.segments[0].p_offset = CODE_OFFSET + 1;
	refused(ENOEXEC, "not wholly in the file");
}

Test(elf, segment_offset_wraps)
{
	file.segments[0].p_offset = UINT64_MAX - 4;
	refused(ENOEXEC, "not wholly in the file");
}

Test(elf, more_in_the_file_than_in_memory)
{
	file.segments[0].p_memsz = CODE_SIZE - 1;
	refused(ENOEXEC, "not wholly in the file");
}

Test(elf, segment_below_the_image)
{
	file.segments[0].p_vaddr = ROOM_START - 1;
	refused(ENOEXEC, "below 0x100000");
}

Test(elf, segment_above_ram)
{
	file.segments[0].p_vaddr = RAM_SIZE + ROOM_START;
	refused(ENOMEM, "give the guest more RAM");
}

Test(elf, segment_one_byte_too_long)
{
	file.segments[0].p_memsz = ROOM_END - ROOM_START + 1;
	refused(ENOMEM, "give the guest more RAM");
}

Test(elf, segment_end_wraps)
{
	file.segments[0].p_vaddr = UINT64_MAX - CODE_SIZE + 1;
	refused(ENOMEM, "give the guest more RAM");
	file.segments[0].p_vaddr = ROOM_START;
	file.segments[0].p_memsz = UINT64_MAX - ROOM_START + 1;
	refused(ENOMEM, "give the guest more RAM");
}

Test(elf, entry_outside_code)
{
	file.header.e_entry = 0;
	refused(ENOEXEC, "no code at its entry point 0x0");
	file.header.e_entry = ROOM_START + CODE_SIZE;
	refused(ENOEXEC, "no code at its entry point");
}

Test(elf, entry_in_data)
{
	file.segments[0].p_flags = PF_R | PF_W;
	refused(ENOEXEC, "no code at its entry point");
}

/* A second segment that is wrong must not hide behind a first that is right. */
Test(elf, later_segments_are_checked)
{
	file.header.e_phnum = 2;
	file.segments[1] = file.segments[0];
	file.segments[1].p_vaddr = ROOM_END;
	refused(ENOMEM, "segment 1 ");
}
