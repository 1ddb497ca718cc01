/* SPDX-License-Identifier: MIT */
/*
 * arguments.h - the name=value arguments of an example guest, which the host
 * puts into the boot structure, separated by blanks.
 */
#ifndef EXAMPLE_ARGUMENTS_H
#define EXAMPLE_ARGUMENTS_H

#include <stdint.h>

struct argument {
	const char *name;
	uint64_t value; /* on entry the default */
	uint64_t maximum;
	const char *const *choices; /* words up to NULL, the value is an index; NULL: a number */
};

/*
 * Reads at most `size` bytes of text. Returns NULL, or where the first word
 * begins that is unknown, malformed or beyond its maximum.
 */
const char *arguments_parse(
	const char *text, uint32_t size, struct argument *arguments, uint32_t count);

#endif /* EXAMPLE_ARGUMENTS_H */
