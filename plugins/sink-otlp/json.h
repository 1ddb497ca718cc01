/* SPDX-License-Identifier: MIT */
/*
 * json.h - pieces of OTLP's JSON encoding: 64-bit numbers are strings of digits,
 * ids are hexadecimal, attributes say the types of their values. Built with
 * json-c; that memory ran out is noted, to be checked once at the end.
 */
#ifndef VSPAN_PLUGINS_SINK_OTLP_JSON_H
#define VSPAN_PLUGINS_SINK_OTLP_JSON_H

#include "model/values.h"

#include <json.h>
#include <stdbool.h>
#include <stdint.h>

/* All zeroes is ready. */
struct json {
	bool failed;
	struct text text; /* reused */
};

struct json_object *json_object_make(struct json *json);
struct json_object *json_array_make(struct json *json);

/* These take `value` over, in any case. */
void json_put(
	struct json *json, struct json_object *object, const char *key, struct json_object *value);
void json_append(struct json *json, struct json_object *array, struct json_object *value);

void json_put_string(
	struct json *json, struct json_object *object, const char *key, const char *string);
void json_put_number(
	struct json *json, struct json_object *object, const char *key, uint32_t number);

/* A time or another unsigned number of 64 bits; times before the clock's origin are 0. */
void json_put_time(struct json *json, struct json_object *object, const char *key, int64_t time);

/* The halves of an id, most significant first, as hexadecimal digits. */
void json_put_id(struct json *json, struct json_object *object, const char *key,
	const uint64_t *halves, size_t count);

/* Attributes, appended to an array of them; strings that came from a trace are made safe. */
void json_attribute_string(
	struct json *json, struct json_object *array, const char *key, const char *string);
void json_attribute_integer(
	struct json *json, struct json_object *array, const char *key, uint64_t number);
void json_attribute_hex(
	struct json *json, struct json_object *array, const char *key, uint64_t number);
void json_attribute_strings(struct json *json, struct json_object *array, const char *key,
	const char *const *strings, size_t count);
void json_attribute_value(struct json *json, struct json_object *array, const struct value *value);

void json_clear(struct json *json);

#endif /* VSPAN_PLUGINS_SINK_OTLP_JSON_H */
