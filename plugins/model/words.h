/* SPDX-License-Identifier: MIT */
/*
 * words.h - the words for what a node is: kinds, states, marks, as the
 * machine-readable outputs have them.
 */
#ifndef VSPAN_PLUGINS_MODEL_WORDS_H
#define VSPAN_PLUGINS_MODEL_WORDS_H

#include "node.h"

#include <stddef.h>

#define WORDS_MARKS_MAX 16

/* What is to be said of a node besides its numbers: "aborted", "unfinished". Returns how many. */
size_t words_marks(const struct node *node, const char *marks[WORDS_MARKS_MAX]);

/* "ok", "error"; NULL: unset, or a number nobody knows. */
const char *words_status(const struct node *node);

/* "server"; NULL: internal, or a number nobody knows. */
const char *words_kind(const struct node *node);

/* Length of the provider that a label begins with; 0: it has none. */
size_t words_provider(const char *label);

#endif /* VSPAN_PLUGINS_MODEL_WORDS_H */
