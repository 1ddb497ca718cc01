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
	const char *name; /* of the VM; NULL: "guest" */
	/* A file to create for QEMU's mem-path, its size a power of two; NULL: a sealed memfd. */
	const char *path;
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

/* A call site, as far as the host knows it; texts are safe to print. */
struct vspan_site_info {
	uint32_t id;
	uint32_t line;
	uint8_t kind; /* VSPAN_ABI_SITE_* */
	uint8_t level;
	uint8_t field_count;
	bool valid;   /* its description keeps the rules; else only id, file and line count */
	bool native;  /* LTTng has events of its own for it */
	bool enabled; /* the guest was told to write it */
	char provider[VSPAN_ABI_SITE_PROVIDER];
	char name[VSPAN_ABI_SITE_NAME];
	char file[VSPAN_ABI_SITE_FILE];
	char event[192]; /* LTTng's name for it, "" if generic */
};

/*
 * Call site `index` of a region, straight from shared memory: no consumer is
 * needed, so LTTng's name is not known. 0; -ENOENT past the last one published;
 * -EPROTO if the guest's ABI is not this one. Free.
 */
int vspan_region_read_site(
	const struct vspan_region *region, uint32_t index, struct vspan_site_info *out);

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
	uint64_t discarded_host;  /* dropped by the host: what it refers to was given up */
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
	uint32_t site_quota;     /* call sites of one region with native events; 0: 1024 */
	/* ...of all regions in this process, the same description counted once; 0: 8192 */
	uint32_t site_quota_total;
	/*
	 * What a person should know, in one line without its end; `level` as in
	 * syslog(3). Called on the consumer's threads and on those that are in one of
	 * its functions; it must call none itself. NULL: nobody is told. The event
	 * vspan:notice says the same.
	 */
	void (*log)(void *data, int level, const char *text);
	void *log_data;
	/*
	 * Asked before each call site is registered with LTTng, on any thread: that
	 * waits for the session daemon, and lttng-ust gives up for good on one that
	 * does not answer in time. False: not now, it is asked again; the call site
	 * stays disabled so long. NULL: always.
	 */
	bool (*may_register)(void *data);
	void *may_register_data;
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

/* Wakes the consumer's thread: a round starts now rather than after its pause. Free. */
void vspan_consumer_kick(struct vspan_consumer *consumer);

struct vspan_attach_options {
	int64_t counter_offset; /* guest counter - host counter, ticks */
	uint64_t counter_error; /* bound on its error, ticks */
	/*
	 * The guest's counter bears no known relation to the host's, and may run at
	 * another rate: pings that the guest answers, and when its records appear,
	 * tell (the two above are not looked at).
	 */
	bool counter_unknown;
	/*
	 * A file in which the consumer remembers where it stopped. An attach of the
	 * same region with the same file goes on there, also after the process that
	 * attached it before was killed: nothing is lost, and what may be emitted
	 * twice is flagged. NULL: nothing is remembered.
	 */
	const char *state_path;
	/*
	 * The region was made with its call sites on, so that a guest need not wait for
	 * the consumer: what it writes before its call sites are known here is kept,
	 * and they are switched off if nobody wants them.
	 */
	bool sites_on;
	/*
	 * What functions are called that a guest found in itself at run time
	 * (libvspan-functions): looked up in the files below this folder, which stands
	 * for the root of the guest's file system. NULL: they keep the names they come
	 * with, of file and address.
	 */
	const char *symbols_root;
	/*
	 * Which of them are wanted: patterns of fnmatch(3) for their names, separated by
	 * commas, those after a `!` not. NULL: all.
	 */
	const char *functions;
	uint64_t functions_min_ns; /* shorter calls of them are accounted for, but not emitted */
};

/*
 * Attaches a region: its rings are drained from now on. The region must outlive
 * the attachment. `options` may be NULL (same counter as the host). Free.
 * -EBUSY: another process has it attached with that state. -EEXIST: it has been
 * drained before, and there is no state to go on from. -EAGAIN: it has been
 * drained before, and its call sites may not be registered at present.
 */
int vspan_consumer_attach(struct vspan_consumer *consumer, struct vspan_region *region,
	const struct vspan_attach_options *options, struct vspan_attachment **out,
	struct vspan_error *error);

/*
 * Drains what is left, closes open spans as aborted and the account of every
 * ring, and detaches. No vCPU may run any more. *ledger (may be NULL) gets the
 * sum over rings. Frees the attachment. Free.
 */
void vspan_consumer_detach(struct vspan_attachment *attachment, struct vspan_ledger *ledger);

/*
 * Drains what is left and lets go of the region so that a later attach with the
 * same state goes on: spans stay open, call sites stay enabled, the guest may
 * run meanwhile (a full ring then discards). Without a state it detaches. Free.
 */
void vspan_consumer_suspend(struct vspan_attachment *attachment, struct vspan_ledger *ledger);

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

/*
 * The guest begins another life, reset or restored: every ring's epoch ends, as by
 * vspan_attachment_ring_dead(), and the next one begins. Its vCPUs are stopped and
 * enter the guest with its memory as it was at a boot or at a moment when none was
 * writing a record. Call sites stay known; ids of spans are unique over all
 * epochs, accounts are sums over them. To be called before the guest runs again. Free.
 */
void vspan_attachment_restart(struct vspan_attachment *attachment);

/* The ledger of one ring, or of all (ring = UINT32_MAX). Free. */
void vspan_attachment_ledger(
	struct vspan_attachment *attachment, uint32_t ring, struct vspan_ledger *ledger);

