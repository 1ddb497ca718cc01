/* SPDX-License-Identifier: MIT */
/*
 * own-field.h - the fields a call site has besides those of trace.h: which they
 * are and how they are read, found out once per event class.
 */
#ifndef VSPAN_PLUGINS_MODEL_OWN_FIELD_H
#define VSPAN_PLUGINS_MODEL_OWN_FIELD_H

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
	VALUE_UNSIGNED,
	VALUE_SIGNED,
	VALUE_REAL,
	VALUE_BOOL,
	VALUE_STRING, /* as recorded: not safe to print */
	VALUE_BYTES,
	VALUE_UNSIGNED_ARRAY,
	VALUE_SIGNED_ARRAY,
	VALUE_REAL_ARRAY,
	VALUE_TEXT, /* of a class guests do not have: as text, safe to print */
};

struct own_field {
	uint64_t member; /* of the payload */
	char *name;      /* safe to print */
	enum value_type type;
	bool hexadecimal; /* VALUE_UNSIGNED: meant to be read so */
	bool single;      /* VALUE_REAL: 32 bits */
};

struct own_fields {
	struct own_field *fields;
	size_t count;
};

/* Describes the members of a payload from `first` on. Returns 0 or -ENOMEM. */
int own_fields_describe(struct own_fields *own, const bt_field_class *payload, uint64_t first);

void own_fields_clear(struct own_fields *own);

#endif /* VSPAN_PLUGINS_MODEL_OWN_FIELD_H */
