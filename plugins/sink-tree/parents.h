/* SPDX-License-Identifier: MIT */
/*
 * parents.h - which span each node belongs to, also where the one it names is
 * not in the trace, or is one of another VM.
 */
#ifndef VSPAN_PLUGINS_SINK_TREE_PARENTS_H
#define VSPAN_PLUGINS_SINK_TREE_PARENTS_H

#include "forest.h"

/* Finds the spans that nodes name. Begins that are not known move to where they must have been. */
void forest_find_parents(struct forest *forest);

/*
 * For a node whose parent is not in the trace, the nearest known span around it.
 * Called for all nodes in order of time; `vcpu` is the node's.
 */
void node_find_ancestor(struct node *node, struct vcpu *vcpu);

#endif /* VSPAN_PLUGINS_SINK_TREE_PARENTS_H */
