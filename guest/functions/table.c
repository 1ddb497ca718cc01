/* SPDX-License-Identifier: MIT */
/*
 * table.c - from a function's address to its call site: a hash table that only
 * grows, of one word an entry, so that looking is a load and adding one exchange.
 * Two threads that meet a function at the same time both publish it: one of the
 * two call sites stays unused.
 */
#include "functions.h"

#define TABLE_BITS 17
#define TABLE_SIZE (1u << TABLE_BITS)
#define SITE_BITS 16
#define ADDRESS_MAX (UINT64_C(1) << 48)

/* Address and call site of a function; 0: free. More than there are call sites. */
static uint64_t table[TABLE_SIZE];

/* The host's enable bytes, known with the first call site. */
static const uint8_t *enables;

static uint32_t table_start(uint64_t address)
{
	return (uint32_t)(address * UINT64_C(0x9e3779b97f4a7c15) >> (64 - TABLE_BITS));
}

/* A call site for the function at `address`. */
static uint32_t site_new(uint64_t address)
{
	struct vspan_site_description description = {.provider = "functions",
		.kind = VSPAN_ABI_SITE_SPAN,
		.level = VSPAN_LEVEL_DEBUG,
		.flags = VSPAN_ABI_SITE_FUNCTION};
	struct function_place place;
	struct vspan_site site = {.description = &description};

	if (!function_place_find(address, &place))
		return FUNCTION_UNKNOWN;
	description.name = place.name;
	description.file = place.path;
	if (!vspan_site_add(&site, &place.description) || site.id >= FUNCTION_UNKNOWN)
		return FUNCTION_UNKNOWN;
	__atomic_store_n(&enables, site.enabled - site.id, __ATOMIC_RELAXED);
	return site.id;
}

/* Puts it at the first free place from `at` on, unless it is there by now. */
static uint32_t table_add(uint64_t address, uint32_t at)
{
	const uint32_t site = site_new(address);
	uint32_t i;

	for (i = 0; i < TABLE_SIZE; i++) {
		uint64_t *entry = &table[(at + i) % TABLE_SIZE];
		uint64_t found = 0;

		if (__atomic_compare_exchange_n(entry, &found, address << SITE_BITS | site, false,
			    __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
			return site;
		if (found >> SITE_BITS == address)
			return (uint32_t)(found & FUNCTION_UNKNOWN);
	}
	return site;
}

uint32_t function_site(uint64_t address)
{
	const uint32_t start = table_start(address);
	uint64_t found;
	uint32_t i;

	if (address >= ADDRESS_MAX)
		return FUNCTION_UNKNOWN;
	for (i = 0; i < TABLE_SIZE; i++) {
		found = __atomic_load_n(&table[(start + i) % TABLE_SIZE], __ATOMIC_ACQUIRE);
		if (found >> SITE_BITS == address)
			return (uint32_t)(found & FUNCTION_UNKNOWN);
		if (found == 0)
			return table_add(address, (start + i) % TABLE_SIZE);
	}
	return FUNCTION_UNKNOWN;
}

bool function_enabled(uint32_t site)
{
	return site != FUNCTION_UNKNOWN &&
		vspan_enable_load_F(__atomic_load_n(&enables, __ATOMIC_RELAXED) + site) != 0;
}
