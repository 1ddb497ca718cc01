/* SPDX-License-Identifier: MIT */
/*
 * sites.h - the call sites of the guests of a forest, and what their fields
 * hold: everything follows from one number per span or event, so that who makes
 * the events and who knows the truth need not tell each other.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_SITES_H
#define VSPAN_TESTS_SOURCE_FOREST_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SITE_FIELDS 4
#define SITE_BYTES 12
#define SITE_ELEMENTS 3

enum site_field_type {
	SITE_UNSIGNED, /* 64 bits */
	SITE_SHORT,    /* 16 bits */
	SITE_HEX,
	SITE_SIGNED,
	SITE_REAL,
	SITE_STRING,
	SITE_BYTES_FIELD,
	SITE_ARRAY, /* SITE_ELEMENTS unsigned integers */
};

struct site_field {
	const char *name; /* NULL: no more */
	enum site_field_type type;
};

struct site {
	const char *provider;
	const char *name;
	bool point;   /* a point event, else a span */
	bool generic; /* no class of its own: vspan:span, vspan:event */
	uint8_t kind;
	struct site_field fields[SITE_FIELDS];
};

extern const struct site sites[];
extern const size_t site_count;

uint64_t site_unsigned(uint64_t value, size_t field, enum site_field_type type);
int64_t site_signed(uint64_t value, size_t field);
double site_real(uint64_t value, size_t field);
const char *site_string(uint64_t value, size_t field);
/* Returns how many. */
size_t site_bytes(uint64_t value, size_t field, uint8_t bytes[SITE_BYTES]);
uint32_t site_element(uint64_t value, size_t field, size_t index);

#endif /* VSPAN_TESTS_SOURCE_FOREST_SITES_H */
