/* SPDX-License-Identifier: MIT */
/*
 * error.h - one line for a person: what failed, on what, and what to do.
 * Library functions return a negative errno; those a person may have to
 * understand also fill a struct vspan_error (include/vspan/host.h).
 */
#ifndef VSPAN_SRC_ERROR_H
#define VSPAN_SRC_ERROR_H

#include <vspan/host.h>

/*
 * Fills *error (which may be NULL) with a formatted text and returns -code, so
 * that callers can `return error_set(...)`. The first text wins: a caller that
 * adds to a filled error puts its own text in front, "outer: inner".
 */
int error_set(struct vspan_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* VSPAN_SRC_ERROR_H */
