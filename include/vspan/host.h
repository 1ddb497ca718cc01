/* SPDX-License-Identifier: MIT */
/*
 * host.h - the host side of vspan, for those who run guests: create a region,
 * map it into a VM, attach it to a consumer, say what the vCPUs do.
 *
 * Functions return 0, or a negative errno; where a struct vspan_error is taken
 * (it may be NULL) its text says what failed, on what, and what to do.
 * Thread-safety is stated per function; "free" means from any thread, any time.
 */
#ifndef VSPAN_HOST_H
#define VSPAN_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vspan/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The library hides everything else. */
#pragma GCC visibility push(default)

#define VSPAN_ERROR_TEXT 512

struct vspan_error {
	int code; /* errno value, 0: none */
	char text[VSPAN_ERROR_TEXT];
};

/* ------------------------------------------------------------------- region */

struct vspan_region;

struct vspan_region_options {
	const char *name;       /* of the VM; NULL: "guest" */
	const char *path;       /* a file to create for QEMU's mem-path; NULL: a sealed memfd */
	uint32_t ring_count;    /* 1..VSPAN_ABI_RINGS_MAX */
	uint32_t ring_size;     /* bytes; power of two, VSPAN_ABI_RING_SIZE_MIN..MAX; 0: 1 MiB */
	uint32_t mode;          /* VSPAN_ABI_MODE_*; 0: block */
	uint32_t site_capacity; /* 0: 256 */
	uint64_t counter_hz;    /* 0: unknown */
};

/*
 * Creates, sizes, seals and maps a region, every ring ready for epoch 1. The
 * caller owns *out. Not thread-safe against itself on the same *out; otherwise free.
 */
int vspan_region_create(const struct vspan_region_options *options, struct vspan_region **out,
	struct vspan_error *error);

/*
 * Maps an existing region, after checking every word of its header. `fd` stays
 * the caller's. -EINVAL: not a region, truncated, or from an incompatible version.
 */
int vspan_region_open(int fd, struct vspan_region **out, struct vspan_error *error);

/* Unmaps and frees. No consumer may have it attached. NULL is fine. */
void vspan_region_close(struct vspan_region *region);

/* Constant properties; free. */
int vspan_region_fd(const struct vspan_region *region);
void *vspan_region_base(const struct vspan_region *region);
uint64_t vspan_region_size(const struct vspan_region *region);
uint64_t vspan_region_host_size(const struct vspan_region *region);
uint32_t vspan_region_ring_count(const struct vspan_region *region);
const char *vspan_region_name(const struct vspan_region *region);

/* ------------------------------------------------------------------- ledger */

/*
 * The account of one ring over one or more epochs, in records. At any moment
 *   attempted = emitted + discarded_guest + discarded_host + torn + invalid + in_ring
 * `emitted` counts records the host accepted and handed on (whether or not a
 * recording session wanted the event); spans is how many finished among them.
 */
struct vspan_ledger {
	uint64_t attempted;
	uint64_t emitted;
	uint64_t discarded_guest; /* dropped or overwritten by the guest for lack of room */
	uint64_t discarded_host;  /* dropped by the host (quota) */
	uint64_t torn;            /* reserved, never committed: the writer died inside */
	uint64_t invalid;         /* failed validation */
	uint64_t in_ring;         /* written, not drained yet */
	uint64_t spans;           /* finished spans, aborted ones included */
	uint64_t aborted;         /* of them, never ended by the guest */
	uint64_t events;          /* point events */
	uint64_t violations;      /* rules broken by the guest, all classes */
	uint64_t lost_reports;    /* lost records among `emitted` */
	uint64_t fulls;           /* times a writer asked the host for room */
};

/* attempted minus the right-hand side: 0 for every honest guest. */
int64_t vspan_ledger_unexplained(const struct vspan_ledger *ledger);

/* Adds `more` to `sum`, word by word. */
void vspan_ledger_add(struct vspan_ledger *sum, const struct vspan_ledger *more);

/* ----------------------------------------------------------------- consumer */

struct vspan_consumer;
struct vspan_attachment;

struct vspan_consumer_options {
	uint64_t poll_ns;  /* pause between drain rounds that found nothing; 0: 100 us */
	uint64_t quiet_ns; /* an idle ring's unpublished tail is read after this; 0: 1 ms */
	uint64_t hole_ns;  /* a reserved slot may stay open this long while its vCPU runs; 0: 1 s */
	bool drain_on_exit_only; /* no drain between exits: for tests and measurements */
};

struct vspan_consumer_stats {
	uint64_t rounds;          /* drain rounds over all rings */
	uint64_t records;         /* records handed on */
	uint64_t first_record_ns; /* CLOCK_MONOTONIC of the first one, 0: none yet */
};

/* Creates a consumer and starts its thread. The caller owns *out. */
int vspan_consumer_create(const struct vspan_consumer_options *options, struct vspan_consumer **out,
	struct vspan_error *error);

/* Stops the thread and frees. Everything must have been detached. NULL is fine. */
void vspan_consumer_destroy(struct vspan_consumer *consumer);

/* Free. */
void vspan_consumer_read_stats(struct vspan_consumer *consumer, struct vspan_consumer_stats *stats);

struct vspan_attach_options {
	int64_t counter_offset; /* guest counter - host counter, ticks */
	uint64_t counter_error; /* bound on its error, ticks */
};

/*
 * Attaches a region: its rings are drained from now on. The region must outlive
 * the attachment. `options` may be NULL (same counter as the host). Free.
 */
int vspan_consumer_attach(struct vspan_consumer *consumer, struct vspan_region *region,
	const struct vspan_attach_options *options, struct vspan_attachment **out,
	struct vspan_error *error);

/*
 * Drains what is left, closes open spans as aborted, ends the epoch of every
 * ring and detaches. No vCPU may run any more. *ledger (may be NULL) gets the
 * sum over rings. Frees the attachment. Free.
 */
void vspan_consumer_detach(struct vspan_attachment *attachment, struct vspan_ledger *ledger);

/* The guest published its call sites: learn them now, set the enable bytes, then return. Free. */
void vspan_attachment_hello(struct vspan_attachment *attachment);

/*
 * A ring's vCPU stopped and wants its ring drained (full, flush, halt). Returns
 * when the consumer has drained all that ring held, or after `timeout_ns`.
 * 0: drained; -ETIMEDOUT. Called on the vCPU's thread; free.
 */
int vspan_attachment_drain(struct vspan_attachment *attachment, uint32_t ring, uint64_t timeout_ns);

/*
 * A ring's vCPU is gone for good (killed, halted for ever): what it left is
 * drained, reserved slots it never committed are torn, open spans aborted. Free.
 */
void vspan_attachment_ring_dead(struct vspan_attachment *attachment, uint32_t ring);

/* The ledger of one ring, or of all (ring = UINT32_MAX). Free. */
void vspan_attachment_ledger(
	struct vspan_attachment *attachment, uint32_t ring, struct vspan_ledger *ledger);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_HOST_H */
