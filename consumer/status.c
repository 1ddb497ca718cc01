/* SPDX-License-Identifier: MIT */
/*
 * status.c - what host.h tells about attachments, rings and call sites. Looked up
 * by the consumer's thread, like all it owns, and handed to the caller as copies.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "consumer.h"
#include "site-info.h"

struct look_ring {
	uint32_t ring;
	struct vspan_ring_info *out;
};

struct look_site {
	uint32_t index;
	struct vspan_site_info *out;
	int ret;
};

static void look_call(struct vspan_attachment *attachment,
	void (*look)(struct vspan_attachment *attachment, void *data), void *data)
{
	struct request request = {
		.kind = REQUEST_LOOK,
		.attachment = attachment,
		.look = look,
		.data = data,
	};

	request_call(&attachment->consumer->requests, &request, UINT64_MAX);
}

struct look_time {
	uint64_t counter;
	uint64_t *ns;
	uint64_t *error_ns;
};

static void count_sites(
	const struct vspan_attachment *attachment, struct vspan_attachment_info *out)
{
	uint32_t i;

	out->sites = attachment->site_count;
	out->resumed = attachment->resumed;
	for (i = 0; i < attachment->site_count; i++) {
		if (!attachment->sites[i].valid)
			out->sites_invalid++;
		else if (attachment->sites[i].provider != NULL)
			out->sites_native++;
		else
			out->sites_generic++;
	}
}

static void look_info(struct vspan_attachment *attachment, void *data)
{
	struct vspan_attachment_info *out = data;
	struct guest_hello hello;

	memset(out, 0, sizeof(*out));
	out->vm = attachment->vm;
	out->ring_count = attachment->ring_count;
	memcpy(out->name, attachment->region->name, sizeof(out->name) - 1);
	out->clock_error_ns = clock_error_when(&attachment->clock, clock_now_ns());
	count_sites(attachment, out);
	out->hello = guest_hello_copy(attachment->region, &hello) == 0;
	if (!out->hello)
		return;
	memcpy(out->guest_name, hello.name, sizeof(out->guest_name) - 1);
	out->guest_major = hello.major;
	out->guest_minor = hello.minor;
	out->sites_refused = hello.sites_refused;
}

void vspan_attachment_read_info(
	struct vspan_attachment *attachment, struct vspan_attachment_info *out)
{
	look_call(attachment, look_info, out);
}

static void look_ring(struct vspan_attachment *attachment, void *data)
{
	const struct look_ring *look = data;
	const struct ring_state *state = &attachment->rings[look->ring];

	*look->out = (struct vspan_ring_info){
		.state = state->ring.host->state,
		.mode = state->ring.mode,
		.epoch = state->ring.epoch,
		.slot_count = state->ring.slot_count,
		.open_spans = state->spans.count,
		.cursor = state->ring.cursor,
		.pending_slots = ring_pending(&state->ring),
	};
	ring_state_ledger(state, &look->out->ledger);
}

int vspan_attachment_read_ring(
	struct vspan_attachment *attachment, uint32_t ring, struct vspan_ring_info *out)
{
	struct look_ring look = {.ring = ring, .out = out};

	if (ring >= attachment->ring_count)
		return -EINVAL;
	look_call(attachment, look_ring, &look);
	return 0;
}

static void look_site(struct vspan_attachment *attachment, void *data)
{
	struct look_site *look = data;
	const struct known_site *known;

	look->ret = -ENOENT;
	if (look->index >= attachment->site_count)
		return;
	look->ret = 0;
	known = &attachment->sites[look->index];
	site_info_fill(&known->site, known->valid, look->out);
	look->out->id = look->index;
	look->out->enabled = known->enabled;
	look->out->native = known->provider != NULL;
	if (known->provider != NULL)
		snprintf(look->out->event, sizeof(look->out->event), "%s",
			provider_site_event(known->provider));
}

int vspan_attachment_read_site(
	struct vspan_attachment *attachment, uint32_t index, struct vspan_site_info *out)
{
	struct look_site look = {.index = index, .out = out};

	look_call(attachment, look_site, &look);
	return look.ret;
}

static void look_time(struct vspan_attachment *attachment, void *data)
{
	const struct look_time *look = data;

	*look->ns = clock_to_ns(&attachment->clock, look->counter);
	*look->error_ns = clock_error_at(&attachment->clock, look->counter);
}

void vspan_attachment_read_time(
	struct vspan_attachment *attachment, uint64_t counter, uint64_t *ns, uint64_t *error_ns)
{
	struct look_time look = {.counter = counter, .ns = ns, .error_ns = error_ns};

	look_call(attachment, look_time, &look);
}
