/* SPDX-License-Identifier: MIT */
/* lines.h - the rows of a tally as they are shown: their numbers worked out, in order. */
#ifndef VSPAN_PLUGINS_SINK_TALLY_LINES_H
#define VSPAN_PLUGINS_SINK_TALLY_LINES_H

#include "tally.h"

struct line {
	const struct row *row; /* NULL: the totals */
	uint64_t values[COLUMNS];
};

struct lines {
	struct line *lines;
	size_t count;
	struct line total; /* time of all roots; the sums of the others */
};

/* Returns 0 or -ENOMEM; lines_clear() in any case. */
int lines_make(struct lines *lines, const struct tally *tally);

void lines_clear(struct lines *lines);

/* False: there is nothing such a number could be of. */
bool line_has(const struct line *line, enum tally_column column);

/* Names of parameter `sort`, ended by NULL, and the columns they stand for. */
extern const char *const sort_names[];

#endif /* VSPAN_PLUGINS_SINK_TALLY_LINES_H */
