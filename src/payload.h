/* SPDX-License-Identifier: MIT */
/*
 * payload.h - a record's field values, as the words the guest wrote, checked
 * against its call site. Private copies: nothing here reads shared memory.
 */
#ifndef VSPAN_SRC_PAYLOAD_H
#define VSPAN_SRC_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include "site.h"

struct payload {
	uint16_t word_count;
	bool cut; /* a string or bytes field was shortened by the guest */
	uint16_t
		offset[VSPAN_ABI_FIELDS_MAX]; /* first word of each field; set by payload_index() */
	uint64_t words[VSPAN_ABI_RECORD_WORDS_MAX];
};

/*
 * Walks the words by the site's fields, fills offset[] and cut. Returns 0, or
 * -EINVAL if the words do not hold exactly those fields (padding up to the
 * slot's end aside).
 */
int payload_index(struct payload *payload, const struct site *site);

/* The value of an integer, bool or f64 field as a word. */
uint64_t payload_word(const struct payload *payload, uint32_t field);

/* Bytes and length of a string, bytes or array field. *length <= STRING_MAX or the array's size. */
const void *payload_bytes(
	const struct payload *payload, const struct site *site, uint32_t field, uint32_t *length);

/*
 * Replaces field `field` by the value in `words`, encoded as in a record.
 * Returns 0, -EINVAL for a malformed value, -ENOSPC if the result is too long.
 * Re-indexes.
 */
int payload_replace(struct payload *payload, const struct site *site, uint32_t field,
	const uint64_t *words, uint32_t word_count);

#endif /* VSPAN_SRC_PAYLOAD_H */
