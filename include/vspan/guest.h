/* SPDX-License-Identifier: MIT */
/*
 * guest.h - what guest code includes to open and close spans.
 *
 *   VSPAN_SPAN(disk, read, VSPAN_LEVEL_INFO, (u64, lba), (u32, len), (str, op));
 *   VSPAN_EVENT(disk, retry, VSPAN_LEVEL_WARNING, (u32, attempt));
 *
 *   vspan_t span = vspan_begin(disk, read, lba, len, "read");
 *   vspan_event(disk, retry, attempt);
 *   vspan_set(span, disk, read, len, got);
 *   vspan_end(span);
 *
 * Freestanding C11 and C++11, without libc, allocation, floating point (unless
 * a field is f64) or vector registers. Every verb may be used on any vCPU and in
 * interrupt handlers; none blocks but for a full ring in block mode. A call site
 * the host has not enabled costs a load, a test and a branch.
 *
 * A span begun with vspan_begin() becomes the innermost open span of its vCPU:
 * the parent of what begins next there. One begun with vspan_begin_child() has
 * the parent given and does not become innermost; it may be ended on any vCPU.
 * Span handles may be ended in any order; ending 0 (a span that is not being
 * recorded) does nothing.
 */
#ifndef VSPAN_GUEST_H
#define VSPAN_GUEST_H

#include <vspan/site.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A span: provider, name, level (and kind), then fields as (type, name) or (type, name, length). */
#define VSPAN_SPAN(provider, name, ...)                                       \
	enum {                                                                \
		VSPAN_EACH(VSPAN_INDEX, provider, name, __VA_ARGS__)          \
			vspan_index__##provider##__##name##__count            \
	};                                                                    \
	VSPAN_SITE_DEFINE(provider, name, VSPAN_ABI_SITE_SPAN, __VA_ARGS__);  \
	VSPAN_WRITE_DEFINE(provider, name, VSPAN_ABI_KIND_BEGIN, __VA_ARGS__) \
	VSPAN_EACH(VSPAN_SETTER, provider, name, __VA_ARGS__)                 \
	struct vspan_semicolon

/* A point event; the same form. */
#define VSPAN_EVENT(provider, name, ...)                                      \
	VSPAN_SITE_DEFINE(provider, name, VSPAN_ABI_SITE_EVENT, __VA_ARGS__); \
	VSPAN_WRITE_DEFINE(provider, name, VSPAN_ABI_KIND_EVENT, __VA_ARGS__) \
	struct vspan_semicolon

/* The first of the variable arguments is the call site's name, the rest its field values. */
#define VSPAN_CALL(provider, is_explicit, span, name, ...) \
	vspan_write__##provider##__##name(is_explicit, span, __VA_ARGS__)

/* Opens a span: vspan_begin(provider, name, values...). */
#define vspan_begin(provider, ...) VSPAN_CALL(provider, false, 0, __VA_ARGS__, 0)

/* Opens a span under `parent`, off the stack: vspan_begin_child(parent, provider, name, values...).
 */
#define vspan_begin_child(parent, provider, ...) VSPAN_CALL(provider, true, parent, __VA_ARGS__, 0)

/* A point event of the innermost open span: vspan_event(provider, name, values...). */
#define vspan_event(provider, ...) ((void)VSPAN_CALL(provider, false, 0, __VA_ARGS__, 0))

/* A point event of `span`. */
#define vspan_event_on(span, provider, ...) ((void)VSPAN_CALL(provider, true, span, __VA_ARGS__, 0))

/* Changes a field of an open span: vspan_set(span, provider, name, field, value). */
#define vspan_set(span, provider, name, field, ...) \
	vspan_set__##provider##__##name##__##field(span, __VA_ARGS__, 0)

/*
 * The same with a name that is known only at run time (up to VSPAN_ABI_STRING_MAX
 * bytes): seen as vspan:span and vspan:event. Declared call sites are cheaper, and
 * people can enable each by itself.
 */
vspan_t vspan_begin_named(const char *name);
void vspan_event_named(const char *name);

#define VSPAN_STATUS_UNSET VSPAN_ABI_STATUS_UNSET
#define VSPAN_STATUS_OK VSPAN_ABI_STATUS_OK
#define VSPAN_STATUS_ERROR VSPAN_ABI_STATUS_ERROR

/* Closes a span, and says how it went (VSPAN_STATUS_*). */
static inline void vspan_end_status(vspan_t span, uint32_t status)
{
	struct vspan_writer *writer;
	struct vspan_record record;

	if (span == 0)
		return;
	writer = vspan_writer_self();
	if (!vspan_record_open(
		    &record, writer, 1, writer->limit_end, (span & VSPAN_ABI_SPAN_DETACHED) == 0))
		return;
	vspan_record_stamp(&record, vspan_port_counter_inline(),
		vspan_header(VSPAN_ABI_KIND_END, 1, status << VSPAN_ABI_FLAG_STATUS_SHIFT, 0));
	vspan_record_put(&record, 0, span);
	vspan_record_commit(&record);
}

