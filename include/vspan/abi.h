/* SPDX-License-Identifier: MIT */
/*
 * abi.h - the shared memory between a guest that writes spans and the host
 * that reads them. This is the only header both sides include, and the only
 * thing they have to agree on.
 *
 * WHAT IT IS
 *
 * One *region* per traced VM or process holds one *ring* per writer (a vCPU, or
 * a thread of a process). A ring is an array of 32-byte *slots*. A *record* is
 * one to VSPAN_ABI_RECORD_SLOTS_MAX consecutive slots. Only its vCPU writes a
 * ring; only one consumer reads it.
 *
 *   offset 0                                     host_size             region_size
 *   +--------+---------+------+----------+---------+-------+-------+---------+-------+
 *   | region | control | ring | contexts | enables | hello | sites | writers | slots |
 *   | header |         | desc |          |         |       |       |         |       |
 *   +--------+---------+------+----------+---------+-------+-------+---------+-------+
 *   |<-- host pages: the guest maps them read-only -->|<-- guest pages: read/write ->|
 *
 * WHO WRITES WHAT
 *
 *   vspan_abi_region    host, once, before the guest runs
 *   vspan_abi_control   host, at any time
 *   vspan_abi_ring      host: geometry at creation, epoch at a reset, ping, cursor at each drain
 *   vspan_abi_context   host, while the vCPU is stopped or under the sequence word
 *   enable bytes        host, at any time (one byte per call site)
 *   vspan_abi_hello     guest, once per boot
 *   vspan_abi_site      guest, append-only; each entry has its own commit word
 *   vspan_abi_writer    guest, this ring's vCPU; the host only at an epoch start, vCPU stopped
 *   vspan_abi_slot      guest, this ring's vCPU
 *
 * Words written by different sides, or by different vCPUs, are at least
 * VSPAN_ABI_LINE bytes apart (two cache lines: adjacent-line prefetch).
 *
 * THE LIFE OF A RECORD (letters: the edges of access.h and doc/ordering.md)
 *
 *   1. check   reserve + slots - cached cursor within the limit, else the slow path (C)
 *   2. reserve one unlocked fetch-and-add on `reserve`: an interrupt on this
 *              vCPU simply takes the slots that follow
 *   3. stamp   read the counter, fill the slots
 *   4. commit  continuation slots first, then the commit word of the head slot (A)
 *   5. publish `published` is stored only when the position crosses a multiple
 *              of VSPAN_ABI_PUBLISH_SLOTS, and at halt, full and flush (B)
 *
 * A slot's commit word carries the epoch and the slot's own position, so stale
 * or invented contents are never taken for a record, and every slot can be
 * judged alone, also after its writer died.
 *
 * Everything is little-endian and fixed-width; offsets, never pointers. There
 * is no enumeration as storage, no bit-field, no implicit padding.
 *
 * HOW IT GROWS
 *
 * - Sizes and offsets of this file never change within a major version.
 * - A minor version may give meaning to `reserved` words (written as zero, and
 *   ignored by those who do not know them), to new kinds, flags and feature
 *   bits. A reader skips and counts kinds it does not know.
 * - `struct_size` leads each table entry, so later versions may append.
 * - A host serves guests from `oldest_major.oldest_minor` on.
 */
#ifndef VSPAN_ABI_H
#define VSPAN_ABI_H

#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
#define VSPAN_ABI_ASSERT(condition, name) static_assert(condition, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define VSPAN_ABI_ASSERT(condition, name) _Static_assert(condition, #name)
#else
#define VSPAN_ABI_ASSERT(condition, name) \
	typedef char vspan_abi_assert_##name[(condition) ? 1 : -1] __attribute__((unused))
#endif

