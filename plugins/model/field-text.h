/* SPDX-License-Identifier: MIT */
/*
 * field-text.h - field values as text: op="write" key=17 data=[de ad].
 */
#ifndef VSPAN_PLUGINS_MODEL_FIELD_TEXT_H
#define VSPAN_PLUGINS_MODEL_FIELD_TEXT_H

#include "text.h"

#include <babeltrace2/babeltrace.h>

/* The members of a structure from `first` on as `name=value name=value`. */
void field_text_members(struct text *text, const bt_field *structure, uint64_t first);

/* One value. */
void field_text_value(struct text *text, const bt_field *field);

#endif /* VSPAN_PLUGINS_MODEL_FIELD_TEXT_H */
