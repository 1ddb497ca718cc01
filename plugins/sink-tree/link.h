/* SPDX-License-Identifier: MIT */
/*
 * link.h - from collected nodes to trees: order, parents, roots, notes, and
 * which nodes the options let through.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_LINK_H
#define VSPAN_PLUGINS_SINK_TREE_LINK_H

#include "forest.h"
#include "options.h"

/* Called once, when all is collected. Returns 0 or -ENOMEM. */
int forest_link(struct forest *forest, const struct options *options);

#endif /* VSPAN_PLUGINS_SINK_TREE_LINK_H */
