/* SPDX-License-Identifier: MIT */
/*
 * field-text.h - field values of any class as text: "write", 17, [de ad], {a=1}.
 */
#ifndef VSPAN_PLUGINS_MODEL_FIELD_TEXT_H
#define VSPAN_PLUGINS_MODEL_FIELD_TEXT_H

#include "text.h"

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>

/* One value. */
void field_text_value(struct text *text, const bt_field *field);

/* The shortest decimal that reads back as the same number. */
void field_text_real(struct text *text, double value, bool single);

#endif /* VSPAN_PLUGINS_MODEL_FIELD_TEXT_H */
