/* SPDX-License-Identifier: MIT */
/*
 * provider-describe.c - what LTTng is told about a call site: field types, event
 * classes, names. Everything is packed: alignment is one byte, so an event is
 * its fields one after the other. Called by provider.c.
 */
#include "provider-site.h"

#include <assert.h>
#include <errno.h>
#include <float.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "fields are stored as the guest's bytes");

#define INTEGER(bits, is_signed, radix)                                               \
	{                                                                             \
		.parent = {lttng_ust_type_integer},                                   \
		.struct_size = sizeof(struct lttng_ust_type_integer), .size = (bits), \
		.alignment = 8, .signedness = (is_signed), .base = (radix)            \
	}

/* Integer types by VSPAN_ABI_TYPE_*, for people who read them in decimal or hexadecimal. */
static const struct lttng_ust_type_integer integers[2][VSPAN_ABI_TYPE_BOOL + 1] = {
	{
		[VSPAN_ABI_TYPE_U8] = INTEGER(8, 0, 10),
		[VSPAN_ABI_TYPE_U16] = INTEGER(16, 0, 10),
		[VSPAN_ABI_TYPE_U32] = INTEGER(32, 0, 10),
		[VSPAN_ABI_TYPE_U64] = INTEGER(64, 0, 10),
		[VSPAN_ABI_TYPE_S8] = INTEGER(8, 1, 10),
		[VSPAN_ABI_TYPE_S16] = INTEGER(16, 1, 10),
		[VSPAN_ABI_TYPE_S32] = INTEGER(32, 1, 10),
		[VSPAN_ABI_TYPE_S64] = INTEGER(64, 1, 10),
		[VSPAN_ABI_TYPE_BOOL] = INTEGER(8, 0, 10),
	},
	{
		[VSPAN_ABI_TYPE_U8] = INTEGER(8, 0, 16),
		[VSPAN_ABI_TYPE_U16] = INTEGER(16, 0, 16),
		[VSPAN_ABI_TYPE_U32] = INTEGER(32, 0, 16),
		[VSPAN_ABI_TYPE_U64] = INTEGER(64, 0, 16),
		[VSPAN_ABI_TYPE_S8] = INTEGER(8, 1, 16),
		[VSPAN_ABI_TYPE_S16] = INTEGER(16, 1, 16),
		[VSPAN_ABI_TYPE_S32] = INTEGER(32, 1, 16),
		[VSPAN_ABI_TYPE_S64] = INTEGER(64, 1, 16),
		[VSPAN_ABI_TYPE_BOOL] = INTEGER(8, 0, 16),
	},
};

static const struct lttng_ust_type_float real = {
	.parent = {lttng_ust_type_float},
	.struct_size = sizeof(real),
	.exp_dig = 64 - DBL_MANT_DIG,
	.mant_dig = DBL_MANT_DIG,
	.alignment = 8,
};

static const struct lttng_ust_type_string text = {
	.parent = {lttng_ust_type_string},
	.struct_size = sizeof(text),
	.encoding = lttng_ust_string_encoding_UTF8,
};

/* Its length is the field before it. */
static const struct lttng_ust_type_sequence octets = {
	.parent = {lttng_ust_type_sequence},
	.struct_size = sizeof(octets),
	.elem_type = &integers[1][VSPAN_ABI_TYPE_U8].parent,
	.encoding = lttng_ust_string_encoding_none,
};

#define LABEL(text, number)                                                                       \
	(&(const struct lttng_ust_enum_entry){.struct_size = sizeof(struct lttng_ust_enum_entry), \
		.start = {(number), 0},                                                           \
		.end = {(number), 0},                                                             \
		.string = (text)})

static const struct lttng_ust_enum_entry *const status_labels[] = {
	LABEL("unset", VSPAN_ABI_STATUS_UNSET),
	LABEL("ok", VSPAN_ABI_STATUS_OK),
	LABEL("error", VSPAN_ABI_STATUS_ERROR),
};

static const struct lttng_ust_enum_entry *const kind_labels[] = {
	LABEL("internal", VSPAN_ABI_SITE_KIND_INTERNAL),
	LABEL("server", VSPAN_ABI_SITE_KIND_SERVER),
	LABEL("client", VSPAN_ABI_SITE_KIND_CLIENT),
	LABEL("producer", VSPAN_ABI_SITE_KIND_PRODUCER),
	LABEL("consumer", VSPAN_ABI_SITE_KIND_CONSUMER),
};

/* The same names and labels as in control-provider.h. */
static const struct {
	const char *field;
	const char *name;
	const struct lttng_ust_enum_entry *const *labels;
	uint32_t count;
} enumerations[ENUM_COUNT] = {
	[ENUM_STATUS] = {VSPAN_TRACE_FIELD_STATUS, "vspan_status", status_labels,
		sizeof(status_labels) / sizeof(status_labels[0])},
	[ENUM_KIND] = {VSPAN_TRACE_FIELD_KIND, "vspan_kind", kind_labels,
		sizeof(kind_labels) / sizeof(kind_labels[0])},
};

