/* SPDX-License-Identifier: MIT */
/* profile.c - see profile.h. */
#include "profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct block {
	uint64_t size;
	uint32_t stack;
};

struct profile *profile_create(const struct vm *vm, const struct profile_limits *limits)
{
	struct profile *profile = calloc(1, sizeof(*profile));
	uint32_t stacks = limits->stacks < PROFILE_OTHER ? (uint32_t)limits->stacks : PROFILE_OTHER;

	if (!profile)
		return NULL;
	profile->vm = vm;
	profile->limits = *limits;
	profile->latest = INT64_MIN;
	intern_init(&profile->stacks, stacks, SIZE_MAX);
	return profile;
}

static void block_free(void *block, void *data)
{
	(void)data;
	free(block);
}

void profile_free(struct profile *profile)
{
	if (!profile)
		return;
	map_visit(&profile->live, block_free, NULL);
	map_clear(&profile->live);
	intern_clear(&profile->stacks);
	free(profile->uses);
	free(profile->modules);
	free(profile);
}

/* Room for the use of the newest stack. */
static int uses_grow(struct profile *profile)
{
	size_t capacity = profile->use_capacity ? 2 * profile->use_capacity : 64;
	struct use *grown = realloc(profile->uses, capacity * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	memset(grown + profile->use_capacity, 0,
		(capacity - profile->use_capacity) * sizeof(*grown));
	profile->uses = grown;
	profile->use_capacity = capacity;
	return 0;
}

int profile_stack(
	struct profile *profile, const uint64_t *addresses, size_t count, uint32_t *number)
{
	bool fresh;
	int status = intern_get(&profile->stacks, (const char *)addresses,
		count * sizeof(*addresses), number, &fresh);

	if (status == 1) {
		*number = PROFILE_OTHER;
		return 0;
	}
	if (status == 0 && *number >= profile->use_capacity)
		status = uses_grow(profile);
	return status;
}

static struct use *use_of(struct profile *profile, uint32_t stack)
{
	return stack == PROFILE_OTHER ? &profile->other : &profile->uses[stack];
}

/* The block that lives there is gone. */
static void block_remove(struct profile *profile, uint64_t address, struct block *block)
{
	struct use *use = use_of(profile, block->stack);

	map_remove(&profile->live, address);
	profile->totals.live--;
	profile->totals.live_bytes -= block->size;
	use->live--;
	use->live_bytes -= block->size;
	free(block);
}

static int block_add(struct profile *profile, const struct profile_event *event)
{
	struct profile_totals *totals = &profile->totals;
	struct use *use = use_of(profile, event->stack);
	struct block *block;

	if (profile->live.count >= profile->limits.live) {
		totals->untracked++;
		return 0;
	}
	block = malloc(sizeof(*block));
	if (!block || map_insert(&profile->live, event->address, block) < 0) {
		free(block);
		return -ENOMEM;
	}
	*block = (struct block){.size = event->size, .stack = event->stack};
	totals->live++;
	totals->live_bytes += event->size;
	use->live++;
	use->live_bytes += event->size;
	if (totals->live_bytes > totals->peak_bytes) {
		totals->peak_bytes = totals->live_bytes;
		totals->peak_time = event->time;
	}
	return 0;
}

int profile_take(struct profile *profile, const struct profile_event *event)
{
	struct profile_totals *totals = &profile->totals;
	struct block *block = map_find(&profile->live, event->address);
	struct use *use;

	totals->late += event->time < profile->latest;
	if (event->time > profile->latest)
		profile->latest = event->time;
	if (block)
		block_remove(profile, event->address, block);
	if (!event->allocation) {
		totals->frees++;
		totals->unmatched += !block;
		return 0;
	}
	totals->replaced += block != NULL;
	totals->allocations++;
	totals->bytes += event->size;
	use = use_of(profile, event->stack);
	use->count++;
	use->bytes += event->size;
	return block_add(profile, event);
}

int profile_module(struct profile *profile, const struct module *module)
{
	struct module *grown;

	if (profile->module_count == PROFILE_MODULES_MAX) {
		profile->totals.modules++;
		return 0;
	}
	grown = realloc(profile->modules, (profile->module_count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	profile->modules = grown;
	profile->modules[profile->module_count++] = *module;
	return 0;
}

const struct module *profile_module_find(const struct profile *profile, uint64_t address)
{
	for (size_t i = profile->module_count; i-- > 0;) {
		if (address >= profile->modules[i].start && address < profile->modules[i].end)
			return &profile->modules[i];
	}
	return NULL;
}
