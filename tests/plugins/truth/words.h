/* SPDX-License-Identifier: MIT */
/*
 * words.h - how values are written in a line, so that equal ones are equal text.
 */
#ifndef VSPAN_TESTS_TRUTH_WORDS_H
#define VSPAN_TESTS_TRUTH_WORDS_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdio.h>

struct truth;

void words_value(FILE *stream, struct json_object *value);

/* A stream that becomes a line. */
FILE *words_open(char **line, size_t *size);

/* totals.c: a line for each VM, and one for the trace. */
void truth_write_totals(struct truth *truth);

#endif /* VSPAN_TESTS_TRUTH_WORDS_H */
