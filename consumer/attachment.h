/* SPDX-License-Identifier: MIT */
/*
 * attachment.h - one attached region: its readers, its call sites, its open
 * spans, its clock. Everything but the list node belongs to the consumer's
 * thread; other threads go through requests (consumer.c).
 */
#ifndef VSPAN_CONSUMER_ATTACHMENT_H
#define VSPAN_CONSUMER_ATTACHMENT_H

#include <urcu/rculist.h>
#include "clock.h"
#include "provider.h"
#include "ring.h"
#include "spans.h"

/* Ends that arrived before their begins, from another ring; few are ever open. */
#define EARLY_ENDS_MAX 64u

struct known_site {
	struct site site;
	bool valid;                     /* its description keeps the rules */
	struct provider_site *provider; /* NULL: LTTng could give it no events of its own */
	bool enabled;                   /* what the guest was last told */
};

struct early_end {
	uint64_t span;
	uint64_t ts;
	uint8_t status;
};

struct ring_state {
	struct ring ring;
	struct span_table spans;
	uint64_t last_ts;         /* ns of the latest record: none is emitted before it */
	uint64_t looked;          /* ns of the last look past the published position */
	uint64_t watermark;       /* last one emitted */
	uint64_t idle_ts;         /* ns: the ring was empty then, nothing earlier can come */
	uint64_t gap_first;       /* overwrite mode, ns: where the first loss began... */
	uint64_t gap_last;        /* ...and the last one ended */
	uint64_t lost_told;       /* records in the loss reports emitted so far */
	uint64_t violations_told; /* violations already emitted... */
	uint64_t violations_when; /* ...and when, ns */
	bool dead;
};

struct vspan_attachment {
	struct cds_list_head node; /* in the registry, RCU */
	struct vspan_consumer *consumer;
	struct vspan_region *region;
	uint32_t vm;
	bool detached;
	struct clock clock;
	int64_t counter_offset;
	uint64_t counter_error;
	uint32_t site_count;
	struct known_site *sites; /* site_capacity of them */
	struct early_end early_ends[EARLY_ENDS_MAX];
	uint32_t early_end_count;
	uint32_t ring_count;
	struct ring_state rings[];
};

/* Allocates; does not touch LTTng or the guest yet. NULL: out of memory. */
struct vspan_attachment *attachment_create(struct vspan_region *region, uint32_t vm);

/* Unregisters its call sites and frees. */
void attachment_destroy(struct vspan_attachment *attachment);

/* Learns call sites the guest has published since; registers their providers. */
void attachment_learn_sites(struct vspan_attachment *attachment);

/* Copies what LTTng enabled to the guest's enable bytes, both ways. */
void attachment_sync_enables(struct vspan_attachment *attachment);

/* The call site with that id, learning it if it is new; NULL: there is none. */
const struct known_site *attachment_site(struct vspan_attachment *attachment, uint32_t id);

#endif /* VSPAN_CONSUMER_ATTACHMENT_H */
