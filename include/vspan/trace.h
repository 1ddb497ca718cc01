/* SPDX-License-Identifier: MIT */
/*
 * trace.h - the schema of a vspan trace: what the consumer emits through LTTng
 * and what the analysis reads back. The emitter and the plugin share this file
 * and nothing else.
 *
 * Guest call site `read` of provider `disk`, a span, gives
 *   vspan_disk:read            once per finished span
 *   vspan edges, when enabled: vspanedge_disk:read_entry, vspanedge_disk:read_exit
 * and call site `retry`, a point event, gives
 *   vspan_disk:retry
 * An event class is recognised by its model.emf.uri (VSPAN_TRACE_URI_*), never by
 * its name. The fields of a class come in the order given here, then the call
 * site's own typed fields.
 *
 *   span    vm vcpu span parent tsc ts duration status kind flags
 *   event   vm vcpu span tsc ts flags
 *   entry   vm vcpu span parent tsc ts kind flags
 *   exit    vm vcpu span tsc ts status flags
 *
 *   vm        u32  number of the region, from its random identity; vspan:attach names it
 *   vcpu      u32  ring index
 *   span      u64  span id (abi.h); for an event, the span it belongs to, 0: none
 *   parent    u64  span id of the parent, 0: a root
 *   tsc       u64  guest counter at the start, as the guest wrote it
 *   ts        u64  start in CLOCK_MONOTONIC ns, LTTng's trace clock
 *   duration  u64  ns
 *   status    u8   enumeration: 0 unset, 1 ok, 2 error (VSPAN_ABI_STATUS_*)
 *   kind      u8   enumeration: 0 internal, 1 server, 2 client, 3 producer, 4 consumer
 *   flags     u32  VSPAN_TRACE_FLAG_*
 *
 * Provider `vspan` (static) carries the control events; their fields are in
 * consumer/control-provider.h and doc/trace.md.
 */
#ifndef VSPAN_TRACE_H
#define VSPAN_TRACE_H

#include <stdint.h>

#define VSPAN_TRACE_SCHEMA 1

#define VSPAN_TRACE_PREFIX "vspan_"
#define VSPAN_TRACE_EDGE_PREFIX "vspanedge_"
#define VSPAN_TRACE_ENTRY_SUFFIX "_entry"
#define VSPAN_TRACE_EXIT_SUFFIX "_exit"
#define VSPAN_TRACE_CONTROL "vspan"

#define VSPAN_TRACE_URI_SPAN "urn:vspan:1:span"
#define VSPAN_TRACE_URI_EVENT "urn:vspan:1:event"
#define VSPAN_TRACE_URI_ENTRY "urn:vspan:1:entry"
#define VSPAN_TRACE_URI_EXIT "urn:vspan:1:exit"

/* Leading fields of each class: the names a call site may not use for its own. */
#define VSPAN_TRACE_FIELD_VM "vm"
#define VSPAN_TRACE_FIELD_VCPU "vcpu"
#define VSPAN_TRACE_FIELD_SPAN "span"
#define VSPAN_TRACE_FIELD_PARENT "parent"
#define VSPAN_TRACE_FIELD_TSC "tsc"
#define VSPAN_TRACE_FIELD_TS "ts"
#define VSPAN_TRACE_FIELD_DURATION "duration"
#define VSPAN_TRACE_FIELD_STATUS "status"
#define VSPAN_TRACE_FIELD_KIND "kind"
#define VSPAN_TRACE_FIELD_FLAGS "flags"

#define VSPAN_TRACE_SPAN_FIELDS 10
#define VSPAN_TRACE_EVENT_FIELDS 6
#define VSPAN_TRACE_ENTRY_FIELDS 8
#define VSPAN_TRACE_EXIT_FIELDS 7

/* flags: what the reader had to say about a span or event. */
#define VSPAN_TRACE_FLAG_INTERRUPT 0x01u /* written inside an interrupt handler */
#define VSPAN_TRACE_FLAG_ABORTED \
	0x02u /* never ended: its vCPU died or was reset; ends at the last known time */
#define VSPAN_TRACE_FLAG_END_LOST 0x04u /* its end was discarded; ends where the loss began */
#define VSPAN_TRACE_FLAG_CLAMPED \
	0x08u /* its time was impossible and was moved to the nearest possible */
#define VSPAN_TRACE_FLAG_CUT 0x10u      /* a string or bytes field was shortened */
#define VSPAN_TRACE_FLAG_DETACHED 0x20u /* explicit parent; not on its vCPU's stack */
#define VSPAN_TRACE_FLAG_EVICTED \
	0x40u /* the table of open spans was full: ended early by the host */
#define VSPAN_TRACE_FLAG_REMOTE 0x80u /* its parent is the host's span, not one of this VM */
/*
 * Emitted by a consumer that took over from one that died: the dead one may have
 * emitted the very same event. Two events of one VM are the same if class, vcpu,
 * name, tsc and span are (of exits: span and ts). Who reads a trace drops a
 * repeated event with such a twin before it; without one it is the only one left.
 */
