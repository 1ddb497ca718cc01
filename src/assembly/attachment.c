/* SPDX-License-Identifier: MIT */
/* attachment.c - an attached region's life and its call sites. */
#include "attachment.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include "control.h"
#include "emit.h"
#include "endings.h"
#include "notice.h"

#define SITE_QUOTA_DEFAULT 1024u
/* How long a call site may be published and not committed: a guest needs a moment for it. */
#define COMMIT_WAIT_NS UINT64_C(500000000)

struct vspan_attachment *attachment_create(struct vspan_region *region, uint32_t vm)
{
	uint32_t rings = region->geometry.ring_count;
	struct vspan_attachment *attachment;
	uint32_t i;

	attachment = calloc(1, sizeof(*attachment) + rings * sizeof(attachment->rings[0]));
	if (attachment == NULL)
		return NULL;
	attachment->sites = calloc(region->geometry.site_capacity, sizeof(*attachment->sites));
	if (attachment->sites == NULL) {
		free(attachment);
		return NULL;
	}
	CDS_INIT_LIST_HEAD(&attachment->node);
	CDS_INIT_LIST_HEAD(&attachment->learn);
	pthread_mutex_init(&attachment->learn_lock, NULL);
	attachment->region = region;
	attachment->vm = vm;
	attachment->site_quota = SITE_QUOTA_DEFAULT;
	attachment->ring_count = rings;
	for (i = 0; i < rings; i++) {
		ring_attach(&attachment->rings[i].ring, region, i);
		contexts_init(&attachment->rings[i].contexts);
	}
	return attachment;
}

void attachment_destroy(struct vspan_attachment *attachment)
{
	uint32_t i;

	for (i = 0; i < attachment->site_count; i++)
		provider_site_destroy(attachment->sites[i].provider);
	for (i = 0; i < attachment->ring_count; i++) {
		spans_free(&attachment->rings[i].spans);
		contexts_destroy(&attachment->rings[i].contexts);
	}
	functions_destroy(&attachment->functions);
	pthread_mutex_destroy(&attachment->learn_lock);
	free(attachment->sites);
	free(attachment);
}

/* Tells the user, once for each region, that some call sites have no events of their own. */
static void quota_tell(struct vspan_attachment *attachment, const struct site *site, int reason)
{
	if (attachment->quota_told)
		return;
	attachment->quota_told = true;
	if (reason == -EDQUOT)
		notice(attachment, LOG_WARNING,
			"call site %s:%s and others are emitted as vspan:span and vspan:event: "
			"quota of call sites reached (see --site-quota and --site-quota-total)",
			site->provider, site->name);
	else
		notice(attachment, LOG_WARNING,
			"call site %s:%s is emitted as vspan:span or vspan:event: LTTng cannot "
			"have it as an event of its own (reserved field name, or too many "
			"descriptions of that name)",
			site->provider, site->name);
}

/* Native events for a site that may have them; NULL otherwise. */
static struct provider_site *site_register(
	struct vspan_attachment *attachment, const struct known_site *known)
{
	const struct site *site = &known->site;
	struct provider_site *provider = NULL;
	int ret = -EDQUOT;

	if (known->site.named || known->excluded)
		return NULL;
	if (attachment->sites_native < attachment->site_quota)
		ret = provider_site_create(site, &provider);
	if (ret < 0) {
		quota_tell(attachment, site, ret);
		return NULL;
	}
	__atomic_store_n(&attachment->sites_native, attachment->sites_native + 1, __ATOMIC_RELAXED);
	return provider;
}

/*
 * True if the next entry has not been committed for so long that it will not be: who
 * took it died, or was left by a signal handler. Those behind it need not wait.
 */
static bool attachment_gives_up(struct vspan_attachment *attachment, uint32_t id)
{
	const uint64_t now = clock_now_ns();

	if (attachment->late_since == 0 || attachment->late_site != id) {
		attachment->late_site = id;
		attachment->late_since = now;
	}
	return now - attachment->late_since >= COMMIT_WAIT_NS;
}

/* Learns one entry. False: not committed yet. */
static bool attachment_learn_site(struct vspan_attachment *attachment, uint32_t id)
{
	const struct vspan_abi_site *shared = region_site(attachment->region, id);
	struct known_site *known = &attachment->sites[id];
	int ret = site_read(shared, id, &known->site);

	if (ret == -EAGAIN && !attachment_gives_up(attachment, id))
		return false;
	known->valid = ret == 0;
	known->enabled = attachment->sites_on;
	if (known->valid && known->site.function)
		functions_learn(&attachment->functions, shared, known);
	if (known->valid)
		known->provider = site_register(attachment, known);
	else
		__atomic_store_n(&attachment->sites_invalid, attachment->sites_invalid + 1,
			__ATOMIC_RELAXED);
	return true;
}

