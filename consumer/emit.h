/* SPDX-License-Identifier: MIT */
/*
 * emit.h - one door to LTTng for guest call sites: a site's native events, or
 * the generic vspan:span and vspan:event with the name as text where a site
 * could get none (reserved field names, too many variants of one name).
 */
#ifndef VSPAN_CONSUMER_EMIT_H
#define VSPAN_CONSUMER_EMIT_H

#include "attachment.h"

/* True if somebody records anything this site can emit. */
bool emit_enabled(const struct known_site *site);

void emit_span(const struct known_site *site, const struct provider_common *common,
	const struct payload *payload);
void emit_entry(const struct known_site *site, const struct provider_common *common,
	const struct payload *payload);
void emit_exit(const struct known_site *site, const struct provider_common *common);
void emit_event(const struct known_site *site, const struct provider_common *common,
	const struct payload *payload);

#endif /* VSPAN_CONSUMER_EMIT_H */
