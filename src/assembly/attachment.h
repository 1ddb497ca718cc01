/* SPDX-License-Identifier: MIT */
/*
 * attachment.h - one attached region: its readers, its call sites, its open
 * spans, its clock. Who may touch what:
 *   - the consumer's thread: everything not named below; others go through
 *     requests (request.h);
 *   - one learner at a time, under learn_lock: call sites beyond site_count,
 *     which it moves on when they are complete. Registering with LTTng may take
 *     long if the session daemon hangs, so no drain waits for it;
 *   - the thread of a vCPU: its ring's contexts (contexts.h).
 */
#ifndef VSPAN_ASSEMBLY_ATTACHMENT_H
#define VSPAN_ASSEMBLY_ATTACHMENT_H

#include <pthread.h>
#include <urcu/rculist.h>
#include "checkpoint.h"
#include "clock-estimate.h"
#include "contexts.h"
#include "frames.h"
#include "functions.h"
#include "provider.h"
#include "ring.h"
#include "spans.h"

struct known_site {
	struct site site;
	bool valid;                     /* its description keeps the rules */
	struct provider_site *provider; /* NULL: it has no events of its own */
	bool enabled;                   /* what the guest was last told */
	bool excluded; /* a function nobody wants: never emitted, nobody's parent */
};

struct ring_state {
	struct ring ring;
	struct vspan_ledger past; /* sum over the epochs before this one */
	struct span_table spans;
	struct contexts contexts;
	struct frames frames;
	uint64_t last_ts;    /* ns of the latest record: none is emitted before it */
	uint64_t looked;     /* ns of the last look past the published position */
	uint64_t watermark;  /* last one emitted */
	uint64_t idle_ts;    /* ns: the ring was empty then, nothing earlier can come */
	uint64_t empty_ns;   /* unknown counters: when it was last seen empty, 0: never */
	uint64_t ping_first; /* ns: the first and the latest ping sent, 0: none... */
	uint64_t ping;
	uint64_t pong;            /* ...and the latest one answered */
	uint64_t last_error;      /* the clock's bound when last_ts was set, ns */
	uint64_t gap_first;       /* overwrite mode, ns: where the first loss began... */
	uint64_t gap_last;        /* ...and the last one ended */
	uint64_t lost_told;       /* records in the loss reports emitted so far */
	uint64_t violations_told; /* violations already emitted... */
	uint64_t violations_when; /* ...and when, ns */
	uint64_t site_since;      /* ns: the next record's call site is waited for; 0: it is not */
	uint64_t repeat_until;    /* records before it may have been emitted by another consumer */
	uint64_t let_go;          /* see struct ring_checkpoint */
	bool dead;
};

/* The record whose consequences are being emitted. */
struct attachment_now {
	uint32_t ring;
	uint64_t position;
	bool repeating;
};

struct vspan_attachment {
	struct cds_list_head node;       /* in the registry, RCU */
	struct cds_list_head learn;      /* in the registrar's list, under its lock */
	struct vspan_consumer *consumer; /* NULL: nobody drains it but its owner */
	/* Host spans that wait for their parents, of all that its consumer drains; atomic. */
	uint32_t *host_spans_waiting;
	void (*log)(void *data, int level, const char *text); /* see host.h; NULL: nobody listens */
	void *log_data;
	struct vspan_region *region;
	uint32_t vm;
	bool detached;
	bool resumed;
	bool sites_on; /* see host.h */
	struct clock clock;
	int64_t counter_offset;
	uint64_t counter_error;
	bool counter_unknown;           /* so `estimate` is what is known of it */
	struct clock_estimate estimate; /* the consumer's, as all clocks */
	uint64_t clock_due;             /* ns: when the clock is to be made anew */
	uint64_t clock_number;          /* of the host's clock it follows */
	uint32_t clock_epoch;           /* of the rings, in which it holds */
	uint64_t news_since;            /* ns: call sites wait to be learned since then, 0: none */
	pthread_mutex_t learn_lock;
	bool learn_wanted;                /* the guest has published more; atomic */
	bool quota_told;                  /* learner's */
	bool (*may_register)(void *data); /* see host.h */
	void *may_register_data;
	uint32_t late_site;  /* learner's: the entry waited for... */
	uint64_t late_since; /* ...ns: since then, 0: none */
	uint32_t site_count; /* learned; atomic: release by the learner */
	uint32_t synced;     /* of them, told to the guest at least once */
	uint32_t site_quota;
	uint32_t sites_native; /* the learner's counts; atomic */
	uint32_t sites_invalid;
	uint32_t invalid_counted; /* of them, counted as violations */
	struct known_site *sites; /* site_capacity of them */
	struct functions functions;
	struct early_ends early;
	bool early_changed;
	struct checkpoint checkpoint;
	struct attachment_now now;
	uint32_t ring_count;
	struct ring_state rings[];
};

/* Allocates; does not touch LTTng or the guest yet. NULL: out of memory. */
struct vspan_attachment *attachment_create(struct vspan_region *region, uint32_t vm);

/* Unregisters its call sites and frees. */
void attachment_destroy(struct vspan_attachment *attachment);

/* True if a call site may be registered with LTTng now: see host.h. */
bool attachment_may_register(const struct vspan_attachment *attachment);

/*
 * Learns call sites the guest has published since, as long as they may be registered;
 * registers their providers. Any thread.
 */
void attachment_learn_sites(struct vspan_attachment *attachment);

/* The same, whether they may or not: records that lie in the rings already need them. */
void attachment_learn_all(struct vspan_attachment *attachment);

/* True if the guest has published call sites nobody has learned yet. A few loads. */
bool attachment_has_news(const struct vspan_attachment *attachment);

/*
 * The next epoch of a ring whose end has been told: nothing of the one before is
 * left but times and accounts. Its vCPU is stopped.
 */
void attachment_restart_ring(struct vspan_attachment *attachment, struct ring_state *state);

/* The account of a ring over all its epochs. */
void ring_state_ledger(const struct ring_state *state, struct vspan_ledger *ledger);

/* Copies what LTTng enabled to the guest's enable bytes, both ways. */
void attachment_sync_enables(struct vspan_attachment *attachment);

/* Counts descriptions that broke a rule, on ring 0. */
void attachment_count_invalid(struct vspan_attachment *attachment);

/* Says in the trace which region this is, its clock, its epochs. */
void attachment_announce(struct vspan_attachment *attachment);

/* How many call sites are known; those come first. */
uint32_t attachment_known(const struct vspan_attachment *attachment);

/* The call site with that id; NULL: there is none (learned yet). */
const struct known_site *attachment_site(const struct vspan_attachment *attachment, uint32_t id);

/* What follows is for the record at `position` of that ring. */
static inline void attachment_at(
	struct vspan_attachment *attachment, const struct ring_state *state, uint64_t position)
{
	attachment->now = (struct attachment_now){
		.ring = state->ring.index,
		.position = position,
		.repeating = position < state->repeat_until,
	};
}

#endif /* VSPAN_ASSEMBLY_ATTACHMENT_H */