bool attachment_may_register(const struct vspan_attachment *attachment)
{
	return attachment->may_register == NULL ||
		attachment->may_register(attachment->may_register_data);
}

static void attachment_learn(struct vspan_attachment *attachment, bool all)
{
	uint32_t published;

	if (guest_hello_read(attachment->region, &published) < 0)
		return;
	pthread_mutex_lock(&attachment->learn_lock);
	while (attachment->site_count < published && (all || attachment_may_register(attachment)) &&
		attachment_learn_site(attachment, attachment->site_count))
		__atomic_store_n(
			&attachment->site_count, attachment->site_count + 1, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&attachment->learn_lock);
}

void attachment_learn_sites(struct vspan_attachment *attachment)
{
	attachment_learn(attachment, false);
}

void attachment_learn_all(struct vspan_attachment *attachment)
{
	attachment_learn(attachment, true);
}

uint32_t attachment_known(const struct vspan_attachment *attachment)
{
	return __atomic_load_n(&attachment->site_count, __ATOMIC_ACQUIRE);
}

bool attachment_has_news(const struct vspan_attachment *attachment)
{
	uint32_t published;

	return guest_hello_read(attachment->region, &published) == 0 &&
		attachment_known(attachment) < published;
}

void attachment_sync_enables(struct vspan_attachment *attachment)
{
	const uint32_t count = attachment_known(attachment);
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct known_site *known = &attachment->sites[i];
		bool enabled = emit_enabled(known);
		/* What an earlier consumer told the guest is not known here. */
		bool untold = attachment->resumed && i >= attachment->synced;

		if (enabled == known->enabled && !untold)
			continue;
		__atomic_store_n(&known->enabled, enabled, __ATOMIC_RELAXED);
		region_enable_site(attachment->region, i, enabled);
	}
	if (count == attachment->synced)
		return;
	attachment->synced = count;
	region_set_greeted(attachment->region, count);
}

void attachment_count_invalid(struct vspan_attachment *attachment)
{
	const uint32_t invalid = __atomic_load_n(&attachment->sites_invalid, __ATOMIC_RELAXED);

	for (; attachment->invalid_counted < invalid; attachment->invalid_counted++)
		ring_violation(&attachment->rings[0].ring, VIOLATION_DESCRIPTION, 0);
}

const struct known_site *attachment_site(const struct vspan_attachment *attachment, uint32_t id)
{
	return id < attachment_known(attachment) ? &attachment->sites[id] : NULL;
}

void attachment_restart_ring(struct vspan_attachment *attachment, struct ring_state *state)
{
	static const uint64_t none[2];

	assert(state->dead && state->spans.newest == NULL);
	vspan_ledger_add(&state->past, &state->ring.ledger);
	ring_restart(&state->ring, attachment->region);
	contexts_restart(&state->contexts);
	state->frames = (struct frames){0};
	region_set_context(attachment->region, state->ring.index, none, 0, state->ring.cursor, 0);
	state->gap_first = state->gap_last = 0;
	state->lost_told = 0;
	state->violations_told = 0;
	state->repeat_until = 0;
	/* What a snapshot had open ended with the epoch it was taken in. */
	state->let_go = state->ring.cursor;
	state->dead = false;
	control_epoch(attachment->vm, state->ring.index, state->ring.epoch);
}

void ring_state_ledger(const struct ring_state *state, struct vspan_ledger *ledger)
{
	ring_ledger(&state->ring, ledger);
	vspan_ledger_add(ledger, &state->past);
}

void attachment_announce(struct vspan_attachment *attachment)
{
	const struct vspan_region *region = attachment->region;
	struct control_attach attach = {
		.vm = attachment->vm,
		.rings = attachment->ring_count,
		.name = region->name,
		.counter_hz = region->counter_hz,
	};
	uint32_t i;

	memcpy(attach.identity, region->identity, sizeof(attach.identity));
	control_attach(&attach);
	control_clock(attachment->vm, UINT32_MAX, &attachment->clock);
	for (i = 0; i < attachment->ring_count; i++) {
		control_epoch(attachment->vm, i, attachment->rings[i].ring.epoch);
		endings_tell_open_again(attachment, &attachment->rings[i]);
	}
}
