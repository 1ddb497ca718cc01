/* SPDX-License-Identifier: MIT */
/*
 * json-read.h - what commands that ask a daemon share: their options, and members
 * of its answer. What is not there reads as 0, "" or false.
 */
#ifndef VSPAN_CLI_JSON_READ_H
#define VSPAN_CLI_JSON_READ_H

#include <getopt.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

struct asking {
	const char *control; /* NULL: the default */
	bool json;
};

/* Takes 'C' (--control or --to), 'F' and 'h'. An exit code, or -1 to go on behind optind. */
int asking_read(struct asking *asking, int argc, char **argv, const struct option *long_options,
	void (*help)(void));

struct json_object *json_member(struct json_object *object, const char *name);
uint64_t json_number(struct json_object *object, const char *name);
const char *json_text(struct json_object *object, const char *name);
bool json_flag(struct json_object *object, const char *name);
size_t json_count(struct json_object *list);

/* On standard output, for people who read JSON. */
void json_print(struct json_object *object);

#endif /* VSPAN_CLI_JSON_READ_H */