#define HEAD_FIELD(field_name, type_code, hex)                                             \
	{                                                                                  \
		.struct_size = sizeof(struct lttng_ust_event_field), .name = (field_name), \
		.type = &integers[hex][type_code].parent                                   \
	}

/* All but the enumerations, which each group of events has of its own. */
static const struct lttng_ust_event_field head_fields[HEAD_COUNT] = {
	[HEAD_VM] = HEAD_FIELD(VSPAN_TRACE_FIELD_VM, VSPAN_ABI_TYPE_U32, 0),
	[HEAD_VCPU] = HEAD_FIELD(VSPAN_TRACE_FIELD_VCPU, VSPAN_ABI_TYPE_U32, 0),
	[HEAD_SPAN] = HEAD_FIELD(VSPAN_TRACE_FIELD_SPAN, VSPAN_ABI_TYPE_U64, 1),
	[HEAD_PARENT] = HEAD_FIELD(VSPAN_TRACE_FIELD_PARENT, VSPAN_ABI_TYPE_U64, 1),
	[HEAD_TSC] = HEAD_FIELD(VSPAN_TRACE_FIELD_TSC, VSPAN_ABI_TYPE_U64, 0),
	[HEAD_TS] = HEAD_FIELD(VSPAN_TRACE_FIELD_TS, VSPAN_ABI_TYPE_U64, 0),
	[HEAD_DURATION] = HEAD_FIELD(VSPAN_TRACE_FIELD_DURATION, VSPAN_ABI_TYPE_U64, 0),
	[HEAD_STATUS] = {.name = VSPAN_TRACE_FIELD_STATUS},
	[HEAD_KIND] = {.name = VSPAN_TRACE_FIELD_KIND},
	[HEAD_FLAGS] = HEAD_FIELD(VSPAN_TRACE_FIELD_FLAGS, VSPAN_ABI_TYPE_U32, 1),
};

static void own_field_add(struct provider_site *provider, const char *name,
	const struct lttng_ust_type_common *type, bool filtered)
{
	assert(provider->own_count < PROVIDER_OWN_FIELDS_MAX);
	provider->own[provider->own_count++] = (struct lttng_ust_event_field){
		.struct_size = sizeof(struct lttng_ust_event_field),
		.name = name,
		.type = type,
		.nofilter = !filtered,
	};
}

static void array_describe(struct provider_site *provider, uint32_t index,
	const struct site_field *field, const struct lttng_ust_type_common *element)
{
	provider->arrays[index] = (struct lttng_ust_type_array){
		.parent = {lttng_ust_type_array},
		.struct_size = sizeof(struct lttng_ust_type_array),
		.elem_type = element,
		.length = field->length,
		.encoding = lttng_ust_string_encoding_none,
	};
	provider->fields[index].form = FORM_ARRAY;
	provider->fields[index].length = field->length;
	provider->fields[index].bytes = field->length * site_type_size(field->type);
	own_field_add(
		provider, provider->field_names[index], &provider->arrays[index].parent, true);
}

static void bytes_describe(
	struct provider_site *provider, uint32_t index, const struct site_field *field)
{
	char *hidden = provider->length_names[index];

	site_events_length(field, hidden);
	provider->fields[index].form = FORM_BYTES;
	own_field_add(provider, hidden, &integers[0][VSPAN_ABI_TYPE_U16].parent, false);
	own_field_add(provider, provider->field_names[index], &octets.parent, true);
}

/* Call site field `index`, as one or two LTTng fields. */
static void field_describe(
	struct provider_site *provider, uint32_t index, const struct site_field *field)
{
	const bool hex = (field->flags & VSPAN_ABI_FIELD_HEX) != 0;
	const char *name = provider->field_names[index];

	memcpy(provider->field_names[index], field->name, sizeof(field->name));
	if (field->type == VSPAN_ABI_TYPE_BYTES) {
		bytes_describe(provider, index, field);
	} else if (field->type == VSPAN_ABI_TYPE_STRING) {
		provider->fields[index].form = FORM_STRING;
		own_field_add(provider, name, &text.parent, true);
	} else if (field->type == VSPAN_ABI_TYPE_F64) {
		provider->fields[index].form = FORM_WORD;
		provider->fields[index].size = sizeof(double);
		own_field_add(provider, name, &real.parent, true);
	} else if (field->length > 0) {
		array_describe(provider, index, field, &integers[hex][field->type].parent);
	} else {
		provider->fields[index].form = FORM_WORD;
		provider->fields[index].size = (uint8_t)site_type_size(field->type);
		own_field_add(provider, name, &integers[hex][field->type].parent, true);
	}
}

static const struct lttng_ust_event_field *head_field(
	const struct provider_group *group, enum site_head head)
{
	if (head == HEAD_STATUS)
		return &group->enums[ENUM_STATUS].field;
	if (head == HEAD_KIND)
		return &group->enums[ENUM_KIND].field;
	return &head_fields[head];
}

