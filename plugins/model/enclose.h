/* SPDX-License-Identifier: MIT */
/*
 * enclose.h - for sinks that draw spans as boxes: a span whose end is not known
 * gets the latest end of what is in it.
 */
#ifndef VSPAN_PLUGINS_MODEL_ENCLOSE_H
#define VSPAN_PLUGINS_MODEL_ENCLOSE_H

#include "node.h"

/* Whether its end is not in the trace. */
bool node_unfinished(const struct node *node);

/* Changes the `duration` of unfinished spans in a tree so that they hold their children. */
void enclose_tree(struct node *root);

#endif /* VSPAN_PLUGINS_MODEL_ENCLOSE_H */
