/* SPDX-License-Identifier: MIT */
/* view-live.h - a recording session that is followed while it records. */
#ifndef VSPAN_CLI_VIEW_LIVE_H
#define VSPAN_CLI_VIEW_LIVE_H

#include "view-traces.h"

/*
 * Adds the source of a session, given as URL or by its name alone: then it is one
 * of this host, at its own relay daemon. Returns 0, or -1 with the reason printed.
 */
int view_live_add(struct view_traces *traces, const struct view_plugins *plugins,
	const char *session, bool verbose);

#endif /* VSPAN_CLI_VIEW_LIVE_H */
