/* SPDX-License-Identifier: MIT */
/*
 * provider.c - the life of run-time providers: shared by name and description,
 * registered with lttng-ust, taken back. See provider-site.h for why sharing is
 * not an option but a must.
 */
#include "provider.h"

#include <assert.h>
#include <errno.h>
#include <lttng/tracepoint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "provider-site.h"

#define BUCKETS 1024u

/* All registered providers, by the hash of group and event name. */
static struct {
	pthread_mutex_t lock;
	uint32_t count;
	uint32_t quota;
	struct provider_site *buckets[BUCKETS];
} table = {.lock = PTHREAD_MUTEX_INITIALIZER, .quota = PROVIDER_QUOTA};

static uint32_t name_hash(const char *name, uint32_t hash)
{
	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * UINT32_C(16777619);
	return hash;
}

static struct provider_site **bucket_of(const char *group, const char *event)
{
	return &table.buckets[name_hash(event, name_hash(group, UINT32_C(2166136261))) % BUCKETS];
}

static struct provider_site *table_find(const char *group, const char *event)
{
	struct provider_site *provider;

	for (provider = *bucket_of(group, event); provider != NULL; provider = provider->next)
		if (strcmp(provider->groups[0].name, group) == 0 &&
			strcmp(provider->event[0].name, event) == 0)
			return provider;
	return NULL;
}

static void table_add(struct provider_site *provider)
{
	struct provider_site **bucket =
		bucket_of(provider->groups[0].name, provider->event[0].name);

	provider->next = *bucket;
	*bucket = provider;
	table.count++;
}

static void table_remove(struct provider_site *provider)
{
	struct provider_site **at = bucket_of(provider->groups[0].name, provider->event[0].name);

	while (*at != provider) {
		assert(*at != NULL);
		at = &(*at)->next;
	}
	*at = provider->next;
	table.count--;
}

static int group_register(struct provider_group *group)
{
	if (lttng_ust_tracepoint_module_register(group->tracepoints, (int)group->desc.nr_events) !=
		0)
		return -EIO;
	group->registered = lttng_ust_probe_register(&group->desc);
	if (group->registered != NULL)
		return 0;
	lttng_ust_tracepoint_module_unregister(group->tracepoints);
	return -EIO;
}

/* Probes first: that waits for the threads inside them. */
static void group_unregister(struct provider_group *group)
{
	lttng_ust_probe_unregister(group->registered);
	lttng_ust_tracepoint_module_unregister(group->tracepoints);
}

static int groups_register(struct provider_site *provider)
{
	uint32_t i;
	int ret;

	for (i = 0; i < provider->group_count; i++) {
		ret = group_register(&provider->groups[i]);
		if (ret < 0) {
			while (i-- > 0)
				group_unregister(&provider->groups[i]);
			return ret;
		}
	}
	return 0;
}

static int provider_new(const struct site *site, unsigned variant, struct provider_site **out)
{
	struct provider_site *provider;
	int ret;

	if (table.count >= table.quota)
		return -EDQUOT;
	provider = calloc(1, sizeof(*provider));
	if (provider == NULL)
		return -ENOMEM;
	provider_describe(provider, site, variant);
	ret = groups_register(provider);
	if (ret < 0) {
		free(provider);
		return ret;
	}
	provider->users = 1;
	table_add(provider);
	*out = provider;
	return 0;
}

/* Takes the provider of that name and description, or the first free variant of the name. */
static int provider_get(const struct site *site, struct provider_site **out)
{
	char signature[SITE_SIGNATURE_SIZE];
	char group[SITE_EVENT_NAME_SIZE] = VSPAN_TRACE_PREFIX;
	char event[SITE_EVENT_NAME_SIZE];
	unsigned variant;

	strcat(group, site->provider);
	site_events_signature(site, signature);
	for (variant = 1; variant <= SITE_VARIANTS_MAX; variant++) {
		struct provider_site *provider;

		site_events_name(site, variant, "", event);
		provider = table_find(group, event);
		if (provider == NULL)
			return provider_new(site, variant, out);
		if (strcmp(provider->signature, signature) == 0) {
			provider->users++;
			*out = provider;
			return 0;
		}
	}
	return -EEXIST;
}

int provider_site_create(const struct site *site, struct provider_site **out)
{
	int ret = site_events_check(site);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(&table.lock);
	ret = provider_get(site, out);
	pthread_mutex_unlock(&table.lock);
	return ret;
}

void provider_site_destroy(struct provider_site *provider)
{
	uint32_t i;

	if (provider == NULL)
		return;
	pthread_mutex_lock(&table.lock);
	assert(provider->users > 0);
	provider->users--;
	if (provider->users == 0) {
		table_remove(provider);
		for (i = provider->group_count; i-- > 0;)
			group_unregister(&provider->groups[i]);
		free(provider);
	}
	pthread_mutex_unlock(&table.lock);
}

void provider_set_quota(uint32_t sites)
{
	pthread_mutex_lock(&table.lock);
	table.quota = sites;
	pthread_mutex_unlock(&table.lock);
}

uint32_t provider_count(void)
{
	uint32_t count;

	pthread_mutex_lock(&table.lock);
	count = table.count;
	pthread_mutex_unlock(&table.lock);
	return count;
}

const char *provider_site_event(const struct provider_site *provider)
{
	return provider->event_name;
}
