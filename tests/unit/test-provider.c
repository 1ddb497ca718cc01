/* SPDX-License-Identifier: MIT */
/*
 * test-provider.c - run-time providers without a session daemon: who shares what,
 * how events are named and described, what is refused.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include "provider-fixture.h"

TestSuite(provider, .init = begin_span);

Test(provider, a_span_has_three_events)
{
	struct provider_site *provider = create();

	cr_expect_str_eq(provider->groups[0].name, "vspan_disk");
	cr_expect_str_eq(provider->groups[1].name, "vspanedge_disk");
	cr_expect_str_eq(provider->events[CLASS_SPAN]->name, "read");
	cr_expect_str_eq(provider->events[CLASS_ENTRY]->name, "read_entry");
	cr_expect_str_eq(provider->events[CLASS_EXIT]->name, "read_exit");
	cr_expect_null(provider->events[CLASS_EVENT]);
	cr_expect_not(provider_site_enabled(provider));
	cr_expect_not(provider_site_edges_enabled(provider));
	provider_site_destroy(provider);
	provider_site_destroy(NULL);
}

Test(provider, an_event_has_one)
{
	struct provider_site *provider;

	begin(VSPAN_ABI_SITE_EVENT);
	provider = create();
	cr_expect_str_eq(provider->events[CLASS_EVENT]->name, "read");
	cr_expect_null(provider->events[CLASS_SPAN]);
	cr_expect_null(provider->events[CLASS_ENTRY]);
	cr_expect_eq(provider->group_count, 1);
	cr_expect_not(provider_site_enabled(provider));
	cr_expect_not(provider_site_edges_enabled(provider));
	provider_site_destroy(provider);
}

/* The leading fields are those of trace.h, by name and number. */
Test(provider, leading_fields)
{
	static const char *const wanted[CLASS_COUNT] = {
		[CLASS_SPAN] = "vm vcpu span parent tsc ts duration status kind flags",
		[CLASS_EVENT] = "vm vcpu span tsc ts flags",
		[CLASS_ENTRY] = "vm vcpu span parent tsc ts kind flags",
		[CLASS_EXIT] = "vm vcpu span tsc ts status flags",
	};
	struct provider_site *span = create();
	struct provider_site *event;
	uint32_t class, i;

	begin(VSPAN_ABI_SITE_EVENT);
	strcpy(site.name, "point");
	event = create();
	for (class = 0; class < CLASS_COUNT; class ++) {
		const struct provider_event *of =
			class == CLASS_EVENT ? event->events[class] : span->events[class];
		char names[128] = "";

		for (i = 0; i < of->class.nr_fields; i++) {
			if (i > 0)
				strcat(names, " ");
			strcat(names, of->fields[i]->name);
		}
		cr_expect_str_eq(names, wanted[class]);
		cr_expect_str_eq(*of->desc.model_emf_uri, site_layouts[class].uri);
		cr_expect_eq(**of->desc.loglevel, VSPAN_ABI_LEVEL_INFO);
	}
	provider_site_destroy(event);
	provider_site_destroy(span);
}

Test(provider, same_description_is_shared)
{
	struct provider_site *one, *two;

	field("lba", VSPAN_ABI_TYPE_U64, 0);
	one = create();
	site.id = 77;
	site.line = 78;
	strcpy(site.file, "elsewhere.c");
	two = create();
	cr_expect_eq(one, two);
	provider_site_destroy(one);
	cr_expect_str_eq(two->events[CLASS_SPAN]->name, "read");
	provider_site_destroy(two);
}

Test(provider, another_description_gets_another_name)
{
	struct provider_site *kept[SITE_VARIANTS_MAX];
	struct provider_site *more = NULL;
	char name[8];
	uint32_t i;

	for (i = 0; i < SITE_VARIANTS_MAX; i++) {
		site.field_count = 0;
		snprintf(name, sizeof(name), "f%u", i);
		field(name, VSPAN_ABI_TYPE_U8, 0);
		kept[i] = create();
	}
	cr_expect_str_eq(kept[0]->events[CLASS_SPAN]->name, "read");
	cr_expect_str_eq(kept[1]->events[CLASS_ENTRY]->name, "read_2_entry");
	cr_expect_str_eq(kept[98]->events[CLASS_EXIT]->name, "read_99_exit");
	site.field_count = 0;
	cr_expect_eq(provider_site_create(&site, &more), -EEXIST);
	provider_site_destroy(kept[5]);
	kept[5] = create();
	cr_expect_str_eq(kept[5]->events[CLASS_SPAN]->name, "read_6", "a freed name is used again");
	for (i = 0; i < SITE_VARIANTS_MAX; i++)
		provider_site_destroy(kept[i]);
}

