/* SPDX-License-Identifier: MIT */
/*
 * lines.h - a set of lines of text, each about one thing in a trace; two sets
 * are compared in order of the alphabet.
 */
#ifndef VSPAN_TESTS_TRUTH_LINES_H
#define VSPAN_TESTS_TRUTH_LINES_H

#include <stddef.h>
#include <stdio.h>

struct lines {
	char **array;
	size_t count, capacity;
};

/* Takes over the line, which was allocated. */
void lines_add(struct lines *lines, char *line);

/* Prints what is only in one of them; returns how many lines that are. */
size_t lines_compare(struct lines *expected, struct lines *shown, FILE *stream);

void lines_clear(struct lines *lines);

#endif /* VSPAN_TESTS_TRUTH_LINES_H */
