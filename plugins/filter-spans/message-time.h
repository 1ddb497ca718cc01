/* SPDX-License-Identifier: MIT */
/*
 * message-time.h - the clock of any message, if it has one.
 */
#ifndef VSPAN_PLUGINS_FILTER_SPANS_MESSAGE_TIME_H
#define VSPAN_PLUGINS_FILTER_SPANS_MESSAGE_TIME_H

#include <babeltrace2/babeltrace.h>
#include <stdbool.h>
#include <stdint.h>

/* The time of a message in ns from its clock's origin. False if it has none, or not in 64 bits. */
bool message_time(const bt_message *message, int64_t *time);

#endif /* VSPAN_PLUGINS_FILTER_SPANS_MESSAGE_TIME_H */
