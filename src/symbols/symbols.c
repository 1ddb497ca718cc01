/* SPDX-License-Identifier: MIT */
/* symbols.c - see symbols.h. */
#include "symbols.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILE_SIZE_MAX ((off_t)1 << 30)

struct module {
	struct module *next;
	Dwfl *dwfl; /* NULL: cannot be used, and need not be tried again */
	Dwfl_Module *handle;
	struct site_function key; /* but for its address */
};

struct symbols {
	int root;
	uint32_t count;
	struct module *modules;
};

static char *debug_path; /* libdw's own: where separate files of debug information are */

/* Found by build id alone: nothing is fetched, no other name is tried. */
static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_build_id_find_debuginfo,
	.debuginfo_path = &debug_path,
};

struct symbols *symbols_open(const char *root)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));

	if (symbols == NULL)
		return NULL;
	symbols->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (symbols->root >= 0)
		return symbols;
	free(symbols);
	return NULL;
}

void symbols_close(struct symbols *symbols)
{
	struct module *module;

	if (symbols == NULL)
		return;
	while ((module = symbols->modules) != NULL) {
		symbols->modules = module->next;
		if (module->dwfl != NULL)
			dwfl_end(module->dwfl);
		free(module);
	}
	close(symbols->root);
	free(symbols);
}

/* Links in the path lead nowhere but below the root. */
static int file_open(const struct symbols *symbols, const char *path)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, symbols->root, path, &how, sizeof(how));
	struct stat status;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= FILE_SIZE_MAX)
		return fd;
	close(fd);
	return -1;
}

/* True if the file is what the guest runs, as far as it says. */
static bool module_is(Dwfl_Module *handle, const struct site_function *key)
{
	const unsigned char *bits;
	GElf_Addr address;
	int size;

	if (key->build_id_size == 0)
		return true;
	size = dwfl_module_build_id(handle, &bits, &address);
	return size > 0 && (uint32_t)size == key->build_id_size &&
		memcmp(bits, key->build_id, key->build_id_size) == 0;
}

static void module_load(const struct symbols *symbols, struct module *module)
{
	int fd = file_open(symbols, module->key.module);

	if (fd < 0)
		return;
	module->dwfl = dwfl_begin(&callbacks);
	if (module->dwfl == NULL) {
		close(fd);
		return;
	}
	dwfl_report_begin(module->dwfl);
	/* At the addresses the file has. The descriptor is libdw's, once it took it. */
	module->handle = dwfl_report_elf(module->dwfl, "module", module->key.module, fd, 0, true);
	dwfl_report_end(module->dwfl, NULL, NULL);
	if (module->handle == NULL)
		close(fd);
	if (module->handle != NULL && module_is(module->handle, &module->key))
		return;
	dwfl_end(module->dwfl);
	module->dwfl = NULL;
}

static bool same_module(const struct site_function *a, const struct site_function *b)
{
	return a->build_id_size == b->build_id_size &&
		memcmp(a->build_id, b->build_id, a->build_id_size) == 0 &&
		strcmp(a->module, b->module) == 0;
}

static struct module *module_of(struct symbols *symbols, const struct site_function *function)
{
	struct module *module = symbols->modules;

	while (module != NULL && !same_module(&module->key, function))
		module = module->next;
	if (module != NULL || symbols->count >= SYMBOLS_MODULES_MAX)
		return module;
	module = calloc(1, sizeof(*module));
	if (module == NULL)
		return NULL;
	module->key = *function;
	module_load(symbols, module);
	module->next = symbols->modules;
	symbols->modules = module;
	symbols->count++;
	return module;
}

static void line_find(Dwfl_Module *handle, uint64_t address, struct symbol *out)
{
	Dwfl_Line *line = dwfl_module_getsrc(handle, address);
	const char *file;
	int number = 0;

	if (line == NULL)
		return;
	file = dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
	if (file == NULL || number <= 0)
		return;
	site_file_make(out->file, file);
	out->line = (uint32_t)number;
}

int symbols_find_around(struct symbols *symbols, const struct site_function *place,
	struct symbol *out, uint64_t *offset)
{
	const struct module *module = module_of(symbols, place);
	const char *name;
	GElf_Sym symbol;

	memset(out, 0, sizeof(*out));
	*offset = 0;
	if (module == NULL || module->dwfl == NULL)
		return -ENOENT;
	name = dwfl_module_addrinfo(
		module->handle, place->address, offset, &symbol, NULL, NULL, NULL);
	if (name == NULL || name[0] == '\0')
		return -ENOENT;
	snprintf(out->name, sizeof(out->name), "%s", name);
	line_find(module->handle, place->address, out);
	return 0;
}

int symbols_find(struct symbols *symbols, const struct site_function *function, struct symbol *out)
{
	uint64_t offset;
	int status = symbols_find_around(symbols, function, out, &offset);

	return status == 0 && offset != 0 ? -ENOENT : status;
}
