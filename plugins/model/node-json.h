/* SPDX-License-Identifier: MIT */
/*
 * node-json.h - words and values of nodes as JSON, for the sinks that write it.
 */
#ifndef VSPAN_PLUGINS_MODEL_NODE_JSON_H
#define VSPAN_PLUGINS_MODEL_NODE_JSON_H

#include "node.h"
#include "text.h"

/* A value as JSON: numbers, true and false, strings, arrays; bytes as a string of hex digits. */
void value_json(struct text *text, const struct value *value);

/* The members of a node but `children`, without braces: "type":"span","name":... */
void node_json_members(struct text *text, const struct node *node);

/* Why records were lost, as a word: "full", "torn"... */
const char *node_loss_word(const struct node *node);

#endif /* VSPAN_PLUGINS_MODEL_NODE_JSON_H */
