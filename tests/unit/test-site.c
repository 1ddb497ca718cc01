/* SPDX-License-Identifier: MIT */
/*
 * test-site.c - src/site.c: a good call site, and every way in which a guest's
 * description can be wrong. Each test changes one thing of the good entry.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "site.h"

#define ID 7u

static struct vspan_abi_site shared;
static struct site site;

static void field(uint32_t index, const char *name, uint8_t type, uint16_t length)
{
	memset(&shared.fields[index], 0, sizeof(shared.fields[index]));
	strcpy(shared.fields[index].name, name);
	shared.fields[index].type = type;
	shared.fields[index].length = length;
}

static void describe(void)
{
	memset(&shared, 0, sizeof(shared));
	shared.commit = ID + 1;
	shared.struct_size = sizeof(shared);
	shared.line = 42;
	shared.kind = VSPAN_ABI_SITE_SPAN;
	shared.level = VSPAN_ABI_LEVEL_INFO;
	strcpy(shared.provider, "disk");
	strcpy(shared.name, "read");
	strcpy(shared.file, "drivers/disk.c");
	shared.field_count = 3;
	field(0, "lba", VSPAN_ABI_TYPE_U64, 0);
	shared.fields[0].flags = VSPAN_ABI_FIELD_HEX;
	field(1, "op", VSPAN_ABI_TYPE_STRING, 0);
	field(2, "_counts9", VSPAN_ABI_TYPE_S16, 5);
}

TestSuite(site, .init = describe);

static int read_it(void)
{
	return site_read(&shared, ID, &site);
}

Test(site, a_good_entry_is_copied_whole)
{
	cr_assert_eq(read_it(), 0);
	cr_expect_eq(site.id, ID);
	cr_expect_eq(site.line, 42);
	cr_expect_eq(site.kind, VSPAN_ABI_SITE_SPAN);
	cr_expect_eq(site.level, VSPAN_ABI_LEVEL_INFO);
	cr_expect_str_eq(site.provider, "disk");
	cr_expect_str_eq(site.name, "read");
	cr_expect_str_eq(site.file, "drivers/disk.c");
	cr_expect_eq(site.field_count, 3);
	cr_expect_str_eq(site.fields[0].name, "lba");
	cr_expect_eq(site.fields[0].flags, VSPAN_ABI_FIELD_HEX);
	cr_expect_eq(site.fields[1].type, VSPAN_ABI_TYPE_STRING);
	cr_expect_str_eq(site.fields[2].name, "_counts9");
	cr_expect_eq(site.fields[2].length, 5);
}

Test(site, an_uncommitted_entry_comes_later)
{
	shared.commit = 0;
	cr_expect_eq(read_it(), -EAGAIN);
	shared.commit = ID;
	cr_expect_eq(read_it(), -EAGAIN);
	shared.commit = (UINT64_C(1) << 32) | (ID + 1);
	cr_expect_eq(read_it(), -EAGAIN);
}

Test(site, kind_level_and_size)
{
	static const uint8_t kinds[] = {0, 3, 255};
	size_t i;

	for (i = 0; i < sizeof(kinds); i++) {
		shared.kind = kinds[i];
		cr_expect_eq(read_it(), -EINVAL);
	}
	shared.kind = VSPAN_ABI_SITE_EVENT;
	cr_expect_eq(read_it(), 0);
	shared.level = 14;
	cr_expect_eq(read_it(), 0);
	shared.level = 15;
	cr_expect_eq(read_it(), -EINVAL);
	shared.level = 0;
	shared.struct_size = sizeof(shared) - 1;
	cr_expect_eq(read_it(), -EINVAL);
	shared.struct_size = 4096;
	cr_expect_eq(read_it(), 0, "a later ABI may append");
}

/* Every byte, at the start and inside, of each name. */
static void expect_identifier(char *name, size_t size)
{
	char saved[VSPAN_ABI_SITE_FILE];
	int byte;

	memcpy(saved, name, size);
	for (byte = 1; byte < 256; byte++) {
		const int letter =
			byte == '_' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
		const int digit = byte >= '0' && byte <= '9';

		strcpy(name, "zz");
		name[0] = (char)byte;
		cr_expect_eq(read_it(), letter ? 0 : -EINVAL, "starts with %02x", byte);
		name[0] = 'z';
		name[1] = (char)byte;
		cr_expect_eq(read_it(), letter || digit ? 0 : -EINVAL, "contains %02x", byte);
	}
	memset(name, 'a', size);
	cr_expect_eq(read_it(), -EINVAL, "no NUL");
	name[size - 1] = '\0';
	cr_expect_eq(read_it(), 0, "longest");
	name[0] = '\0';
	cr_expect_eq(read_it(), -EINVAL, "empty");
	memcpy(name, saved, size);
}

Test(site, names_are_identifiers)
{
	expect_identifier(shared.provider, sizeof(shared.provider));
	expect_identifier(shared.name, sizeof(shared.name));
	expect_identifier(shared.fields[1].name, sizeof(shared.fields[1].name));
}

Test(site, nothing_follows_a_name_into_the_copy)
{
	memset(shared.name, 'x', sizeof(shared.name));
	strcpy(shared.name, "read");
	cr_assert_eq(read_it(), 0);
	cr_expect_eq(site.name[5], '\0');
	cr_expect_eq(site.name[sizeof(site.name) - 1], '\0');
}

