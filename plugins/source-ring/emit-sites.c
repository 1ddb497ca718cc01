/* SPDX-License-Identifier: MIT */
/*
 * emit-sites.c - provider.h as this plugin has it: event classes for call sites,
 * named as LTTng's are, and messages of finished spans and point events. Edges
 * are nobody's wish: everything is known, spans come when they are finished.
 */
#include "provider.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "emitter.h"
#include "fill.h"

struct provider_site {
	struct emitter *emitter;
	struct provider_site *next;
	bt_event_class *class;
	struct site site;
	uint32_t users;
	uint32_t hash; /* of `name` */
	char name[SITE_EVENT_NAME_SIZE + sizeof(VSPAN_TRACE_PREFIX) + VSPAN_ABI_SITE_PROVIDER];
	char signature[SITE_SIGNATURE_SIZE];
};

static uint32_t name_hash(const char *name)
{
	uint32_t hash = UINT32_C(2166136261);

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * UINT32_C(16777619);
	return hash;
}

/* "vspan_disk:read", "vspan_disk:read_2" and so on. */
static void name_make(const struct site *site, unsigned int variant, struct provider_site *to)
{
	char event[SITE_EVENT_NAME_SIZE];

	site_events_name(site, variant, "", event);
	snprintf(to->name, sizeof(to->name), "%s%s:%s", VSPAN_TRACE_PREFIX, site->provider, event);
	to->hash = name_hash(to->name);
}

static struct provider_site *name_find(
	const struct emitter *emitter, const struct provider_site *like)
{
	struct provider_site *provider = emitter->sites;

	while (provider &&
		(provider->hash != like->hash || strcmp(provider->name, like->name) != 0))
		provider = provider->next;
	return provider;
}

/* One of that description; or *provider has the first variant of the name that is free. */
static struct provider_site *description_find(
	const struct emitter *emitter, const struct site *site, struct provider_site *provider)
{
	struct provider_site *found;
	unsigned int variant;

	site_events_signature(site, provider->signature);
	for (variant = 1; variant <= SITE_VARIANTS_MAX; variant++) {
		name_make(site, variant, provider);
		found = name_find(emitter, provider);
		if (!found || strcmp(found->signature, provider->signature) == 0)
			return found;
	}
	provider->name[0] = '\0';
	return NULL;
}

static int site_add(
	struct emitter *emitter, const struct site *site, struct provider_site *provider)
{
	if (provider->name[0] == '\0')
		return -EEXIST;
	provider->class = classes_make_site(&emitter->classes, site,
		site->kind == VSPAN_ABI_SITE_SPAN ? CLASS_SPAN : CLASS_EVENT, provider->name);
	if (!provider->class) {
		emitter->failed = true;
		return -ENOMEM;
	}
	provider->emitter = emitter;
	provider->site = *site;
	provider->next = emitter->sites;
	emitter->sites = provider;
	return 0;
}

int provider_site_create(const struct site *site, struct provider_site **out)
{
	struct emitter *emitter = emitter_used();
	struct provider_site *provider, *found;
	int status = site_events_check(site);

	if (status < 0)
		return status;
	provider = calloc(1, sizeof(*provider));
	if (!provider) {
		emitter->failed = true;
		return -ENOMEM;
	}
	found = description_find(emitter, site, provider);
	if (!found)
		status = site_add(emitter, site, provider);
	if (found || status < 0)
		free(provider);
	if (status < 0)
		return status;
	*out = found ? found : provider;
	(*out)->users++;
	return 0;
}

void provider_site_destroy(struct provider_site *provider)
{
	struct provider_site **at;

	if (!provider || --provider->users > 0)
		return;
	for (at = &provider->emitter->sites; *at != provider; at = &(*at)->next)
		;
	*at = provider->next;
	bt_event_class_put_ref(provider->class);
	free(provider);
}

bool provider_site_enabled(const struct provider_site *provider)
{
	(void)provider;
	return true;
}

bool provider_site_edges_enabled(const struct provider_site *provider)
{
	(void)provider;
	return false;
}

static void add(const struct provider_site *provider, enum site_class kind,
	const struct provider_common *common, const struct payload *payload)
{
	struct emitter *emitter = provider->emitter;
	bt_field *field;

	field = emitter_add(emitter, provider->class, common->ts + common->duration);
	if (field && fill_site(field, kind, &provider->site, common, payload) < 0)
		emitter->failed = true;
}

void provider_emit_span(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	add(provider, CLASS_SPAN, common, payload);
}

void provider_emit_event(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	add(provider, CLASS_EVENT, common, payload);
}

void provider_emit_entry(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload)
{
	(void)provider, (void)common, (void)payload;
}

void provider_emit_exit(const struct provider_site *provider, const struct provider_common *common)
{
	(void)provider, (void)common;
}
