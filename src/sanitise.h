/* SPDX-License-Identifier: MIT */
/*
 * sanitise.h - guest bytes made into text that is safe to print, record and
 * filter: valid UTF-8 without control, bidi or line-breaking characters. Called
 * on every string before it reaches LTTng. Pure and bounded.
 */
#ifndef VSPAN_SRC_SANITISE_H
#define VSPAN_SRC_SANITISE_H

#include <stddef.h>

/* What an offending character, or each byte that is not UTF-8, becomes. */
#define SANITISE_REPLACEMENT '?'

/* Room for any text made from `length` bytes: it never grows. */
#define SANITISE_SIZE(length) ((length) + 1)

/*
 * Writes the text of `length` bytes to `buffer`, NUL-terminated, cut between
 * characters if `size` (at least 1) is too small. A NUL among the bytes is a
 * control character like others. Returns the text's length without the NUL.
 * Bytes and buffer do not overlap.
 */
size_t sanitise_text(const char *bytes, size_t length, char *buffer, size_t size);

#endif /* VSPAN_SRC_SANITISE_H */