Test(provider, kind_level_flags_and_length_are_part_of_the_description)
{
	struct provider_site *kept[5];
	uint32_t i, j;

	field("a", VSPAN_ABI_TYPE_U8, 0);
	kept[0] = create();
	site.kind = VSPAN_ABI_SITE_EVENT;
	kept[1] = create();
	site.level = VSPAN_ABI_LEVEL_ERR;
	kept[2] = create();
	site.fields[0].flags = VSPAN_ABI_FIELD_HEX;
	kept[3] = create();
	site.fields[0].length = 2;
	kept[4] = create();
	for (i = 0; i < 5; i++)
		for (j = 0; j < i; j++)
			cr_expect_neq(kept[i], kept[j]);
	for (i = 0; i < 5; i++)
		provider_site_destroy(kept[i]);
}

Test(provider, reserved_field_names_are_refused)
{
	static const char *const names[] = {
		"vm", "vcpu", "span", "parent", "tsc", "ts", "duration", "status", "kind", "flags"};
	struct provider_site *provider = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		site.field_count = 0;
		field("fine", VSPAN_ABI_TYPE_U8, 0);
		field(names[i], VSPAN_ABI_TYPE_U8, 0);
		cr_expect_eq(provider_site_create(&site, &provider), -EINVAL, "%s", names[i]);
	}
	site.field_count = 0;
	field("data", VSPAN_ABI_TYPE_BYTES, 0);
	field("_data_length", VSPAN_ABI_TYPE_U8, 0);
	cr_expect_eq(provider_site_create(&site, &provider), -EINVAL, "hidden length");
	site.fields[0].type = VSPAN_ABI_TYPE_STRING;
	provider_site_destroy(create());
}

Test(provider, the_quota_counts_descriptions)
{
	struct provider_site *one, *shared, *two, *more = NULL;

	cr_assert_eq(provider_count(), 0);
	provider_set_quota(2);
	one = create();
	shared = create();
	cr_expect_eq(provider_count(), 1);
	field("a", VSPAN_ABI_TYPE_U8, 0);
	two = create();
	field("b", VSPAN_ABI_TYPE_U8, 0);
	cr_expect_eq(provider_site_create(&site, &more), -EDQUOT);
	cr_expect_null(more);
	site.field_count = 0;
	provider_site_destroy(create()); /* nothing new */
	provider_site_destroy(one);
	cr_expect_eq(provider_count(), 2, "still shared");
	provider_site_destroy(shared);
	cr_expect_eq(provider_count(), 1);
	site.field_count = 2;
	more = create();
	provider_set_quota(1);
	cr_expect_eq(provider_count(), 2, "a lower quota takes nothing away");
	provider_site_destroy(two);
	provider_site_destroy(more);
	cr_expect_eq(provider_count(), 0);
	cr_expect_eq(provider_site_create(&site, &one), 0);
	provider_set_quota(0);
	cr_expect_eq(provider_site_create(&site, &two), 0, "shared even so");
	provider_site_destroy(one);
	provider_site_destroy(two);
}

Test(provider, the_event_has_a_name)
{
	struct provider_site *one = create(), *two;

	cr_expect_str_eq(provider_site_event(one), "vspan_disk:read");
	field("a", VSPAN_ABI_TYPE_U8, 0);
	two = create();
	cr_expect_str_eq(provider_site_event(two), "vspan_disk:read_2");
	provider_site_destroy(one);
	provider_site_destroy(two);
}

Test(provider, run_time_names_have_no_event)
{
	struct provider_site *provider = NULL;

	field("text", VSPAN_ABI_TYPE_STRING, 0);
	site.named = true;
	cr_expect_eq(provider_site_create(&site, &provider), -EINVAL);
	cr_expect_null(provider);
}

Test(provider, longest_names)
{
	struct provider_site *provider;
	char name[VSPAN_ABI_FIELD_NAME];
	uint32_t i;

	memset(site.provider, 'p', sizeof(site.provider) - 1);
	memset(site.name, 'n', sizeof(site.name) - 1);
	memset(name, 'f', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (i = 0; i < VSPAN_ABI_FIELDS_MAX; i++) {
		name[0] = (char)('a' + i);
		field(name, VSPAN_ABI_TYPE_BYTES, 0);
	}
	provider = create();
	cr_expect_eq(provider->events[CLASS_SPAN]->class.nr_fields, PROVIDER_FIELDS_MAX);
	cr_expect_eq(strlen(provider->events[CLASS_ENTRY]->name), 79 + 6);
	cr_expect_eq(strlen(provider->fields[0].form == FORM_BYTES ? provider->own[0].name : ""),
		strlen("__length") + sizeof(name) - 1);
	provider_site_destroy(provider);
}