#define VSPAN_ABI_SIZE(type, size) VSPAN_ABI_ASSERT(sizeof(struct type) == (size), type##_size)
#define VSPAN_ABI_OFFSET(type, member, offset) \
	VSPAN_ABI_ASSERT(offsetof(struct type, member) == (offset), type##_##member)

/* "VSPANRGN" read as a little-endian word. */
#define VSPAN_ABI_MAGIC UINT64_C(0x4e47524e41505356)
#define VSPAN_ABI_MAJOR 1u
#define VSPAN_ABI_MINOR 1u

#define VSPAN_ABI_PAGE 4096u
#define VSPAN_ABI_LINE 128u

/* Quotas and geometry. Sizes in bytes unless the name says otherwise. */
#define VSPAN_ABI_RINGS_MAX 1024u
#define VSPAN_ABI_SITES_MAX 65536u
#define VSPAN_ABI_SLOT_SIZE 32u
#define VSPAN_ABI_RING_SIZE_MIN (UINT32_C(64) << 10)
#define VSPAN_ABI_RING_SIZE_MAX (UINT32_C(1) << 30)
#define VSPAN_ABI_RECORD_SLOTS_MAX 32u
/* Words of payload in the longest record: the head's operand, 3 in each continuation. */
#define VSPAN_ABI_RECORD_WORDS_MAX (1u + 3u * (VSPAN_ABI_RECORD_SLOTS_MAX - 1u))
/* Writers that may be stacked on one vCPU above the first (interrupt, NMI, machine check...). */
#define VSPAN_ABI_NEST_MAX 4u
/* Free slots every writer leaves for those nested in it. */
#define VSPAN_ABI_MARGIN_SLOTS (VSPAN_ABI_NEST_MAX * VSPAN_ABI_RECORD_SLOTS_MAX)
/* Further free slots kept for ends of open spans and for the loss report. */
#define VSPAN_ABI_HEADROOM_SLOTS 64u
#define VSPAN_ABI_PUBLISH_SLOTS 64u
#define VSPAN_ABI_FIELDS_MAX 16u
/* Longest string or byte field; longer ones are cut and marked. */
#define VSPAN_ABI_STRING_MAX 240u

/* ------------------------------------------------------------------ host pages */

#define VSPAN_ABI_REGION_NAME 64u

/* At offset 0. Written by the host before the guest runs, constant afterwards. */
struct vspan_abi_region {
	uint64_t magic;
	uint32_t struct_size;
	uint16_t major;
	uint16_t minor;
	uint16_t oldest_major; /* oldest guest ABI this host serves */
	uint16_t oldest_minor;
	uint32_t reserved0;
	uint64_t features; /* VSPAN_ABI_FEATURE_* the host offers */
	uint64_t region_size;
	uint64_t host_size;   /* bytes of host pages; guest pages start here */
	uint8_t identity[16]; /* random; the root of derived trace ids */
	uint64_t counter_hz;  /* nominal counter frequency, 0: unknown */
	uint32_t ring_count;
	uint32_t site_capacity;
	uint64_t control_offset;
	uint64_t rings_offset;    /* struct vspan_abi_ring[ring_count] */
	uint64_t contexts_offset; /* struct vspan_abi_context[ring_count] */
	uint64_t enables_offset;  /* uint8_t[site_capacity] */
	uint64_t hello_offset;
	uint64_t sites_offset;   /* struct vspan_abi_site[site_capacity] */
	uint64_t writers_offset; /* struct vspan_abi_writer[ring_count] */
	uint64_t reserved1[7];
	char name[VSPAN_ABI_REGION_NAME]; /* of the VM, NUL-terminated */
};
VSPAN_ABI_SIZE(vspan_abi_region, 256);
VSPAN_ABI_OFFSET(vspan_abi_region, region_size, 32);
VSPAN_ABI_OFFSET(vspan_abi_region, ring_count, 72);
VSPAN_ABI_OFFSET(vspan_abi_region, control_offset, 80);
VSPAN_ABI_OFFSET(vspan_abi_region, writers_offset, 128);
VSPAN_ABI_OFFSET(vspan_abi_region, name, 192);

/* The guest answers pings; the host waits on a doorbell, enforces read-only host pages. */
#define VSPAN_ABI_FEATURE_PING UINT64_C(0x1)
#define VSPAN_ABI_FEATURE_DOORBELL UINT64_C(0x2)
#define VSPAN_ABI_FEATURE_SEALED_HOST UINT64_C(0x4)

/* Written by the host at any time; each word stands alone. */
struct vspan_abi_control {
	uint32_t enabled;      /* 0: no call site is enabled, nothing listens */
	uint32_t draining;     /* 1: a consumer is attached */
	uint64_t ping;         /* not used: each ring has a ping of its own, off this busy line */
	uint64_t ping_counter; /* not used */
	/*
	 * Incremented by the consumer in every round, at least every few milliseconds
	 * while it lives: a guest that waited for it in vain need not wait again until
	 * this changes. Hosts before this word leave it 0.
	 */
	uint64_t heartbeat;
	/*
	 * Call sites of hello.site_count whose enable bytes the host has set (I): what
	 * a guest without a doorbell waits for after its hello, a bounded time.
	 */
	uint32_t greeted;
	uint32_t reserved0;
	uint64_t reserved[11];
};
VSPAN_ABI_SIZE(vspan_abi_control, 128);
VSPAN_ABI_OFFSET(vspan_abi_control, ping, 8);
VSPAN_ABI_OFFSET(vspan_abi_control, heartbeat, 24);
VSPAN_ABI_OFFSET(vspan_abi_control, greeted, 32);

/* vspan_abi_ring.mode: what a writer does when its ring is full. */
#define VSPAN_ABI_MODE_BLOCK 1u     /* exit to the host, which drains and resumes */
#define VSPAN_ABI_MODE_DISCARD 2u   /* drop the new record, count it */
#define VSPAN_ABI_MODE_OVERWRITE 3u /* drop the oldest (flight recorder) */

/* vspan_abi_ring.state */
#define VSPAN_ABI_RING_UNUSED 0u
#define VSPAN_ABI_RING_READY 1u  /* epoch set, its writer may write */
#define VSPAN_ABI_RING_CLOSED 2u /* its vCPU is gone for good */

/* One per ring. First line: geometry and epoch; second line: the consumer's cursor. */
struct vspan_abi_ring {
	uint64_t slots_offset;
	uint32_t slot_count; /* power of two */
	uint32_t mode;
	uint32_t state;
	uint32_t epoch; /* starts at 1; a reset, reboot or restore starts the next */
	uint64_t start; /* position at which the epoch began; since 1.1, 0 before */
	/*
	 * The host asks for the guest's counter: CLOCK_MONOTONIC, ns, before it did (J).
	 * 0: never; hosts that know the relation of the counters do not ask, nor did
	 * those before this word. Changes at most every millisecond.
	 */
	uint64_t ping;
	uint64_t reserved0[11];
	uint64_t cursor; /* first slot position the reader still needs (C) */
	uint64_t reserved1[15];
};
VSPAN_ABI_SIZE(vspan_abi_ring, 256);
VSPAN_ABI_OFFSET(vspan_abi_ring, state, 16);
VSPAN_ABI_OFFSET(vspan_abi_ring, start, 24);
VSPAN_ABI_OFFSET(vspan_abi_ring, ping, 32);
VSPAN_ABI_OFFSET(vspan_abi_ring, cursor, 128);

/* The trace context that applies to what this vCPU does now (W3C trace-context). */
struct vspan_abi_context {
	uint64_t sequence;    /* odd while the host writes (H) */
	uint64_t trace_id[2]; /* most significant half first */
	uint64_t span_id;     /* the host span that entered the vCPU, 0: none */
	uint64_t position;    /* ring position from which it applies */
	uint32_t trace_flags;
	uint32_t reserved0;
	uint64_t reserved1[10];
};
VSPAN_ABI_SIZE(vspan_abi_context, 128);
VSPAN_ABI_OFFSET(vspan_abi_context, position, 32);

/* ----------------------------------------------------------------- guest pages */

#define VSPAN_ABI_HELLO_NAME 64u

/* vspan_abi_hello.state */
#define VSPAN_ABI_HELLO_ABSENT 0u
#define VSPAN_ABI_HELLO_READY 1u

/* Who the guest is. `state` and `site_count` are stored last (E). */
struct vspan_abi_hello {
	uint32_t state;
	uint32_t struct_size;
	uint16_t major; /* the ABI the guest was built for */
	uint16_t minor;
	uint32_t reserved0;
	uint64_t features;   /* VSPAN_ABI_FEATURE_* the guest will use */
	uint64_t counter_hz; /* what the guest believes, 0: unknown */
	char name[VSPAN_ABI_HELLO_NAME];
	uint64_t reserved1[3];
	uint64_t owner;         /* since 1.1: which of several programs adds call sites now (M) */
	uint32_t site_count;    /* call sites published so far */
	uint32_t sites_refused; /* call sites that found the table full */
	uint64_t reserved2[15];
};
VSPAN_ABI_SIZE(vspan_abi_hello, 256);
VSPAN_ABI_OFFSET(vspan_abi_hello, name, 32);
VSPAN_ABI_OFFSET(vspan_abi_hello, owner, 120);
VSPAN_ABI_OFFSET(vspan_abi_hello, site_count, 128);

/* vspan_abi_field.type */
#define VSPAN_ABI_TYPE_U8 1u
#define VSPAN_ABI_TYPE_U16 2u
#define VSPAN_ABI_TYPE_U32 3u
#define VSPAN_ABI_TYPE_U64 4u
#define VSPAN_ABI_TYPE_S8 5u
#define VSPAN_ABI_TYPE_S16 6u
#define VSPAN_ABI_TYPE_S32 7u
#define VSPAN_ABI_TYPE_S64 8u
#define VSPAN_ABI_TYPE_F64 9u
#define VSPAN_ABI_TYPE_BOOL 10u
#define VSPAN_ABI_TYPE_STRING 11u
#define VSPAN_ABI_TYPE_BYTES 12u

/* vspan_abi_field.flags */
#define VSPAN_ABI_FIELD_HEX 0x1u /* an integer people read in hexadecimal */

/*
 * One typed field of a call site. In a record's payload words
 *   an integer, bool or f64 takes one word (signed ones are sign-extended);
 *   a string or bytes field takes one length word (bit 63: it was cut), then
 *   its bytes, zero-padded to a word;
 *   an array (`length` > 0) takes its packed elements, zero-padded to a word.
 */
#define VSPAN_ABI_FIELD_NAME 32u
struct vspan_abi_field {
	char name[VSPAN_ABI_FIELD_NAME]; /* [A-Za-z_][A-Za-z0-9_]*, NUL-terminated */
	uint8_t type;
	uint8_t flags;
	uint16_t length; /* array of this many integers; 0: a scalar */
	uint32_t reserved;
};
VSPAN_ABI_SIZE(vspan_abi_field, 40);
VSPAN_ABI_OFFSET(vspan_abi_field, type, 32);

#define VSPAN_ABI_FIELD_CUT (UINT64_C(1) << 63)

/* vspan_abi_site.kind */
#define VSPAN_ABI_SITE_SPAN 1u
#define VSPAN_ABI_SITE_EVENT 2u

/* vspan_abi_site.level: the numbers of LTTng-UST's log levels. */
#define VSPAN_ABI_LEVEL_EMERG 0u
#define VSPAN_ABI_LEVEL_ALERT 1u
#define VSPAN_ABI_LEVEL_CRIT 2u
#define VSPAN_ABI_LEVEL_ERR 3u
#define VSPAN_ABI_LEVEL_WARNING 4u
#define VSPAN_ABI_LEVEL_NOTICE 5u
#define VSPAN_ABI_LEVEL_INFO 6u
#define VSPAN_ABI_LEVEL_DEBUG_SYSTEM 7u
#define VSPAN_ABI_LEVEL_DEBUG 14u

/* vspan_abi_site.flags; other bits are ignored. */
/* What a span does to others, in OpenTelemetry's words; an event has kind 0. */
#define VSPAN_ABI_SITE_KIND_MASK 0x7u
#define VSPAN_ABI_SITE_KIND_INTERNAL 0u
#define VSPAN_ABI_SITE_KIND_SERVER 1u
#define VSPAN_ABI_SITE_KIND_CLIENT 2u
#define VSPAN_ABI_SITE_KIND_PRODUCER 3u
#define VSPAN_ABI_SITE_KIND_CONSUMER 4u
/* The first field is a string: the name to show. The call site has no events of its own. */
#define VSPAN_ABI_SITE_NAMED 0x8u
/* A function of a module, found while it ran: no fields, a struct vspan_abi_function instead. */
#define VSPAN_ABI_SITE_FUNCTION 0x10u

#define VSPAN_ABI_SITE_PROVIDER 48u
#define VSPAN_ABI_SITE_NAME 80u
#define VSPAN_ABI_SITE_FILE 112u

/* A call site. Entry i describes call site id i; immutable once committed. */
struct vspan_abi_site {
	uint64_t commit; /* id + 1, stored last (E) */
	uint32_t struct_size;
	uint32_t line;
	uint8_t kind;
	uint8_t level;
	uint8_t field_count;
	uint8_t reserved0;
	uint32_t flags; /* VSPAN_ABI_SITE_KIND_*, VSPAN_ABI_SITE_NAMED, VSPAN_ABI_SITE_FUNCTION */
	char provider[VSPAN_ABI_SITE_PROVIDER];
	char name[VSPAN_ABI_SITE_NAME];
	char file[VSPAN_ABI_SITE_FILE];
	struct vspan_abi_field fields[VSPAN_ABI_FIELDS_MAX];
	uint64_t reserved1[15];
};
VSPAN_ABI_SIZE(vspan_abi_site, 1024);
VSPAN_ABI_OFFSET(vspan_abi_site, provider, 24);
VSPAN_ABI_OFFSET(vspan_abi_site, fields, 264);

/*
 * What stands in the place of `fields` in a call site with VSPAN_ABI_SITE_FUNCTION:
 * where the function is, so that a host with the module's file knows what it is
 * called. Hosts before this flag show the call site under the name it came with.
 */
#define VSPAN_ABI_BUILD_ID 32u
#define VSPAN_ABI_MODULE 592u
struct vspan_abi_function {
	uint64_t address;       /* as the module's ELF file has it */
	uint32_t build_id_size; /* bytes, 0: it has none */
	uint32_t reserved0;
	uint8_t build_id[VSPAN_ABI_BUILD_ID];
	char module[VSPAN_ABI_MODULE]; /* path of the file, NUL-terminated */
};
VSPAN_ABI_SIZE(vspan_abi_function, VSPAN_ABI_FIELDS_MAX * sizeof(struct vspan_abi_field));
VSPAN_ABI_OFFSET(vspan_abi_function, module, 48);

/*
 * A ring's producer side. First line: what the consumer polls. Second line:
 * the writer's own; the consumer looks at it only in overwrite mode, when the
 * ring is quiet, or for accounting. Third line: slow-path words.
 *
 * `attempted` counts each record before it is reserved or discarded, with one
 * instruction, so that at any instruction boundary
 *     attempted = written + discarded + being written (at most one per level).
 */
struct vspan_abi_writer {
	uint64_t published; /* (B) */
	uint64_t reserved0[15];

	uint64_t reserve; /* next free position, in slots (D) */
	uint64_t cached_cursor;
	uint64_t commit_base;   /* epoch << VSPAN_ABI_COMMIT_EPOCH_SHIFT */
	uint64_t token_base;    /* ring and epoch part of span ids */
	uint64_t attempted;     /* records */
	uint64_t discarded;     /* records, among the attempted */
	uint64_t context_flags; /* VSPAN_ABI_FLAG_INTERRUPT inside a handler */
	uint64_t reserved1[9];

	uint64_t pending_lost;  /* discarded since the last loss report */
	uint64_t pending_ends;  /* span ends among them */
	uint64_t pending_first; /* counter of the first and last of them */
	uint64_t pending_last;
	uint64_t full; /* times the host was asked for room */
	/*
	 * The last ping answered, the counter read after it was seen, and the exclusive
	 * or of both: a writer that interrupted another one's answer may leave a mixture,
	 * which is no answer. Guests before these words leave them 0.
	 */
	uint64_t pong;
	uint64_t pong_counter;
	uint64_t pong_check;
	uint64_t reserved2[6];
	/*
	 * Since 1.1, where programs share a region. Slots below `settled` that are not
	 * committed never will be: their writer died, and another one has the ring now (L).
	 */
	uint64_t settled;
	uint64_t owner; /* who has the ring, 0: nobody (M); the guest's business alone */
};
VSPAN_ABI_SIZE(vspan_abi_writer, 384);
VSPAN_ABI_OFFSET(vspan_abi_writer, reserve, 128);
VSPAN_ABI_OFFSET(vspan_abi_writer, attempted, 160);
VSPAN_ABI_OFFSET(vspan_abi_writer, pending_lost, 256);
VSPAN_ABI_OFFSET(vspan_abi_writer, pong, 296);
VSPAN_ABI_OFFSET(vspan_abi_writer, settled, 368);

/* --------------------------------------------------------------------- records */

/* A head slot. */
struct vspan_abi_slot {
	uint64_t commit;
	uint64_t counter;
	uint64_t header;
	uint64_t operand; /* payload word 0 */
};
VSPAN_ABI_SIZE(vspan_abi_slot, VSPAN_ABI_SLOT_SIZE);

/* A continuation slot: payload words 1.. of its record, three a slot. */
struct vspan_abi_continuation {
	uint64_t commit;
	uint64_t payload[3];
};
VSPAN_ABI_SIZE(vspan_abi_continuation, VSPAN_ABI_SLOT_SIZE);

/*
 * Commit word: | epoch (15 bits) | continuation (1) | position + 1 (48) |
 * Positions count slots: the first epoch starts at 0, later ones where the one before
 * ended, so that no position comes twice and no id is given twice. They
 * stay below 2^44: at 20 million slots a second, ten days without a pause. A
 * reader that sees one at the limit treats it as a violation.
 */
#define VSPAN_ABI_COMMIT_POSITION_MASK ((UINT64_C(1) << 48) - 1)
#define VSPAN_ABI_COMMIT_CONTINUATION (UINT64_C(1) << 48)
#define VSPAN_ABI_COMMIT_EPOCH_SHIFT 49
#define VSPAN_ABI_EPOCH_MAX ((UINT32_C(1) << 15) - 1)
#define VSPAN_ABI_POSITION_MAX (UINT64_C(1) << 44)

/*
 * Span id: | ring (10 bits) | detached (1) | epoch modulo 512 (9) | position + 1 (44) |
 * of the slot that began it; 0 is no span. No random number, no extra byte in
 * the record. A detached span was begun with an explicit parent: it is not on
 * the stack of its ring and may end anywhere.
 */
#define VSPAN_ABI_SPAN_POSITION_MASK ((UINT64_C(1) << 44) - 1)
#define VSPAN_ABI_SPAN_EPOCH_SHIFT 44
#define VSPAN_ABI_SPAN_EPOCH_MASK UINT64_C(0x1ff)
#define VSPAN_ABI_SPAN_DETACHED (UINT64_C(1) << 53)
#define VSPAN_ABI_SPAN_RING_SHIFT 54

/* Header word: | call site (32 bits) | flags (16) | slots (8) | kind (8) | */
#define VSPAN_ABI_HEADER_SLOTS_SHIFT 8
#define VSPAN_ABI_HEADER_FLAGS_SHIFT 16
#define VSPAN_ABI_HEADER_SITE_SHIFT 32

/*
 * Kinds, and what their payload words hold:
 *   BEGIN    [parent span, if FLAG_EXPLICIT] fields of the call site
 *   END      span; status in the flags
 *   EVENT    [span it belongs to, if FLAG_EXPLICIT] fields of the call site
 *   SET      span, field index, value of that field; or
 *            span, FIELD_MESSAGE | status << 32, message as a string field
 *   LINK     span, linked span, [trace id (2 words), if FLAG_FOREIGN]
 *   CONTEXT  trace id (2 words), span id: a remote parent for what follows
 *   LOST     records, counter of the last one, span ends among them;
 *            the record's own counter is that of the first one
 *   CLOCK    number of the ping answered; the record's counter is the answer. Not written:
 *            vspan_abi_writer has words for it, which take no room in the ring
 *   RECLAIM  since 1.1: another writer goes on with the ring of one that died;
 *            the ring's `attempted` and `discarded` until then. What was open
 *            ends here, as aborted
 */
#define VSPAN_ABI_KIND_BEGIN 1u
#define VSPAN_ABI_KIND_END 2u
#define VSPAN_ABI_KIND_EVENT 3u
#define VSPAN_ABI_KIND_SET 4u
#define VSPAN_ABI_KIND_LINK 5u
#define VSPAN_ABI_KIND_CONTEXT 6u
#define VSPAN_ABI_KIND_LOST 7u
#define VSPAN_ABI_KIND_CLOCK 8u
#define VSPAN_ABI_KIND_RECLAIM 9u
#define VSPAN_ABI_KIND_LAST VSPAN_ABI_KIND_RECLAIM

#define VSPAN_ABI_FLAG_EXPLICIT 0x0001u
#define VSPAN_ABI_FLAG_INTERRUPT 0x0002u
#define VSPAN_ABI_FLAG_FOREIGN 0x0004u
#define VSPAN_ABI_FLAG_STATUS_SHIFT 8
#define VSPAN_ABI_FLAG_STATUS_MASK 0x0300u

/* Status of a finished span (OpenTelemetry's three). */
#define VSPAN_ABI_STATUS_UNSET 0u
#define VSPAN_ABI_STATUS_OK 1u
#define VSPAN_ABI_STATUS_ERROR 2u

/* SET: not a field of the call site but the status message. */
#define VSPAN_ABI_FIELD_MESSAGE 0xffffu

#endif /* VSPAN_ABI_H */
