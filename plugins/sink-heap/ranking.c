/* SPDX-License-Identifier: MIT */
/* ranking.c - the stacks of a profile in order; see show.h. */
#include "show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ranked {
	const struct profile *profile;
	uint32_t stack;
	uint64_t first; /* numbers it is ordered by */
	uint64_t second;
};

const struct use *ranking_use(const struct profile *profile, uint32_t stack)
{
	return stack == PROFILE_OTHER ? &profile->other : &profile->uses[stack];
}

const uint64_t *ranking_frames(const struct profile *profile, uint32_t stack, size_t *count)
{
	*count = 0;
	if (stack == PROFILE_OTHER)
		return NULL;
	*count = profile->stacks.strings[stack].length / sizeof(uint64_t);
	return (const void *)profile->stacks.strings[stack].text;
}

/* Of equal ones the addresses decide, so that the order is the same in every reading. */
static int ranked_compare(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;
	const uint64_t *left_frames, *right_frames;
	size_t left_count, right_count;

	if (left->first != right->first)
		return left->first > right->first ? -1 : 1;
	if (left->second != right->second)
		return left->second > right->second ? -1 : 1;
	left_frames = ranking_frames(left->profile, left->stack, &left_count);
	right_frames = ranking_frames(right->profile, right->stack, &right_count);
	for (size_t i = 0; i < left_count && i < right_count; i++) {
		if (left_frames[i] != right_frames[i])
			return left_frames[i] < right_frames[i] ? -1 : 1;
	}
	return left_count < right_count ? -1 : left_count > right_count;
}

/* False: it has nothing to show. */
static bool ranked_make(
	struct ranked *ranked, const struct profile *profile, uint32_t stack, enum show_order order)
{
	const struct use *use = ranking_use(profile, stack);

	*ranked = (struct ranked){.profile = profile, .stack = stack};
	ranked->first = order == SHOW_LIVE ? use->live_bytes
		: order == SHOW_BYTES      ? use->bytes
					   : use->count;
	ranked->second = order == SHOW_LIVE ? use->live
		: order == SHOW_BYTES       ? use->count
					    : use->bytes;
	return order == SHOW_LIVE ? use->live > 0 : use->count > 0;
}

int ranking_make(
	struct ranking *ranking, const struct profile *profile, enum show_order order, uint64_t top)
{
	struct ranked *ranked = malloc((profile->stacks.count + 1) * sizeof(*ranked));

	*ranking = (struct ranking){.count = 0};
	if (!ranked)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->stacks.count; i++)
		ranking->count += ranked_make(&ranked[ranking->count], profile, i, order);
	ranking->count += ranked_make(&ranked[ranking->count], profile, PROFILE_OTHER, order);
	qsort(ranked, ranking->count, sizeof(*ranked), ranked_compare);
	ranking->shown = top && top < ranking->count ? (size_t)top : ranking->count;
	ranking->stacks = malloc((ranking->shown + 1) * sizeof(*ranking->stacks));
	for (size_t i = 0; ranking->stacks && i < ranking->shown; i++)
		ranking->stacks[i] = ranked[i].stack;
	free(ranked);
	return ranking->stacks ? 0 : -ENOMEM;
}
