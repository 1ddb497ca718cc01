/* SPDX-License-Identifier: MIT */
/*
 * provider-site.h - the descriptors behind a call site's native events. Private
 * to provider.c (life), provider-describe.c (what LTTng is told) and
 * provider-emit.c (what LTTng is given), which have to agree on it.
 *
 * lttng-ust connects probes to tracepoints by name alone: two registrations of
 * one name would each get the other's records, laid out for the wrong
 * description. So call sites of one name and one description, from any number
 * of VMs, share one struct provider_site.
 */
#ifndef VSPAN_CONSUMER_PROVIDER_SITE_H
#define VSPAN_CONSUMER_PROVIDER_SITE_H

#include <lttng/ust-events.h>
#include <lttng/tracepoint-types.h>
#include <stdbool.h>
#include <stdint.h>
#include <vspan/trace.h>
#include "provider.h"
#include "site-events.h"

/* LTTng fields of the longest event: a bytes field takes two, its length and itself. */
#define PROVIDER_OWN_FIELDS_MAX (2 * VSPAN_ABI_FIELDS_MAX)
#define PROVIDER_FIELDS_MAX (VSPAN_TRACE_SPAN_FIELDS + PROVIDER_OWN_FIELDS_MAX)

VSPAN_ABI_ASSERT(SITE_EVENT_NAME_SIZE < LTTNG_UST_ABI_SYM_NAME_LEN, provider_names_fit_lttng);

struct provider_event {
	struct lttng_ust_tracepoint callsite; /* not `tracepoint`: a macro of lttng-ust */
	struct lttng_ust_event_desc desc;
	struct lttng_ust_tracepoint_class class;
	const struct lttng_ust_event_field *fields[PROVIDER_FIELDS_MAX];
	const char *uri;
	char name[SITE_EVENT_NAME_SIZE];
};

/* `status` and `kind`. */
enum provider_enum_index { ENUM_STATUS, ENUM_KIND, ENUM_COUNT };

struct provider_enum {
	struct lttng_ust_enum_desc desc;
	struct lttng_ust_type_enum type;
	struct lttng_ust_event_field field;
};

/* One LTTng provider descriptor: `vspan_disk`, or `vspanedge_disk` with two events. */
#define PROVIDER_GROUP_EVENTS 2
struct provider_group {
	struct lttng_ust_probe_desc desc;
	const struct lttng_ust_event_desc *events[PROVIDER_GROUP_EVENTS];
	struct lttng_ust_tracepoint *tracepoints[PROVIDER_GROUP_EVENTS];
	struct lttng_ust_registered_probe *registered;
	struct provider_enum enums[ENUM_COUNT];
	char name[SITE_EVENT_NAME_SIZE];
};

/* How a field's words become bytes in the trace. */
enum provider_form { FORM_WORD, FORM_STRING, FORM_BYTES, FORM_ARRAY };

struct provider_field {
	uint8_t form;
	uint8_t size;    /* FORM_WORD: bytes */
	uint16_t length; /* FORM_ARRAY: elements */
	uint32_t bytes;  /* FORM_ARRAY: bytes */
};

#define PROVIDER_GROUPS 2

struct provider_site {
	struct provider_event *events[CLASS_COUNT]; /* NULL: not of this kind of call site */
	uint8_t field_count;
	struct provider_field fields[VSPAN_ABI_FIELDS_MAX];

	struct provider_event event[3];
	struct provider_group groups[PROVIDER_GROUPS];
	uint8_t group_count;
	int level;
	const int *level_at;
	int reference; /* what tracepoint_provider_ref points to */
	uint8_t own_count;
	struct lttng_ust_event_field own[PROVIDER_OWN_FIELDS_MAX];
	struct lttng_ust_type_array arrays[VSPAN_ABI_FIELDS_MAX];
	char field_names[VSPAN_ABI_FIELDS_MAX][VSPAN_ABI_FIELD_NAME];
	char length_names[VSPAN_ABI_FIELDS_MAX][SITE_LENGTH_NAME_SIZE];
	char signature[SITE_SIGNATURE_SIZE];
	char event_name[2 * SITE_EVENT_NAME_SIZE]; /* provider:event */

	uint32_t users;
	struct provider_site *next; /* of the same bucket */
};

/*
 * Fills a zeroed provider with the descriptors of a checked call site. `variant`
 * 1 is the plain name, others get a numeric suffix.
 */
void provider_describe(struct provider_site *provider, const struct site *site, unsigned variant);

struct provider_emission;

/* The probe lttng-ust calls for each recorder or notifier of an event; `data` is that event. */
void provider_probe(void *data, struct provider_emission *emission);

#endif /* VSPAN_CONSUMER_PROVIDER_SITE_H */
