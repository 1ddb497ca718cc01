/* SPDX-License-Identifier: MIT */
/* names.c - see names.h. */
#include "names.h"

#include "symbols/symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int names_open(struct names *names, const char *elf, const char *root)
{
	if (elf) {
		names->path = realpath(elf, NULL);
		if (!names->path)
			return -errno;
		if (strlen(names->path) >= VSPAN_ABI_MODULE)
			return -ENAMETOOLONG;
		names->image = symbols_open("/");
		if (!names->image)
			return -errno;
	}
	if (root) {
		names->files = symbols_open(root);
		if (!names->files)
			return -errno;
	}
	return 0;
}

void names_close(struct names *names)
{
	symbols_close(names->image);
	symbols_close(names->files);
	free(names->path);
	*names = (struct names){.path = NULL};
}

/* A file's name without the folders it is in. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool function_append(struct symbols *symbols, struct text *text, const char *path,
	const struct module *module, uint64_t address)
{
	struct site_function place = {.address = address - 1};
	struct symbol symbol;
	uint64_t offset;

	if (!symbols || strlen(path) >= sizeof(place.module))
		return false;
	memcpy(place.module, path, strlen(path));
	if (module && module->build_id_size <= sizeof(place.build_id)) {
		memcpy(place.build_id, module->build_id, module->build_id_size);
		place.build_id_size = (uint32_t)module->build_id_size;
	}
	if (symbols_find_around(symbols, &place, &symbol, &offset) < 0)
		return false;
	text_append_safe(text, symbol.name, strlen(symbol.name));
	text_print(text, "+0x%" PRIx64, offset + 1);
	if (symbol.file[0] != '\0') {
		const char *file = base_name(symbol.file);

		text_append(text, " (", 2);
		text_append_safe(text, file, strlen(file));
		text_print(text, ":%" PRIu32 ")", symbol.line);
	}
	return true;
}

void names_append(const struct names *names, struct text *text, const struct profile *profile,
	uint64_t address)
{
	const struct module *module = profile_module_find(profile, address);
	const char *base;

	if (module &&
		function_append(names->files, text, module->path, module, address - module->bias))
		return;
	if (names->image && function_append(names->image, text, names->path, NULL, address))
		return;
	if (!module) {
		text_print(text, "0x%" PRIx64, address);
		return;
	}
	base = base_name(module->path);
	text_append_safe(text, base, strlen(base));
	text_print(text, "+0x%" PRIx64, address - module->bias);
}
