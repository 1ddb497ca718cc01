/* SPDX-License-Identifier: MIT */
/*
 * provider-fixture.h - the call site that test-provider.c and test-provider-emit.c
 * describe field by field and make a provider of.
 */
#ifndef VSPAN_TESTS_PROVIDER_FIXTURE_H
#define VSPAN_TESTS_PROVIDER_FIXTURE_H

#include <criterion/criterion.h>
#include <string.h>
#include "provider-site.h"

static struct site site;

static void begin(uint8_t kind)
{
	memset(&site, 0, sizeof(site));
	site.kind = kind;
	site.level = VSPAN_ABI_LEVEL_INFO;
	strcpy(site.provider, "disk");
	strcpy(site.name, "read");
}

static void begin_span(void)
{
	begin(VSPAN_ABI_SITE_SPAN);
}

static void field(const char *name, uint8_t type, uint16_t length)
{
	struct site_field *described = &site.fields[site.field_count++];

	strcpy(described->name, name);
	described->type = type;
	described->length = length;
}

static struct provider_site *create(void)
{
	struct provider_site *provider = NULL;

	cr_assert_eq(provider_site_create(&site, &provider), 0);
	return provider;
}

#endif /* VSPAN_TESTS_PROVIDER_FIXTURE_H */
