/* SPDX-License-Identifier: MIT */
/*
 * site-events.h - the events of a call site as trace.h has them: their names,
 * their leading fields, which call sites may have events of their own. Pure; for
 * those who describe them, to LTTng (consumer/) or to babeltrace2 (plugins/).
 */
#ifndef VSPAN_ASSEMBLY_SITE_EVENTS_H
#define VSPAN_ASSEMBLY_SITE_EVENTS_H

#include <stdint.h>
#include <vspan/trace.h>
#include "site.h"

/* The leading fields, as indexes into a row of words. */
enum site_head {
	HEAD_VM,
	HEAD_VCPU,
	HEAD_SPAN,
	HEAD_PARENT,
	HEAD_TSC,
	HEAD_TS,
	HEAD_DURATION,
	HEAD_STATUS,
	HEAD_KIND,
	HEAD_FLAGS,
	HEAD_COUNT,
};

const char *site_head_name(enum site_head head);

enum site_class { CLASS_SPAN, CLASS_EVENT, CLASS_ENTRY, CLASS_EXIT, CLASS_COUNT };

/* The leading fields of a class, in the order of trace.h. */
struct site_layout {
	const char *uri;
	uint8_t count;
	uint8_t head[HEAD_COUNT]; /* enum site_head */
};

extern const struct site_layout site_layouts[CLASS_COUNT];

/* Name, fields and level of the call site, as text. */
#define SITE_SIGNATURE_SIZE 1024
/* Longest suffix that tells descriptions of one name apart, with its NUL: "_99". */
#define SITE_SUFFIX_SIZE 4
#define SITE_VARIANTS_MAX 99
#define SITE_EVENT_NAME_SIZE                                                               \
	(sizeof(VSPAN_TRACE_EDGE_PREFIX) + VSPAN_ABI_SITE_PROVIDER + VSPAN_ABI_SITE_NAME + \
		SITE_SUFFIX_SIZE + sizeof(VSPAN_TRACE_ENTRY_SUFFIX))
#define SITE_LENGTH_NAME_SIZE (VSPAN_ABI_FIELD_NAME + sizeof("__length"))

/*
 * 0; -EINVAL if its names are known only at run time, or its fields cannot be
 * beside the leading ones.
 */
int site_events_check(const struct site *site);

/* Writes the signature that tells this description from others. */
void site_events_signature(const struct site *site, char signature[SITE_SIGNATURE_SIZE]);

/*
 * The event's name in variant `variant`, from 1 on: call sites of one name and
 * several descriptions are told apart by it.
 */
void site_events_name(const struct site *site, unsigned variant, const char *suffix,
	char name[SITE_EVENT_NAME_SIZE]);

/* A bytes field's length goes into a field of the name lttng-ust's own macros give it. */
void site_events_length(const struct site_field *field, char name[SITE_LENGTH_NAME_SIZE]);

#endif /* VSPAN_ASSEMBLY_SITE_EVENTS_H */
