/* SPDX-License-Identifier: MIT */
/* emit.c - native events where a call site has them, generic ones otherwise. */
#include "emit.h"

#include "control.h"

bool emit_enabled(const struct known_site *site)
{
	if (!site->valid)
		return false;
	if (site->provider != NULL)
		return provider_site_enabled(site->provider);
	return site->site.kind == VSPAN_ABI_SITE_SPAN ? control_span_enabled()
						      : control_event_enabled();
}

void emit_span(const struct known_site *site, const struct provider_common *common,
	const struct payload *payload)
{
	if (site->provider != NULL)
		provider_emit_span(site->provider, common, payload);
	else
		control_span(common, site->site.name, site->site.provider);
}

void emit_entry(const struct known_site *site, const struct provider_common *common,
	const struct payload *payload)
{
	if (site->provider != NULL)
		provider_emit_entry(site->provider, common, payload);
}

void emit_exit(const struct known_site *site, const struct provider_common *common)
{
	if (site->provider != NULL)
		provider_emit_exit(site->provider, common);
}

void emit_event(const struct known_site *site, const struct provider_common *common,
	const struct payload *payload)
{
	if (site->provider != NULL)
		provider_emit_event(site->provider, common, payload);
	else
		control_event(common, site->site.name, site->site.provider);
}
