/* SPDX-License-Identifier: MIT */
/*
 * collect.h - messages of a trace, in any order, into a forest.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_COLLECT_H
#define VSPAN_PLUGINS_SINK_TREE_COLLECT_H

#include "forest.h"
#include "model/event-kind.h"

/* Takes what a message tells; it can be let go afterwards. Returns 0 or -ENOMEM. */
int collect_message(struct forest *forest, struct event_kinds *kinds, const bt_message *message);

#endif /* VSPAN_PLUGINS_SINK_TREE_COLLECT_H */
