/* SPDX-License-Identifier: MIT */
/*
 * params.h - strict reading of component parameters: an unknown name or a wrong
 * type is an error that says which ones there are.
 */
#ifndef VSPAN_PLUGINS_MODEL_PARAMS_H
#define VSPAN_PLUGINS_MODEL_PARAMS_H

#include <babeltrace2/babeltrace.h>
#include <stddef.h>

enum param_type {
	PARAM_COUNT,   /* an integer from 0 on; uint64_t */
	PARAM_STRING,  /* char *, owned by the struct, freed by params_clear() */
	PARAM_BOOL,    /* yes/no, true/false; bool */
	PARAM_STRINGS, /* const bt_value *: an array of strings, borrowed from the values */
	PARAM_CHOICE,  /* one of `choices`; unsigned int, its index */
};

struct param {
	const char *name;
	enum param_type type;
	size_t offset;              /* of the member in the struct; left alone if not given */
	const char *const *choices; /* PARAM_CHOICE: ended by NULL */
};

/*
 * Reads `values` (a map) into the struct at `base`. Returns 0, or -EINVAL or
 * -ENOMEM with a cause appended to the current thread's error. params_clear() in
 * any case.
 */
int params_read(bt_self_component *component, const bt_value *values, const struct param *params,
	size_t count, void *base);

/* Frees the strings. */
void params_clear(const struct param *params, size_t count, void *base);

#endif /* VSPAN_PLUGINS_MODEL_PARAMS_H */
