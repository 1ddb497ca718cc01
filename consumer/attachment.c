/* SPDX-License-Identifier: MIT */
/* attachment.c - an attached region's life and its call sites. */
#include "attachment.h"

#include <errno.h>
#include <stdlib.h>
#include "emit.h"

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
	attachment->region = region;
	attachment->vm = vm;
	attachment->ring_count = rings;
	for (i = 0; i < rings; i++)
		ring_attach(&attachment->rings[i].ring, region, i);
	return attachment;
}

void attachment_destroy(struct vspan_attachment *attachment)
{
	uint32_t i;

	for (i = 0; i < attachment->site_count; i++)
		provider_site_destroy(attachment->sites[i].provider);
	for (i = 0; i < attachment->ring_count; i++)
		spans_free(&attachment->rings[i].spans);
	free(attachment->sites);
	free(attachment);
}

/* Learns one entry. False: not committed yet. */
static bool attachment_learn_site(struct vspan_attachment *attachment, uint32_t id)
{
	struct known_site *known = &attachment->sites[id];
	int ret = site_read(region_site(attachment->region, id), id, &known->site);

	if (ret == -EAGAIN)
		return false;
	known->valid = ret == 0;
	if (!known->valid)
		ring_violation(&attachment->rings[0].ring, VIOLATION_DESCRIPTION, 0);
	else if (provider_site_create(&known->site, &known->provider) < 0)
		known->provider = NULL;
	return true;
}

void attachment_learn_sites(struct vspan_attachment *attachment)
{
	uint32_t published;

	if (guest_hello_read(attachment->region, &published) < 0)
		return;
	while (attachment->site_count < published &&
		attachment_learn_site(attachment, attachment->site_count))
		attachment->site_count++;
}

void attachment_sync_enables(struct vspan_attachment *attachment)
{
	uint32_t i;

	for (i = 0; i < attachment->site_count; i++) {
		struct known_site *known = &attachment->sites[i];
		bool enabled = emit_enabled(known);

		if (enabled == known->enabled)
			continue;
		known->enabled = enabled;
		region_enable_site(attachment->region, i, enabled);
	}
}

const struct known_site *attachment_site(struct vspan_attachment *attachment, uint32_t id)
{
	if (id >= attachment->site_count)
		attachment_learn_sites(attachment);
	return id < attachment->site_count ? &attachment->sites[id] : NULL;
}