struct vspan_attachment_info {
	uint32_t vm;
	uint32_t ring_count;
	char name[64];
	char guest_name[64];
	bool hello; /* the guest has said who it is */
	uint16_t guest_major;
	uint16_t guest_minor;
	uint32_t sites; /* known; each is native, generic or invalid */
	uint32_t sites_native;
	uint32_t sites_generic;
	uint32_t sites_invalid;
	uint32_t sites_refused;  /* found the guest's table full */
	uint64_t clock_error_ns; /* bound on what vspan_attachment_read_time() says of now */
	bool resumed;            /* goes on where another consumer stopped */
};

/* What is attached, now. Free. */
void vspan_attachment_read_info(
	struct vspan_attachment *attachment, struct vspan_attachment_info *out);

struct vspan_ring_info {
	uint32_t state; /* VSPAN_ABI_RING_* */
	uint32_t mode;  /* VSPAN_ABI_MODE_* */
	uint32_t epoch;
	uint32_t slot_count;
	uint32_t open_spans;
	uint64_t cursor;
	uint64_t pending_slots; /* reserved by the guest, not drained yet */
	struct vspan_ledger ledger;
};

/* A ring, now. 0; -EINVAL: no such ring. Free. */
int vspan_attachment_read_ring(
	struct vspan_attachment *attachment, uint32_t ring, struct vspan_ring_info *out);

/* Call site `index`, as the consumer knows it. 0; -ENOENT past the last one. Free. */
int vspan_attachment_read_site(
	struct vspan_attachment *attachment, uint32_t index, struct vspan_site_info *out);

/*
 * What a counter of the guest's says, by the clock its records are timed with now:
 * CLOCK_MONOTONIC in *ns, and in *error_ns how far off that may be. The bound
 * grows the farther back the counter was read. Free.
 */
void vspan_attachment_read_time(
	struct vspan_attachment *attachment, uint64_t counter, uint64_t *ns, uint64_t *error_ns);

/* ------------------------------------------------------------ what vCPUs do */

/* W3C trace context: what `traceparent` carries. */
struct vspan_trace_context {
	uint64_t trace_id[2]; /* most significant half first; not both 0 */
	uint64_t span_id;     /* of the caller, not 0 */
	uint32_t flags;       /* 1: sampled */
	/*
	 * The region whose span that is, if the same trace records it (vm of struct
	 * vspan_attachment_info); 0: a span of somewhere else, `span_id` its id there.
	 */
	uint32_t vm;
};

#define VSPAN_TRACEPARENT_SIZE 56 /* with its NUL */

/* "00-<32 hex>-<16 hex>-<2 hex>", W3C Trace Context level 1, 3.2. 0 or -EINVAL. Free. */
int vspan_trace_context_parse(const char *traceparent, struct vspan_trace_context *out);
void vspan_trace_context_format(
	const struct vspan_trace_context *context, char out[VSPAN_TRACEPARENT_SIZE]);

/*
 * The same context as others know it: for requests that go out on behalf of a span
 * of this trace (`vm` not 0), with the id that sink.vspan.otlp gives that span. Free.
 */
void vspan_trace_context_export(
	const struct vspan_trace_context *context, struct vspan_trace_context *out);

/*
 * What follows is said on one thread at a time per ring, with its vCPU stopped;
 * otherwise it is free. It holds from the ring's present position on, and takes no
 * guest instruction. Returns 0; -EINVAL: no such ring; -ENOSPC: so much waits to be
 * drained that this is not used (drain, and say it again).
 *
 * The host is about to run a ring's vCPU. Spans without a parent in the guest get
 * `context`'s span as theirs, and the guest can read the context; NULL: none from
 * here on.
 */
int vspan_attachment_vcpu_enter(struct vspan_attachment *attachment, uint32_t ring,
	const struct vspan_trace_context *context);

/* The same; the context stays as it is. */
int vspan_attachment_vcpu_resume(struct vspan_attachment *attachment, uint32_t ring);

/*
 * It left the guest, and why: a word for people ("full", "timer"). With the word
 * VSPAN_EXIT_CALL the time until the next entry counts as that of a host call.
 */
void vspan_attachment_vcpu_exit(
	struct vspan_attachment *attachment, uint32_t ring, const char *reason);

#define VSPAN_EXIT_CALL "host call"

/* It halted: idle until its next entry. As above. */
void vspan_attachment_vcpu_halt(struct vspan_attachment *attachment, uint32_t ring);

/* Calls a vCPU may be in, one within the other. */
#define VSPAN_CALLS_MAX 32u

/*
 * The host calls a function of the guest on this vCPU: until the return, what
 * begins there is a child of what began in the same call, or else of `context`'s
 * span, whatever else is open on the vCPU. NULL: not told; then what is open
 * around the call is the parent. Calls nest. Neither an entry nor an exit: those
 * are said as ever, entries with vspan_attachment_vcpu_resume(). -ENOSPC also:
 * more than VSPAN_CALLS_MAX; the call has to return all the same.
 */
int vspan_attachment_vcpu_call(struct vspan_attachment *attachment, uint32_t ring,
	const struct vspan_trace_context *context);

/*
 * It returned, or was given up. Spans left open in it are nobody's parents any
 * more; the context is the one of before. If the call was made during a host
 * call, the vCPU's time is the host call's again.
 */
int vspan_attachment_vcpu_return(struct vspan_attachment *attachment, uint32_t ring);

/*
 * Span `span` of region `vm` (struct vspan_attachment_info), one of the host's own,
 * has begun, and is what the host does for the guest at this exit: its parent is
 * the guest's innermost open span on this vCPU, else the span of the context. To be
 * said before `span` ends; both regions are attached to one consumer. A `span` of 0,
 * which is not being recorded, is fine.
 */
int vspan_attachment_vcpu_host_span(
	struct vspan_attachment *attachment, uint32_t ring, uint32_t vm, uint64_t span);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_HOST_H */
