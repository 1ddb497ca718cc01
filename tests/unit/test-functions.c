/* SPDX-License-Identifier: MIT */
/*
 * test-functions.c - src/assembly/functions.c and src/symbols/: which names a pattern
 * means; what a function of this very program is called; files that are not the
 * guest's module, that are none at all, that are outside of the root, or damaged.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "attachment.h"
#include "functions.h"
#include "symbols/symbols.h"

#define DAMAGES 400

int function_looked_for(int value);

__attribute__((noinline)) int function_looked_for(int value)
{
	return value + 1;
}

static int first_module(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	*(uint64_t *)data = info->dlpi_addr;
	return 1;
}

static struct site_function here(const char *module)
{
	struct site_function function = {.address = (uint64_t)(uintptr_t)function_looked_for};
	uint64_t bias = 0;

	dl_iterate_phdr(first_module, &bias);
	function.address -= bias;
	snprintf(function.module, sizeof(function.module), "%s", module);
	return function;
}

static const char *own_path(void)
{
	static char path[VSPAN_ABI_MODULE];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	cr_assert(length > 0);
	path[length] = '\0';
	return path;
}

Test(functions, patterns)
{
	cr_expect(functions_match("", "any"));
	cr_expect(functions_match("read", "read"));
	cr_expect(!functions_match("read", "reads"));
	cr_expect(functions_match("read*,write*", "write_all"));
	cr_expect(!functions_match("read*,write*", "open"));
	cr_expect(functions_match("!read*", "open"));
	cr_expect(!functions_match("!read*", "read_all"));
	cr_expect(!functions_match("*,!read*", "read_all"));
	cr_expect(!functions_match("!read*,read_all", "read_all"));
	cr_expect(functions_match("[a-c]?", "b7"));
	cr_expect(functions_match(",,", "any"));
	cr_expect(functions_match("!", "any"));
}

Test(functions, names_of_any_symbol)
{
	char name[VSPAN_ABI_SITE_NAME];
	char longest[300];

	site_name_make(name, "plain_name1");
	cr_expect_str_eq(name, "plain_name1");
	site_name_make(name, "split.part.0");
	cr_expect_str_eq(name, "split_part_0");
	site_name_make(name, "0day\x1b[31m\xff");
	cr_expect_str_eq(name, "_0day__31m_");
	site_name_make(name, "");
	cr_expect_str_eq(name, "_");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	site_name_make(name, longest);
	cr_expect_eq(strlen(name), VSPAN_ABI_SITE_NAME - 1);
}

Test(functions, what_a_guest_says)
{
	static struct vspan_abi_site shared;
	struct vspan_abi_function *said = (void *)shared.fields;
	struct site_function function;

	said->address = 0x1234;
	said->build_id_size = 4;
	memcpy(said->build_id, "abcd", 4);
	strcpy(said->module, "/usr/bin/true");
	cr_assert_eq(site_read_function(&shared, &function), 0);
	cr_expect_eq(function.address, 0x1234);
	cr_expect_str_eq(function.module, "/usr/bin/true");
	said->build_id_size = VSPAN_ABI_BUILD_ID + 1;
	cr_expect_eq(site_read_function(&shared, &function), -EINVAL);
	said->build_id_size = 0;
	strcpy(said->module, "relative");
	cr_expect_eq(site_read_function(&shared, &function), -EINVAL);
	memset(said->module, '/', sizeof(said->module));
	cr_expect_eq(site_read_function(&shared, &function), -EINVAL);
}

Test(functions, own_symbol)
{
	struct symbols *symbols = symbols_open("/");
	struct site_function function = here(own_path());
	struct symbol symbol;

	cr_assert_not_null(symbols);
	cr_assert_eq(symbols_find(symbols, &function, &symbol), 0);
	cr_expect_str_eq(symbol.name, "function_looked_for");
	cr_expect_not_null(strstr(symbol.file, "test-functions.c"));
	cr_expect_gt(symbol.line, 20);
	function.address++;
	cr_expect_eq(
		symbols_find(symbols, &function, &symbol), -ENOENT, "no function begins there");
	function.address = UINT64_MAX;
	cr_expect_eq(symbols_find(symbols, &function, &symbol), -ENOENT);
	symbols_close(symbols);
}

Test(functions, another_build)
{
	struct symbols *symbols = symbols_open("/");
	struct site_function function = here(own_path());
	struct symbol symbol;

	function.build_id_size = 20;
	memset(function.build_id, 0x5a, 20);
	cr_expect_eq(symbols_find(symbols, &function, &symbol), -ENOENT);
	symbols_close(symbols);
}

Test(functions, not_a_file_of_the_root, .timeout = 20)
{
	char folder[] = "/tmp/vspan-symbols.XXXXXX", path[64], module[VSPAN_ABI_MODULE];
	struct site_function function;
	struct symbols *symbols;
	struct symbol symbol;

	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/link", folder);
	cr_assert_eq(symlink(own_path(), path), 0);
	snprintf(path, sizeof(path), "%s/fifo", folder);
	cr_assert_eq(mkfifo(path, 0600), 0);
	symbols = symbols_open(folder);
	cr_assert_not_null(symbols);
	/* An absolute link stays below the root, and so does the way up. */
	function = here("/link");
	cr_expect_eq(symbols_find(symbols, &function, &symbol), -ENOENT);
	snprintf(module, sizeof(module), "/../../../../../..%.500s", own_path());
	function = here(module);
	cr_expect_eq(symbols_find(symbols, &function, &symbol), -ENOENT);
	function = here("/fifo");
	cr_expect_eq(symbols_find(symbols, &function, &symbol), -ENOENT);
	function = here("/");
	cr_expect_eq(symbols_find(symbols, &function, &symbol), -ENOENT);
	symbols_close(symbols);
	unlink(path);
	snprintf(path, sizeof(path), "%s/link", folder);
	unlink(path);
	rmdir(folder);
	cr_expect_null(symbols_open("/no/such/folder"));
}