static inline void vspan_end(vspan_t span)
{
	vspan_end_status(span, VSPAN_STATUS_UNSET);
}

/* Sets a span's status with a message (up to VSPAN_ABI_STRING_MAX bytes). The last one wins. */
void vspan_status(vspan_t span, uint32_t status, const char *message);

/* Says that `span` continues or follows from `other`. */
void vspan_link(vspan_t span, vspan_t other);

/* Ends at scope exit: VSPAN_SCOPE(provider, name, values...). */
static inline void vspan_scope_end(const vspan_t *span)
{
	vspan_end(*span);
}
#define VSPAN_SCOPE(provider, ...)                                                    \
	__attribute__((cleanup(vspan_scope_end), unused)) const vspan_t VSPAN_PP_CAT( \
		vspan_scope_, __LINE__) = vspan_begin(provider, __VA_ARGS__)

/*
 * A log line, as event vspan_log:<level>. Levels between LTTng's notice and
 * debug collapse to `info` and `debug`. Module and text are cut at
 * VSPAN_ABI_STRING_MAX bytes.
 */
void vspan_log(uint32_t level, const char *module, const char *text);

/*
 * Brackets a handler of interrupts, NMIs or signals: records in between are flagged.
 * Pass what enter returned to leave; handlers nest. What goes for handlers:
 *   - Every verb may be used, whatever instruction the handler came upon, up to
 *     VSPAN_ABI_NEST_MAX handlers on top of each other.
 *   - Their spans are below the innermost span open at that moment. They end what
 *     they began before they return, on the vCPU or thread they came upon.
 *   - At most 64 records each time: of more, some may be timed and attributed as if
 *     they followed the record whose writing was interrupted.
 *   - In block mode a full ring makes them wait for the host as it does others, but
 *     for one that is full because of the record they interrupted: then they discard.
 * Costs a load and a store each; without a region, a test.
 */
static inline uint64_t vspan_interrupt_enter(void)
{
	struct vspan_abi_writer *shared = vspan_writer_self()->shared;
	uint64_t outer;

	if (shared == NULL)
		return 0;
	outer = shared->context_flags;
	shared->context_flags = (uint64_t)VSPAN_ABI_FLAG_INTERRUPT << VSPAN_ABI_HEADER_FLAGS_SHIFT;
	return outer;
}

static inline void vspan_interrupt_leave(uint64_t outer)
{
	struct vspan_abi_writer *shared = vspan_writer_self()->shared;

	if (shared != NULL)
		shared->context_flags = outer;
}

/* Publishes this vCPU's ring: before a halt. Costs a store; the host is not told. */
void vspan_publish(void);

/*
 * Publishes it, tells the host and waits: true when all that this vCPU has written
 * has been drained and emitted, so that what comes next on this vCPU comes after it
 * for whoever looks. False: no region, nobody drains it, or not in the time the port
 * allows; then it is still in the ring, and may be seen later. Inside a handler that
 * interrupted a record being written it is false: that record has to be finished first.
 */
bool vspan_flush(void);

/* The W3C trace context the host gave this vCPU; false: none. */
struct vspan_context {
	uint64_t trace_id[2]; /* most significant half first */
	uint64_t span_id;
	uint32_t trace_flags;
};
bool vspan_context_read(struct vspan_context *context);

#define VSPAN_ATTACH_OK 0
#define VSPAN_ATTACH_ABSENT (-1)       /* the port found no region */
#define VSPAN_ATTACH_INCOMPATIBLE (-2) /* not a region, or not one this guest speaks */

int vspan_guest_attach(const char *name, struct vspan_site *first, struct vspan_site *last);

extern struct vspan_site __start_vspan_sites[] __attribute__((weak, visibility("hidden")));
extern struct vspan_site __stop_vspan_sites[] __attribute__((weak, visibility("hidden")));

/*
 * Finds the region, publishes all call sites linked into this image and starts
 * recording. Once, on one vCPU, before the others record. `name` tells the host
 * who this is. Returns VSPAN_ATTACH_*; without a region every verb stays a no-op.
 */
static inline int vspan_attach(const char *name)
{
	return vspan_guest_attach(name, __start_vspan_sites, __stop_vspan_sites);
}

/* A function that turned out to be there while the guest ran. */
struct vspan_function_description {
	uint64_t address; /* as its module's ELF file has it */
	const uint8_t *build_id;
	uint32_t build_id_size; /* bytes; 0: none */
	const char *module;     /* path of the file; cut at VSPAN_ABI_MODULE - 1 bytes */
};

/*
 * Publishes one more call site after vspan_attach(): fills in `site`, whose
 * description need not outlive the call. `function` goes with flag
 * VSPAN_ABI_SITE_FUNCTION and no fields, else it is NULL. False: not attached, or
 * the table is full, which is counted. From any thread and from handlers.
 */
bool vspan_site_add(struct vspan_site *site, const struct vspan_function_description *function);

#ifdef __cplusplus
}
#endif

#endif /* VSPAN_GUEST_H */