Test(site, the_file_is_repaired)
{
	strcpy(shared.file, "a\x1b[2Jb\xe2\x80\xae\n");
	cr_expect_eq(read_it(), 0);
	cr_expect_str_eq(site.file, "a?[2Jb????");
	memset(shared.file, 'f', sizeof(shared.file));
	cr_expect_eq(read_it(), 0);
	cr_expect_eq(strlen(site.file), sizeof(site.file) - 1);
	shared.file[0] = '\0';
	cr_expect_eq(read_it(), 0);
	cr_expect_str_eq(site.file, "");
}

Test(site, field_types)
{
	unsigned type;

	for (type = 0; type < 256; type++) {
		field(0, "lba", (uint8_t)type, 0);
		cr_expect_eq(read_it(), type >= 1 && type <= 12 ? 0 : -EINVAL, "type %u", type);
		field(0, "lba", (uint8_t)type, 2);
		cr_expect_eq(
			read_it(), type >= 1 && type <= 8 ? 0 : -EINVAL, "array of type %u", type);
	}
}

Test(site, field_counts_and_duplicates)
{
	char name[VSPAN_ABI_FIELD_NAME];
	uint32_t i;

	for (i = 0; i < VSPAN_ABI_FIELDS_MAX; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		field(i, name, VSPAN_ABI_TYPE_U8, 0);
	}
	shared.field_count = 0;
	cr_expect_eq(read_it(), 0);
	shared.field_count = VSPAN_ABI_FIELDS_MAX;
	cr_expect_eq(read_it(), 0);
	shared.field_count = VSPAN_ABI_FIELDS_MAX + 1;
	cr_expect_eq(read_it(), -EINVAL);
	shared.field_count = 255;
	cr_expect_eq(read_it(), -EINVAL);
	shared.field_count = VSPAN_ABI_FIELDS_MAX;
	strcpy(shared.fields[15].name, "f0");
	cr_expect_eq(read_it(), -EINVAL, "same name twice");
	shared.field_count = 15;
	cr_expect_eq(read_it(), 0, "the twin is not a field");
}

Test(site, fields_fit_the_longest_record)
{
	field(0, "big", VSPAN_ABI_TYPE_U64, VSPAN_ABI_RECORD_WORDS_MAX - 1);
	field(1, "rest", VSPAN_ABI_TYPE_U8, 8);
	shared.field_count = 2;
	cr_expect_eq(read_it(), 0);
	field(1, "rest", VSPAN_ABI_TYPE_U8, 9);
	cr_expect_eq(read_it(), -EINVAL);
	field(0, "big", VSPAN_ABI_TYPE_U64, UINT16_MAX);
	cr_expect_eq(read_it(), -EINVAL);
}

Test(site, unknown_flags_are_ignored)
{
	shared.fields[0].flags = 0xff;
	shared.flags = ~(VSPAN_ABI_SITE_KIND_MASK | VSPAN_ABI_SITE_NAMED | VSPAN_ABI_SITE_FUNCTION);
	shared.reserved0 = 0xff;
	memset(shared.reserved1, 0xff, sizeof(shared.reserved1));
	cr_assert_eq(read_it(), 0);
	cr_expect_eq(site.fields[0].flags, VSPAN_ABI_FIELD_HEX);
	cr_expect_eq(site.span_kind, VSPAN_ABI_SITE_KIND_INTERNAL);
	cr_expect_not(site.named);
}

Test(site, a_function_is_a_span_without_fields)
{
	shared.flags = VSPAN_ABI_SITE_FUNCTION;
	cr_expect_eq(read_it(), -EINVAL, "it has fields");
	shared.field_count = 0;
	cr_assert_eq(read_it(), 0);
	cr_expect(site.function);
	shared.kind = VSPAN_ABI_SITE_EVENT;
	cr_expect_eq(read_it(), -EINVAL, "it is an event");
}

Test(site, a_span_has_one_of_five_kinds)
{
	for (shared.flags = 0; shared.flags <= VSPAN_ABI_SITE_KIND_MASK; shared.flags++) {
		cr_expect_eq(read_it(), shared.flags <= 4 ? 0 : -EINVAL, "kind %u", shared.flags);
		cr_expect_eq(site.span_kind, shared.flags);
	}
	shared.kind = VSPAN_ABI_SITE_EVENT;
	shared.flags = VSPAN_ABI_SITE_KIND_CLIENT;
	cr_expect_eq(read_it(), -EINVAL, "an event has no kind");
	shared.flags = VSPAN_ABI_SITE_KIND_INTERNAL;
	cr_expect_eq(read_it(), 0);
}

Test(site, a_name_comes_as_a_string)
{
	shared.flags = VSPAN_ABI_SITE_NAMED | VSPAN_ABI_SITE_KIND_SERVER;
	field(0, "name", VSPAN_ABI_TYPE_STRING, 0);
	cr_expect_eq(read_it(), 0);
	cr_expect(site.named);
	cr_expect_eq(site.span_kind, VSPAN_ABI_SITE_KIND_SERVER);
	field(0, "name", VSPAN_ABI_TYPE_BYTES, 0);
	cr_expect_eq(read_it(), -EINVAL, "bytes are no text");
	field(0, "name", VSPAN_ABI_TYPE_U64, 0);
	cr_expect_eq(read_it(), -EINVAL);
	shared.field_count = 0;
	cr_expect_eq(read_it(), -EINVAL, "no field at all");
}

Test(site, type_sizes)
{
	static const uint32_t sizes[] = {0, 1, 2, 4, 8, 1, 2, 4, 8, 8, 1, 0, 0, 0};
	uint32_t type;

	for (type = 0; type < sizeof(sizes) / sizeof(sizes[0]); type++)
		cr_expect_eq(site_type_size((uint8_t)type), sizes[type], "type %u", type);
}