#define VSPAN_TRACE_FLAG_REPEATED 0x100u
/* Environment entry `tracer_name` of a trace an analysis has written. */
#define VSPAN_TRACE_ANALYSIS "vspan"
/*
 * Never emitted: what an analysis that writes a trace of its own (filter.vspan.spans)
 * found out about a span.
 */
#define VSPAN_TRACE_FLAG_EDGES 0x10000u          /* put together from its entry and its exit */
#define VSPAN_TRACE_FLAG_UNFINISHED 0x20000u     /* an entry, or open, whose end is not there */
#define VSPAN_TRACE_FLAG_BEGIN_UNKNOWN 0x40000u  /* an exit whose entry is not there */
#define VSPAN_TRACE_FLAG_PARENT_UNKNOWN 0x80000u /* its parent is not in the trace */
#define VSPAN_TRACE_FLAG_PARENT_LOOP 0x100000u   /* it is its own ancestor, as the guest says */
#define VSPAN_TRACE_FLAG_PART \
	0x200000u /* written before all that is in it was known: self time, split are not (0) */

/* `error_ns` of event clock while nothing is known of the guest's counter. */
#define VSPAN_TRACE_CLOCK_UNKNOWN UINT64_C(0x7fffffffffffffff)

/*
 * Control events of provider `vspan`:
 *
 *   attach     vm rings name(string) identity_high identity_low counter_hz
 *   detach     vm
 *   epoch      vm vcpu epoch
 *   clock      vm vcpu tsc ts error_ns ratio   a tick is ratio / 2^48 ns
 *   lost       vm vcpu span count ts_first ts_last reason
 *              span: innermost open span where the loss is, 0: none; count 0: unknown;
 *              reason: enumeration of VSPAN_TRACE_LOST_*
 *   violation  vm vcpu class(string) count position
 *   watermark  vm vcpu ts position   every event of the ring before ts has been emitted, but
 *              for spans told to be open
 *   open       vm vcpu span parent tsc ts kind flags name(string) provider(string)
 *              the span, begun at ts, is still open: watermarks go on without it
 *   close      vm vcpu span tsc ts status flags   it ended at ts; its own event has been
 *              emitted before, unless a filter dropped it
 *   vcpu_enter vm vcpu position ts   the host enters the vCPU: records from position on are
 *              of that stay
 *   vcpu_exit  vm vcpu reason(string) position ts
 *   vcpu_halt  vm vcpu position ts
 *   resume     vm vcpu position ts   a consumer goes on there, where another one stopped or died
 *   notice     vm text(string)   what the consumer told its user; vm 0: not of one VM
 *   message    vm vcpu span ts text(string)      status message of a span
 *   link       vm vcpu span linked trace_high trace_low ts
 *   context    vm vcpu trace_high trace_low span position ts host_vm
 *              from position on, what has no parent on the vCPU is of that span, of VM host_vm
 *              (0: of none of this trace)
 *   call       vm vcpu span flags host_vm host_span position ts
 *              host_span of VM host_vm is a child of span, whatever it says itself: the guest
 *              called the host there; REMOTE: span is a context's
 *   ledger     vm vcpu epoch attempted emitted discarded_guest discarded_host torn invalid in_ring
 *   span       as class span, then name(string) provider(string)    for sites without an own class
 *   event      as class event, then name(string) provider(string)
 */
#define VSPAN_TRACE_LOST_FULL 1u        /* the ring was full */
#define VSPAN_TRACE_LOST_TORN 2u        /* reserved, never committed: the writer died */
#define VSPAN_TRACE_LOST_OVERWRITTEN 3u /* flight recorder: older records gave way */
#define VSPAN_TRACE_LOST_INVALID 4u     /* failed validation */
#define VSPAN_TRACE_LOST_RESUMED 5u     /* given up between two consumers */

/* One to one, and each bit of the number changes about half of the result's. */
static inline uint64_t vspan_trace_mix(uint64_t number)
{
	number = (number ^ number >> 33) * UINT64_C(0xff51afd7ed558ccd);
	number = (number ^ number >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return number ^ number >> 33;
}

/* Of several numbers in order, one after the other; begin with 0 or a salt. */
static inline uint64_t vspan_trace_mix_add(uint64_t mixed, uint64_t number)
{
	return vspan_trace_mix(mixed ^ (number + UINT64_C(0x9e3779b97f4a7c15)));
}

/*
 * The id of a span outside of its trace, as a parent in `traceparent` and in exports:
 * its own is unique within a VM only. Never 0.
 */
static inline uint64_t vspan_trace_span_id(uint32_t vm, uint64_t span)
{
	const uint64_t mixed = vspan_trace_mix_add(vspan_trace_mix_add(0, vm), span);

	return mixed != 0 ? mixed : 1;
}

#endif /* VSPAN_TRACE_H */
