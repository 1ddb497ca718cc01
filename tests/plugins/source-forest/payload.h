/* SPDX-License-Identifier: MIT */
/*
 * payload.h - fills an event's fields from an item.
 */
#ifndef VSPAN_TESTS_SOURCE_FOREST_PAYLOAD_H
#define VSPAN_TESTS_SOURCE_FOREST_PAYLOAD_H

#include "classes.h"

void payload_fill(bt_field *payload, const struct item *item, const struct shift *shift);

#endif /* VSPAN_TESTS_SOURCE_FOREST_PAYLOAD_H */
