/* SPDX-License-Identifier: MIT */
/*
 * control.h - the control events: what whoever reads a region has to say besides
 * the guest's own spans and events. Schema: trace.h. Half of the seam between
 * assembling and emitting; provider.h is the other, and says who is behind it.
 */
#ifndef VSPAN_ASSEMBLY_CONTROL_H
#define VSPAN_ASSEMBLY_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include <vspan/host.h>

struct clock;

struct control_attach {
	uint32_t vm;
	uint32_t rings;
	const char *name;
	uint64_t identity[2];
	uint64_t counter_hz;
};

struct control_lost {
	uint32_t vm;
	uint32_t vcpu;
	uint64_t span; /* innermost open one, 0: none */
	uint64_t count;
	uint64_t ts_first;
	uint64_t ts_last;
	uint32_t reason; /* VSPAN_TRACE_LOST_* */
};

/* A span of the host, made for a call of the guest's. */
struct control_call {
	uint32_t vm;
	uint32_t vcpu;
	uint64_t span;  /* what the guest was doing, 0: not told */
	uint32_t flags; /* VSPAN_TRACE_FLAG_REMOTE: that is a span of the host itself */
	uint32_t host_vm;
	uint64_t host_span;
	uint64_t position;
	uint64_t ts;
};

/* True once a recording session in this user's daemon has enabled vspan:attach. */
bool control_attach_enabled(void);

void control_attach(const struct control_attach *attach);
void control_detach(uint32_t vm);
void control_epoch(uint32_t vm, uint32_t vcpu, uint32_t epoch);
void control_clock(uint32_t vm, uint32_t vcpu, const struct clock *clock);
void control_lost(const struct control_lost *lost);
void control_violation(
	uint32_t vm, uint32_t vcpu, const char *name, uint64_t count, uint64_t position);
void control_watermark(uint32_t vm, uint32_t vcpu, uint64_t ts, uint64_t position);
struct provider_common;

/* A span has been open for a while; one of those has ended. */
void control_open(const struct provider_common *common, const char *name, const char *provider);
void control_close(const struct provider_common *common);

void control_vcpu_enter(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts);
void control_vcpu_exit(
	uint32_t vm, uint32_t vcpu, const char *reason, uint64_t position, uint64_t ts);
void control_vcpu_halt(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts);

/* A consumer goes on at `position` where another ended without detaching. */
void control_resume(uint32_t vm, uint32_t vcpu, uint64_t position, uint64_t ts);

/* What the consumer told its user; vm 0: not of one VM. `text` is plain: sanitised by the caller.
 */
void control_notice(uint32_t vm, const char *text);
void control_message(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t ts, const char *text);
void control_link(uint32_t vm, uint32_t vcpu, uint64_t span, uint64_t linked,
	const uint64_t trace_id[2], uint64_t ts);
void control_context(uint32_t vm, uint32_t vcpu, const struct vspan_trace_context *context,
	uint64_t position, uint64_t ts);
void control_call(const struct control_call *call);

/* A finished span, or an event, of a call site without native events. */
bool control_span_enabled(void);
bool control_event_enabled(void);
void control_span(const struct provider_common *common, const char *name, const char *provider);
void control_event(const struct provider_common *common, const char *name, const char *provider);

void control_ledger(uint32_t vm, uint32_t vcpu, uint32_t epoch, const struct vspan_ledger *ledger);

#endif /* VSPAN_ASSEMBLY_CONTROL_H */
