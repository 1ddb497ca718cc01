/* SPDX-License-Identifier: MIT */
/* json.h - a tally for programs: one JSON object in one line. */
#ifndef VSPAN_PLUGINS_SINK_TALLY_JSON_H
#define VSPAN_PLUGINS_SINK_TALLY_JSON_H

#include "lines.h"

/* Returns 0 or -ENOMEM. */
int json_write(const struct tally *tally, const struct lines *lines);

#endif /* VSPAN_PLUGINS_SINK_TALLY_JSON_H */
