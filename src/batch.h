/* SPDX-License-Identifier: MIT */
/*
 * batch.h - the order of records in a batch. Positions are given out at the
 * reservation, counters are read after it; so the records of a writer nested in
 * between have later positions and earlier counters, and directly follow the
 * record they interrupted. Sorting by counter within a batch puts them right.
 */
#ifndef VSPAN_SRC_BATCH_H
#define VSPAN_SRC_BATCH_H

#include "ring.h"

void batch_reset(struct batch *batch, uint64_t from);

/* True if a record of `slots` slots still fits. */
bool batch_fits(const struct batch *batch, uint32_t slots);

/* Forgets the first / last `count` records, and the slots of the latter. */
void batch_drop_front(struct batch *batch, uint32_t count);
void batch_drop_back(struct batch *batch, uint32_t count);

/*
 * How many records at the end of an unsorted batch the record after it (counter
 * `next`) goes before: they need that record, or have to wait for it.
 */
uint32_t batch_unsettled(const struct batch *batch, uint64_t next);

/* Stable, by counter; a record moves at most BATCH_SORT_WINDOW places. */
#define BATCH_SORT_WINDOW 64u
void batch_sort(struct batch *batch);

#endif /* VSPAN_SRC_BATCH_H */
