/* SPDX-License-Identifier: MIT */
/* view-run.c - see view-run.h. */
#include "view-run.h"

#include <signal.h>
#include <time.h>
#include "view-output.h"

/* As babeltrace2 waits when a live session has nothing. */
#define PAUSE_NS 100000000
/* Some messages each: how often it is looked whether anybody reads. */
#define GONE_TURNS 256

static volatile sig_atomic_t interrupted;
/* Of the graph that runs, NULL: none does. */
static bt_interrupter *volatile interrupter;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
	if (interrupter != NULL)
		bt_interrupter_set(interrupter);
}

void view_run_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static enum view_result run(struct view_graph *graph)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};

	for (unsigned turn = 1;; turn++) {
		if (interrupted)
			return RESULT_INTERRUPTED;
		if (turn % GONE_TURNS == 0 && view_output_gone())
			return RESULT_GONE;
		switch (bt_graph_run_once(graph->graph)) {
		case BT_GRAPH_RUN_ONCE_STATUS_OK:
			break;
		case BT_GRAPH_RUN_ONCE_STATUS_AGAIN:
			nanosleep(&pause, NULL);
			break;
		case BT_GRAPH_RUN_ONCE_STATUS_END:
			return RESULT_DONE;
		default:
			return interrupted ? RESULT_INTERRUPTED : RESULT_FAILED;
		}
	}
}

enum view_result view_run(struct view_graph *graph)
{
	enum view_result result;

	interrupter = bt_graph_borrow_default_interrupter(graph->graph);
	result = run(graph);
	interrupter = NULL;
	return result;
}
