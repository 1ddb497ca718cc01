/* SPDX-License-Identifier: MIT */
/*
 * volume.h - one vCPU's store and the stream of requests it serves: writes,
 * reads, and now and then a scrub, which finds and repairs a block that was
 * damaged on purpose. The same seed gives the same requests on any machine.
 */
#ifndef BLOCK_STORE_VOLUME_H
#define BLOCK_STORE_VOLUME_H

#include "store.h"

#define VOLUME_LBAS STORE_LBAS_MAX
#define VOLUME_SEGMENTS STORE_SEGMENTS_MAX
VSPAN_ABI_ASSERT(VOLUME_SEGMENTS >= STORE_SEGMENTS_ENOUGH(VOLUME_LBAS), volume_writes_never_fail);

/* Every so many requests, one is a scrub of a block that has just been damaged. */
#define VOLUME_SCRUB_EVERY 16u

struct volume {
	struct store store;
	struct counts *counts;
	uint64_t random;
	uint64_t requests;
	uint64_t failures;              /* requests that ended otherwise than they must */
	uint32_t patterns[VOLUME_LBAS]; /* what the contents of each block were made from */
	uint32_t contents[STORE_WORDS_MAX];
};

/* `number` tells volumes with the same seed apart. */
void volume_start(struct volume *volume, uint64_t seed, uint32_t number, struct counts *counts);

/* Makes up the next request and serves it. */
void volume_request(struct volume *volume);

#endif /* BLOCK_STORE_VOLUME_H */