static size_t own_bytes(unsigned char **bytes)
{
	FILE *file = fopen(own_path(), "rb");
	size_t size;

	cr_assert_not_null(file);
	fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	*bytes = malloc(size);
	cr_assert(*bytes != NULL && fread(*bytes, 1, size, file) == size);
	fclose(file);
	return size;
}

/* Cut off anywhere, or with bytes of headers, symbols and line tables changed: no name, or one. */
Test(functions, damaged_files, .timeout = 120)
{
	char folder[] = "/tmp/vspan-symbols.XXXXXX", path[64];
	unsigned char *bytes;
	const size_t size = own_bytes(&bytes);
	struct site_function function = here("/damaged");
	struct symbols *symbols;
	struct symbol symbol;
	unsigned seed = 1;
	size_t written;
	FILE *file;
	int i, j;

	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/damaged", folder);
	for (i = 0; i < DAMAGES; i++) {
		file = fopen(path, "wb");
		cr_assert_not_null(file);
		written = i % 4 == 0 ? (size_t)rand_r(&seed) % size : size;
		cr_assert_eq(fwrite(bytes, 1, written, file), written);
		for (j = 0; i % 4 != 0 && j < 40; j++) {
			fseek(file, (long)((size_t)rand_r(&seed) % (i % 4 == 1 ? 1024 : size)),
				SEEK_SET);
			fputc(rand_r(&seed) & 0xff, file);
		}
		fclose(file);
		symbols = symbols_open(folder);
		cr_assert_not_null(symbols);
		if (symbols_find(symbols, &function, &symbol) == 0)
			cr_expect_lt(strlen(symbol.name), sizeof(symbol.name));
		symbols_close(symbols);
	}
	unlink(path);
	rmdir(folder);
	free(bytes);
}
