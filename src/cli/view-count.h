/* SPDX-License-Identifier: MIT */
/*
 * view-count.h - a filter that passes all on and counts events, so that somebody
 * who waits can be told how far a long trace has been read.
 */
#ifndef VSPAN_CLI_VIEW_COUNT_H
#define VSPAN_CLI_VIEW_COUNT_H

#include <babeltrace2/babeltrace.h>
#include <stdint.h>

/* The class; a component of it is made with the address of a uint64_t as its method data. */
const bt_component_class_filter *view_count_class(void);

/* The number so far, for any thread. */
static inline uint64_t view_count_read(const uint64_t *count)
{
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}

#endif /* VSPAN_CLI_VIEW_COUNT_H */
