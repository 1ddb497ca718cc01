/* SPDX-License-Identifier: MIT */
/*
 * dump.h - what there is to say about a region in a file, as one JSON object,
 * which cmd-dump.c prints, or dump-print.c makes tables of. Everything a guest
 * wrote is checked or made harmless before it gets there.
 */
#ifndef VSPAN_CLI_DUMP_H
#define VSPAN_CLI_DUMP_H

#include <json-c/json.h>
#include "postmortem.h"

struct dump_options {
	const char *path;
	uint64_t offset;  /* of the region, REGION_COPY_SEARCH: to be found */
	uint64_t records; /* shown of each ring */
	bool json;
	bool sites; /* in text: with a table of call sites */
};

/* The whole object; NULL: *error says why not. The caller puts it. */
struct json_object *dump_region(const struct dump_options *options, struct vspan_error *error);

/* dump-records.c: the last `count` records of a ring, an array. */
struct json_object *dump_records(
	const struct postmortem *postmortem, uint32_t ring, uint64_t count, struct batch *batch);

/* dump-values.c: the fields of an indexed payload by name; a span id, as text. */
struct json_object *dump_values(const struct payload *payload, const struct site *site);
void dump_add_id(struct json_object *object, const char *name, uint64_t id);
void dump_add_text(struct json_object *object, const char *name, const char *text);
/* "provider:name" of a call site that may not be there, be damaged, or not have been learned. */
void dump_add_site(
	struct json_object *object, const struct vspan_attachment *attachment, uint32_t id);
const char *dump_status(uint32_t status);

/* dump-print.c: tables, on standard output. */
void dump_print(struct json_object *dump, bool sites);

#endif /* VSPAN_CLI_DUMP_H */
