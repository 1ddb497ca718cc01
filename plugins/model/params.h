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
	PARAM_COUNT,  /* an integer from 0 on; target: uint64_t * */
	PARAM_STRING, /* target: char **, owned by the caller */
};

struct param {
	const char *name;
	enum param_type type;
	void *target; /* left alone if the parameter is not given */
};

/*
 * Reads `values` (a map). Returns 0, or -EINVAL or -ENOMEM with a cause
 * appended to the current thread's error.
 */
int params_read(bt_self_component *component, const bt_value *values, const struct param *params,
	size_t count);

#endif /* VSPAN_PLUGINS_MODEL_PARAMS_H */