/* Leading fields of the class, then the call site's own unless it is an exit. */
static uint32_t event_fields(struct provider_event *event, const struct provider_site *provider,
	enum site_class class, const struct provider_group *group)
{
	const struct site_layout *layout = &site_layouts[class];
	uint32_t count = 0;
	uint32_t i;

	for (i = 0; i < layout->count; i++)
		event->fields[count++] = head_field(group, layout->head[i]);
	for (i = 0; class != CLASS_EXIT && i < provider->own_count; i++)
		event->fields[count++] = &provider->own[i];
	return count;
}

static void event_describe(struct provider_site *provider, struct provider_event *event,
	enum site_class class, struct provider_group *group)
{
	provider->events[class] = event;
	event->uri = site_layouts[class].uri;
	event->class = (struct lttng_ust_tracepoint_class){
		.struct_size = sizeof(event->class),
		.fields = event->fields,
		.nr_fields = event_fields(event, provider, class, group),
		.probe_callback = (void (*)(void))provider_probe,
		.signature = provider->signature,
		.probe_desc = &group->desc,
	};
	event->desc = (struct lttng_ust_event_desc){
		.struct_size = sizeof(event->desc),
		.event_name = event->name,
		.probe_desc = &group->desc,
		.tp_class = &event->class,
		.loglevel = &provider->level_at,
		.model_emf_uri = &event->uri,
	};
	event->callsite = (struct lttng_ust_tracepoint){
		.struct_size = sizeof(event->callsite),
		.provider_name = group->name,
		.event_name = event->name,
		.tracepoint_provider_ref = &provider->reference,
		.signature = provider->signature,
	};
	group->events[group->desc.nr_events] = &event->desc;
	group->tracepoints[group->desc.nr_events] = &event->callsite;
	group->desc.nr_events++;
}

/* lttng-ust refuses an enumeration that is not of the provider it is used in. */
static void enums_describe(struct provider_group *group)
{
	uint32_t i;

	for (i = 0; i < ENUM_COUNT; i++) {
		struct provider_enum *enumeration = &group->enums[i];

		enumeration->desc = (struct lttng_ust_enum_desc){
			.struct_size = sizeof(enumeration->desc),
			.name = enumerations[i].name,
			.entries = enumerations[i].labels,
			.nr_entries = enumerations[i].count,
			.probe_desc = &group->desc,
		};
		enumeration->type = (struct lttng_ust_type_enum){
			.parent = {lttng_ust_type_enum},
			.struct_size = sizeof(enumeration->type),
			.desc = &enumeration->desc,
			.container_type = &integers[0][VSPAN_ABI_TYPE_U8].parent,
		};
		enumeration->field = (struct lttng_ust_event_field){
			.struct_size = sizeof(enumeration->field),
			.name = enumerations[i].field,
			.type = &enumeration->type.parent,
		};
	}
}

static struct provider_group *group_describe(
	struct provider_site *provider, const struct site *site, const char *prefix)
{
	struct provider_group *group = &provider->groups[provider->group_count++];

	snprintf(group->name, sizeof(group->name), "%s%s", prefix, site->provider);
	group->desc = (struct lttng_ust_probe_desc){
		.struct_size = sizeof(group->desc),
		.provider_name = group->name,
		.event_desc = group->events,
		.major = LTTNG_UST_PROVIDER_MAJOR,
		.minor = LTTNG_UST_PROVIDER_MINOR,
	};
	enums_describe(group);
	return group;
}

static void edges_describe(
	struct provider_site *provider, const struct site *site, unsigned variant)
{
	struct provider_group *group = group_describe(provider, site, VSPAN_TRACE_EDGE_PREFIX);
	struct provider_event *entry = &provider->event[1];
	struct provider_event *leave = &provider->event[2];

	site_events_name(site, variant, VSPAN_TRACE_ENTRY_SUFFIX, entry->name);
	event_describe(provider, entry, CLASS_ENTRY, group);
	site_events_name(site, variant, VSPAN_TRACE_EXIT_SUFFIX, leave->name);
	event_describe(provider, leave, CLASS_EXIT, group);
}

void provider_describe(struct provider_site *provider, const struct site *site, unsigned variant)
{
	const bool span = site->kind == VSPAN_ABI_SITE_SPAN;
	struct provider_group *group;
	uint32_t i;

	provider->level = site->level;
	provider->level_at = &provider->level;
	provider->reference = 1;
	site_events_signature(site, provider->signature);
	provider->field_count = site->field_count;
	for (i = 0; i < site->field_count; i++)
		field_describe(provider, i, &site->fields[i]);

	group = group_describe(provider, site, VSPAN_TRACE_PREFIX);
	site_events_name(site, variant, "", provider->event[0].name);
	event_describe(provider, &provider->event[0], span ? CLASS_SPAN : CLASS_EVENT, group);
	snprintf(provider->event_name, sizeof(provider->event_name), "%s:%s", group->name,
		provider->event[0].name);
	if (span)
		edges_describe(provider, site, variant);
}
