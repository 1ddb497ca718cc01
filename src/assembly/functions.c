/* SPDX-License-Identifier: MIT */
/* functions.c - see functions.h. */
#include "functions.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include "attachment.h"
#include "symbols/symbols.h"

#define PATTERN_SIZE 256u

int functions_init(
	struct functions *functions, const char *root, const char *patterns, uint64_t shortest_ns)
{
	*functions = (struct functions){.shortest_ns = shortest_ns};
	if (patterns != NULL) {
		functions->patterns = strdup(patterns);
		if (functions->patterns == NULL)
			return -ENOMEM;
	}
	if (root == NULL)
		return 0;
	errno = ENOMEM;
	functions->symbols = symbols_open(root);
	return functions->symbols != NULL ? 0 : -errno;
}

void functions_destroy(struct functions *functions)
{
	symbols_close(functions->symbols);
	free(functions->patterns);
	*functions = (struct functions){0};
}

bool functions_match(const char *patterns, const char *name)
{
	bool wanted = false, only = false;
	char pattern[PATTERN_SIZE];
	size_t length;
	bool against;

	for (; *patterns != '\0'; patterns += length + (patterns[length] == ',')) {
		length = strcspn(patterns, ",");
		against = *patterns == '!';
		if (length == against || length - against >= sizeof(pattern))
			continue;
		memcpy(pattern, patterns + against, length - against);
		pattern[length - against] = '\0';
		if (against && fnmatch(pattern, name, 0) == 0)
			return false;
		only |= !against;
		wanted |= !against && fnmatch(pattern, name, 0) == 0;
	}
	return wanted || !only;
}

void functions_learn(
	struct functions *functions, const struct vspan_abi_site *shared, struct known_site *known)
{
	struct site *site = &known->site;
	struct site_function function;
	const char *name = site->name;
	struct symbol symbol;

	if (functions->symbols != NULL && site_read_function(shared, &function) == 0 &&
		symbols_find(functions->symbols, &function, &symbol) == 0) {
		site_name_make(site->name, symbol.name);
		name = symbol.name;
		if (symbol.line != 0) {
			memcpy(site->file, symbol.file, sizeof(site->file));
			site->line = symbol.line;
		}
	}
	known->excluded =
		functions->patterns != NULL && !functions_match(functions->patterns, name);
}
