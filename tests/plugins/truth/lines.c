/* SPDX-License-Identifier: MIT */
/*
 * lines.c - see lines.h.
 */
#include "lines.h"

#include "source-forest/story.h"

#include <stdlib.h>
#include <string.h>

void lines_add(struct lines *lines, char *line)
{
	lines->array =
		story_grow(lines->array, lines->count, &lines->capacity, sizeof(*lines->array));
	lines->array[lines->count++] = line;
}

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lines_sort(struct lines *lines)
{
	if (lines->count)
		qsort(lines->array, lines->count, sizeof(*lines->array), line_compare);
}

size_t lines_compare(struct lines *expected, struct lines *shown, FILE *stream)
{
	size_t differences = 0, e = 0, s = 0;

	lines_sort(expected);
	lines_sort(shown);
	while (e < expected->count || s < shown->count) {
		int order = e == expected->count ? 1
			: s == shown->count      ? -1
						 : strcmp(expected->array[e], shown->array[s]);

		if (order != 0)
			differences++;
		if (order != 0 && stream)
			fprintf(stream, "%s %s\n", order < 0 ? "- true: " : "+ shown:",
				order < 0 ? expected->array[e] : shown->array[s]);
		e += order <= 0;
		s += order >= 0;
	}
	return differences;
}

void lines_clear(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->array[i]);
	free(lines->array);
	*lines = (struct lines){.count = 0};
}
