/* SPDX-License-Identifier: MIT */
/*
 * summary.h - what the page says about the trace as a whole: VMs, totals,
 * ledgers, notices, and what was left out.
 */
#ifndef VSPAN_PLUGINS_SINK_HTML_SUMMARY_H
#define VSPAN_PLUGINS_SINK_HTML_SUMMARY_H

#include "model/forest.h"
#include "records.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes the script element `summary`, of JSON. Returns 0 or -ENOMEM. */
int summary_write(
	const struct forest *forest, const struct records *records, bool interrupted, FILE *stream);

#endif /* VSPAN_PLUGINS_SINK_HTML_SUMMARY_H */
