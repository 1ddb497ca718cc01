/* SPDX-License-Identifier: MIT */
/*
 * sites.c - see sites.h.
 */
#include "sites.h"

#include "random.h"

const struct site sites[] = {
	{"disk", "read", false, false, 2, {{"lba", SITE_UNSIGNED}, {"len", SITE_SHORT}}},
	{"disk", "write", false, false, 0, {{"lba", SITE_HEX}, {"error", SITE_SIGNED}}},
	{"net", "serve", false, false, 1, {{"peer", SITE_STRING}, {"load", SITE_REAL}}},
	{"net", "send", false, false, 3, {{"frame", SITE_BYTES_FIELD}}},
	{"app", "step", false, false, 0, {{NULL}}},
	{"app", "batch", false, false, 4, {{"counts", SITE_ARRAY}, {"note", SITE_STRING}}},
	{"script", "named at run time", false, true, 0, {{NULL}}},
	{"disk", "retry", true, false, 0, {{"attempt", SITE_SHORT}, {"why", SITE_STRING}}},
	{"app", "mark", true, false, 0, {{NULL}}},
	{"script", "said", true, true, 0, {{NULL}}},
};

const size_t site_count = sizeof(sites) / sizeof(sites[0]);

static uint64_t field_value(uint64_t value, size_t field)
{
	return random_mix(value, field + 1);
}

uint64_t site_unsigned(uint64_t value, size_t field, enum site_field_type type)
{
	uint64_t number = field_value(value, field);

	/* Small numbers and the largest ones alike. */
	number >>= random_mix(number, 7) % 64;
	return type == SITE_SHORT ? number & 0xffff : number;
}

int64_t site_signed(uint64_t value, size_t field)
{
	uint64_t number = site_unsigned(value, field, SITE_SIGNED);

	return random_mix(number, 8) % 2 ? (int64_t)number : -(int64_t)(number >> 1);
}

double site_real(uint64_t value, size_t field)
{
	/* Exact in binary and in few decimals. */
	return (double)((int64_t)(field_value(value, field) % 200001) - 100000) / 8;
}

const char *site_string(uint64_t value, size_t field)
{
	static const char *const strings[] = {
		"",
		"a",
		"two words",
		"\"quoted\"",
		"back\\slash",
		"gr\xc3\xbc\xc3\x9f"
		"e",
		"{}[],:",
		"tab\there",
		"line\nfeed",
		"<b>&amp;",
		"trailing ",
		"1234567890 1234567890 1234567890",
	};

	return strings[field_value(value, field) % (sizeof(strings) / sizeof(strings[0]))];
}

size_t site_bytes(uint64_t value, size_t field, uint8_t bytes[SITE_BYTES])
{
	uint64_t number = field_value(value, field);
	size_t count = number % (SITE_BYTES + 1);

	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)random_mix(number, i);
	return count;
}

uint32_t site_element(uint64_t value, size_t field, size_t index)
{
	return (uint32_t)random_mix(field_value(value, field), index);
}
