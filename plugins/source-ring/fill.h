/* SPDX-License-Identifier: MIT */
/* fill.h - the values of a guest's record, put into the fields of classes.h's classes. */
#ifndef VSPAN_PLUGINS_SOURCE_RING_FILL_H
#define VSPAN_PLUGINS_SOURCE_RING_FILL_H

#include <babeltrace2/babeltrace.h>
#include "payload.h"
#include "provider.h"
#include "site-events.h"

/* Fills the payload of an event. Returns 0, or -ENOMEM. */
int fill_site(bt_field *payload, enum site_class kind, const struct site *site,
	const struct provider_common *common, const struct payload *values);

#endif /* VSPAN_PLUGINS_SOURCE_RING_FILL_H */
