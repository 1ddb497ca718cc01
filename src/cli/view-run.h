/* SPDX-License-Identifier: MIT */
/* view-run.h - runs a graph to its end, or until somebody wants it to stop. */
#ifndef VSPAN_CLI_VIEW_RUN_H
#define VSPAN_CLI_VIEW_RUN_H

#include "view-graph.h"

enum view_result {
	RESULT_DONE,
	RESULT_INTERRUPTED, /* by a signal */
	RESULT_GONE,        /* nobody reads any more */
	RESULT_FAILED,      /* the current thread's error says why */
};

/* A first SIGINT or SIGTERM from here on ends view_run(), a second one the program. */
void view_run_signals(void);

enum view_result view_run(struct view_graph *graph);

#endif /* VSPAN_CLI_VIEW_RUN_H */
