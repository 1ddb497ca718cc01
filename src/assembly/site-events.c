/* SPDX-License-Identifier: MIT */
/* site-events.c - see site-events.h. */
#include "site-events.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct site_layout site_layouts[CLASS_COUNT] = {
	[CLASS_SPAN] = {VSPAN_TRACE_URI_SPAN, VSPAN_TRACE_SPAN_FIELDS,
		{HEAD_VM, HEAD_VCPU, HEAD_SPAN, HEAD_PARENT, HEAD_TSC, HEAD_TS, HEAD_DURATION,
			HEAD_STATUS, HEAD_KIND, HEAD_FLAGS}},
	[CLASS_EVENT] = {VSPAN_TRACE_URI_EVENT, VSPAN_TRACE_EVENT_FIELDS,
		{HEAD_VM, HEAD_VCPU, HEAD_SPAN, HEAD_TSC, HEAD_TS, HEAD_FLAGS}},
	[CLASS_ENTRY] = {VSPAN_TRACE_URI_ENTRY, VSPAN_TRACE_ENTRY_FIELDS,
		{HEAD_VM, HEAD_VCPU, HEAD_SPAN, HEAD_PARENT, HEAD_TSC, HEAD_TS, HEAD_KIND,
			HEAD_FLAGS}},
	[CLASS_EXIT] = {VSPAN_TRACE_URI_EXIT, VSPAN_TRACE_EXIT_FIELDS,
		{HEAD_VM, HEAD_VCPU, HEAD_SPAN, HEAD_TSC, HEAD_TS, HEAD_STATUS, HEAD_FLAGS}},
};

static const char *const head_names[HEAD_COUNT] = {
	[HEAD_VM] = VSPAN_TRACE_FIELD_VM,
	[HEAD_VCPU] = VSPAN_TRACE_FIELD_VCPU,
	[HEAD_SPAN] = VSPAN_TRACE_FIELD_SPAN,
	[HEAD_PARENT] = VSPAN_TRACE_FIELD_PARENT,
	[HEAD_TSC] = VSPAN_TRACE_FIELD_TSC,
	[HEAD_TS] = VSPAN_TRACE_FIELD_TS,
	[HEAD_DURATION] = VSPAN_TRACE_FIELD_DURATION,
	[HEAD_STATUS] = VSPAN_TRACE_FIELD_STATUS,
	[HEAD_KIND] = VSPAN_TRACE_FIELD_KIND,
	[HEAD_FLAGS] = VSPAN_TRACE_FIELD_FLAGS,
};

const char *site_head_name(enum site_head head)
{
	return head_names[head];
}

void site_events_length(const struct site_field *field, char name[SITE_LENGTH_NAME_SIZE])
{
	const int length = snprintf(name, SITE_LENGTH_NAME_SIZE, "_%s_length", field->name);

	assert(length > 0 && length < (int)SITE_LENGTH_NAME_SIZE);
	(void)length;
}

static bool name_is_reserved(const char *name)
{
	uint32_t i;

	for (i = 0; i < HEAD_COUNT; i++)
		if (strcmp(name, head_names[i]) == 0)
			return true;
	return false;
}

int site_events_check(const struct site *site)
{
	char hidden[SITE_LENGTH_NAME_SIZE];
	uint32_t i, j;

	if (site->named)
		return -EINVAL;
	for (i = 0; i < site->field_count; i++) {
		if (name_is_reserved(site->fields[i].name))
			return -EINVAL;
		if (site->fields[i].type != VSPAN_ABI_TYPE_BYTES)
			continue;
		site_events_length(&site->fields[i], hidden);
		for (j = 0; j < site->field_count; j++)
			if (strcmp(hidden, site->fields[j].name) == 0)
				return -EINVAL;
	}
	return 0;
}

void site_events_signature(const struct site *site, char signature[SITE_SIGNATURE_SIZE])
{
	size_t used;
	uint32_t i;

	used = (size_t)snprintf(signature, SITE_SIGNATURE_SIZE, "vspan %u kind %u level %u",
		VSPAN_TRACE_SCHEMA, site->kind, site->level);
	for (i = 0; i < site->field_count; i++) {
		const struct site_field *field = &site->fields[i];

		used += (size_t)snprintf(signature + used, SITE_SIGNATURE_SIZE - used,
			" %s:%u:%u:%u", field->name, field->type, field->flags, field->length);
		assert(used < SITE_SIGNATURE_SIZE);
	}
}

void site_events_name(const struct site *site, unsigned variant, const char *suffix,
	char name[SITE_EVENT_NAME_SIZE])
{
	int length;

	assert(variant >= 1 && variant <= SITE_VARIANTS_MAX);
	if (variant == 1)
		length = snprintf(name, SITE_EVENT_NAME_SIZE, "%s%s", site->name, suffix);
	else
		length = snprintf(
			name, SITE_EVENT_NAME_SIZE, "%s_%u%s", site->name, variant, suffix);
	assert(length > 0 && (size_t)length < SITE_EVENT_NAME_SIZE);
	(void)length;
}
