/* SPDX-License-Identifier: MIT */
/*
 * values.h - a call site's own fields, copied out of an event as they are;
 * what they look like is decided by whoever shows them, if anybody does.
 */
#ifndef VSPAN_PLUGINS_MODEL_VALUES_H
#define VSPAN_PLUGINS_MODEL_VALUES_H

#include "event-kind.h"
#include "own-field.h"
#include "text.h"

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Elements of an array, and bytes, that are kept; the rest is cut. */
#define VALUES_ELEMENTS_MAX 256

struct value {
	const char *name; /* safe to print */
	enum value_type type;
	bool hexadecimal; /* VALUE_UNSIGNED: meant to be read so */
	bool single;      /* VALUE_REAL: 32 bits */
	bool cut;         /* there were more elements or bytes */
	union {
		uint64_t u; /* _UNSIGNED, _BOOL */
		int64_t s;
		double real;
	};
	const char *bytes; /* _STRING, _BYTES, _TEXT; strings have a NUL after `length` */
	size_t length;     /* of bytes, or elements of an array */
	const unsigned char *elements; /* of an array, not aligned: value_element_*() */
};

struct values {
	const struct event_kind *kind; /* whose own fields they are; NULL: none */
	unsigned char *data;
	size_t length;
	bool own; /* `data` is from the heap */
};

/* All zeroes: before the first. */
struct values_cursor {
	size_t field;
	size_t at;
};

/*
 * Copies the own fields of an event, to `room` (`size` bytes, which must stay) if
 * they fit there. Returns 0 or -ENOMEM; values_clear() in any case.
 */
int values_pack(struct values *values, const struct event_kind *kind, const bt_field *payload,
	void *room, size_t size);

/* A copy, with `room` used as above. Returns 0 or -ENOMEM; values_clear() in any case. */
int values_copy(struct values *to, const struct values *from, void *room, size_t size);

void values_clear(struct values *values);

/*
 * The next field. False if there is none any more.
 *   struct values_cursor cursor = {0};
 *   while (values_next(&node->values, &cursor, &value)) ...
 */
bool values_next(const struct values *values, struct values_cursor *cursor, struct value *value);

/* Element `index` of an array. */
uint64_t value_element_unsigned(const struct value *value, size_t index);
int64_t value_element_signed(const struct value *value, size_t index);
double value_element_real(const struct value *value, size_t index);

/* One value as text, safe to print: 12, 0x1f, -3, 0.25, "a\nb", [de ad], [1, 2]. */
void value_text(struct text *text, const struct value *value);

/* All of them as `name=value name=value`. */
void values_text(struct text *text, const struct values *values);

#endif /* VSPAN_PLUGINS_MODEL_VALUES_H */
