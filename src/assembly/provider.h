/* SPDX-License-Identifier: MIT */
/*
 * provider.h - native events for each guest call site: made when a call site is
 * learned, emitted for each of its records. With control.h the seam between
 * assembling (this room) and emitting; the program that links this room brings
 * its own emitter, so that a call through the seam is a call and no more:
 *   consumer/           LTTng-UST providers built at run time
 *   plugins/source-ring messages of babeltrace2
 *   src/cli/dump-emit.c nothing: `vspan dump` looks at the tables
 *
 * What LTTng's does is said here; the others do of it what makes sense to them.
 *
 * A span site has three events (span, entry, exit), an event site has one;
 * trace.h gives names and fields. Registration and unregistration take locks of
 * lttng-ust and may take 25-200 us per event; emission takes none.
 */
#ifndef VSPAN_ASSEMBLY_PROVIDER_H
#define VSPAN_ASSEMBLY_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "payload.h"
#include "site.h"

struct provider_site;

/* The leading fields of all four classes; each class uses those trace.h lists for it. */
struct provider_common {
	uint32_t vm;
	uint32_t vcpu;
	uint64_t span;
	uint64_t parent;
	uint64_t tsc;
	uint64_t ts;       /* ns */
	uint64_t duration; /* ns */
	uint32_t flags;    /* VSPAN_TRACE_FLAG_* */
	uint8_t status;    /* VSPAN_ABI_STATUS_* */
	uint8_t kind;      /* VSPAN_ABI_SITE_KIND_* */
};

/*
 * Registers the events of a call site. Thread-safe. The site is copied. Sites of
 * one name and one description share their events, also across VMs; a second
 * description of a taken name becomes `name_2`, and so on (LTTng tells events
 * apart by name alone). Returns 0, -EINVAL if a field has a reserved name or the
 * name to show is one of the fields, -EEXIST if the name has 99 descriptions already,
 * -EDQUOT if the quota is used up, -ENOMEM, or -EIO if lttng-ust refused.
 */
int provider_site_create(const struct site *site, struct provider_site **out);

/*
 * Gives up one create; the last one unregisters and frees. The caller's threads
 * no longer emit through it. NULL is fine.
 */
void provider_site_destroy(struct provider_site *provider);

/*
 * How many descriptions may be registered in this process at a time (those there
 * are stay), and how many are: each costs memory here and in the session daemon,
 * and registering one takes longer the more there are.
 */
#define PROVIDER_QUOTA 8192u
void provider_set_quota(uint32_t sites);
uint32_t provider_count(void);

/* LTTng's name of the site's main event: "vspan_disk:read". */
const char *provider_site_event(const struct provider_site *provider);

/* True if any of the site's events is enabled in any recording session or trigger. One load each.
 */
bool provider_site_enabled(const struct provider_site *provider);
bool provider_site_edges_enabled(const struct provider_site *provider);

/*
 * Emit one event. `payload` is indexed (payload_index()) for the same site; an
 * exit has no payload. A no-op for events nobody enabled.
 */
void provider_emit_span(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload);
void provider_emit_entry(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload);
void provider_emit_exit(const struct provider_site *provider, const struct provider_common *common);
void provider_emit_event(const struct provider_site *provider, const struct provider_common *common,
	const struct payload *payload);

#endif /* VSPAN_ASSEMBLY_PROVIDER_H */
