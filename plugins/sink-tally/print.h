/* SPDX-License-Identifier: MIT */
/* print.h - a tally for people: a table, and below it what the numbers lack. */
#ifndef VSPAN_PLUGINS_SINK_TALLY_PRINT_H
#define VSPAN_PLUGINS_SINK_TALLY_PRINT_H

#include "lines.h"

/* `last`: nothing more will be shown. Returns 0 or a negative errno. */
int print_write(struct tally *tally, const struct lines *lines, bool last);

#endif /* VSPAN_PLUGINS_SINK_TALLY_PRINT_H */
