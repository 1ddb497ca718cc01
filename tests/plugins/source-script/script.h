/* SPDX-License-Identifier: MIT */
/*
 * script.h - a trace written as text, one event per line, for tests, which
 * source.vspantest.script plays: parameter `path`, and `offset` of its clock in s
 * (negative: it has none).
 *
 *   VERB [name=PROVIDER:NAME] [at=NS] [cpu=N] [times=N] FIELD=VALUE ...
 *
 * VERB is span, event, entry or exit (fields of trace.h in their order, 0 where
 * not given, then the others as the site's own), old-span, old-entry, old-exit (without
 * kind, status a plain number), foreign, discarded [count=N], discarded-packets
 * [count=N], packet-end, packet-begin, inactivity, again (nothing for now),
 * or a control event of provider vspan by its name, all fields given (span and
 * event of that provider are span-by-name and event-by-name). `at` is the time of emission;
 * `times` plays the line as often, with tsc and ts one further each time.
 * Values: 12 -3 1.5 0x1f "text with \n \x1b" [1,2,3] (bytes) {1,0x2} (an array of 64-bit
 * numbers) <2> <-2> (enumerations).
 */
#ifndef VSPAN_TESTS_SOURCE_SCRIPT_SCRIPT_H
#define VSPAN_TESTS_SOURCE_SCRIPT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_FIELDS_MAX 32
#define SCRIPT_TEXT_MAX 256
#define SCRIPT_WORDS_MAX 16

enum script_type {
	SCRIPT_UNSIGNED,
	SCRIPT_HEX,
	SCRIPT_SIGNED,
	SCRIPT_REAL,
	SCRIPT_STRING,
	SCRIPT_BYTES,
	SCRIPT_WORDS,
	SCRIPT_ENUM,
	SCRIPT_SIGNED_ENUM,
};

struct script_field {
	char name[64];
	enum script_type type;
	uint64_t number; /* two's complement if signed */
	double real;
	unsigned char text[SCRIPT_TEXT_MAX]; /* NUL-terminated if a string */
	uint64_t words[SCRIPT_WORDS_MAX];
	size_t length;
};

struct script_line {
	char verb[32];
	char name[128]; /* "" if not given */
	bool has_at;
	uint64_t at;
	uint32_t cpu;
	uint64_t times; /* 0: once */
	size_t field_count;
	struct script_field fields[SCRIPT_FIELDS_MAX];
};

/* Parses one line. Returns 1, 0 for an empty line or a comment, -EINVAL. */
int script_parse(struct script_line *line, const char *text);

/* The field of that name, NULL if there is none. */
const struct script_field *script_find(const struct script_line *line, const char *name);

#endif /* VSPAN_TESTS_SOURCE_SCRIPT_SCRIPT_H */
