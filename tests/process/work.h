/* SPDX-License-Identifier: MIT */
/* work.h - what a thread of the worker does: spans, and their number. */
#ifndef PROCESS_WORK_H
#define PROCESS_WORK_H

#include <stdbool.h>
#include "counts.h"

struct work_options {
	uint64_t rate; /* requests a second; 0: as fast as can be */
	uint64_t sites;
	uint64_t fail; /* every so many requests one fails; 0: none */
	uint64_t slow; /* ...one takes slow_us; 0: none */
	uint64_t slow_us;
	uint64_t types; /* ...one writes a record of every type; 0: none */
};

struct work {
	const struct work_options *options;
	const bool *stop; /* may be set by a signal handler */
	struct counts counts;
	uint64_t requests;   /* served so far */
	uint64_t longest_ns; /* a verb took; the end of a failed request is three */
};

/* Serves `requests` more, 0: until stopped. Resumes the numbering where it was. */
void work_run(struct work *work, uint64_t requests);

#endif /* PROCESS_WORK_H */
