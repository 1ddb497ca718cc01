/* SPDX-License-Identifier: MIT */
/*
 * view-output.h - what stands between a view and the person who waits for it: how
 * far it is, until there is something to see; then a pager.
 */
#ifndef VSPAN_CLI_VIEW_OUTPUT_H
#define VSPAN_CLI_VIEW_OUTPUT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct view_output {
	const uint64_t *events; /* read so far */
	const char *pager;      /* a command; NULL: none */
	bool progress;          /* tell how far it is */
	bool running;           /* there is a thread */
	int terminal;           /* the real standard output; -1: it is in its place */
	int from;               /* what the view writes is read here; -1: nowhere */
	int done;               /* an eventfd: no more progress */
	pthread_t thread;
};

/*
 * Begins. With `page` standard output is a terminal, and what is written to it
 * goes to a pager if there is one to be had. Returns 0 or a negative errno.
 */
int view_output_begin(
	struct view_output *output, const uint64_t *events, bool page, const char *pager);

/* All has been written, or nothing more will be: waits until a pager has ended. Twice is fine. */
void view_output_end(struct view_output *output);

/* True once nobody reads standard output any more: the pager, or `head`, has ended. */
bool view_output_gone(void);

/* What is still written goes nowhere, and what a sink says when that fails neither. */
void view_output_drop(void);

/* The pager the user wants; NULL: none. */
const char *view_pager(void);

#endif /* VSPAN_CLI_VIEW_OUTPUT_H */
