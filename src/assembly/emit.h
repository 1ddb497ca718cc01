/* SPDX-License-Identifier: MIT */
/*
 * emit.h - one door to LTTng for what guests wrote: a site's native events, or
 * the generic vspan:span and vspan:event with the name as text where a site has
 * none (run-time names, quota, reserved field names, too many variants of one
 * name). What goes through is noted in the attachment's journal, if it has one,
 * and flagged as repeated while another consumer's work is gone over again.
 *
 * Called by the consumer's thread; attachment->now says which record it is for.
 */
#ifndef VSPAN_ASSEMBLY_EMIT_H
#define VSPAN_ASSEMBLY_EMIT_H

#include "attachment.h"
#include "control.h"

/* True if somebody records anything this site can emit. */
bool emit_enabled(const struct known_site *site);

void emit_span(struct vspan_attachment *attachment, const struct known_site *site,
	const struct provider_common *common, const struct payload *payload);
void emit_entry(struct vspan_attachment *attachment, const struct known_site *site,
	const struct provider_common *common, const struct payload *payload);
void emit_exit(struct vspan_attachment *attachment, const struct known_site *site,
	const struct provider_common *common);
void emit_event(struct vspan_attachment *attachment, const struct known_site *site,
	const struct provider_common *common, const struct payload *payload);

/* A span has been open for a while; repeated for those who begin to record then. */
void emit_open(const struct known_site *site, const struct provider_common *common,
	const struct payload *payload);

void emit_lost(struct vspan_attachment *attachment, const struct control_lost *lost);
void emit_message(
	struct vspan_attachment *attachment, uint64_t span, uint64_t ts, const char *text);
void emit_link(struct vspan_attachment *attachment, uint64_t span, uint64_t linked,
	const uint64_t trace_id[2], uint64_t ts);

/*
 * Emits again what the journal has of records before their rings' cursors.
 * Returns how many events that were.
 */
uint64_t emit_replay(struct vspan_attachment *attachment);

#endif /* VSPAN_ASSEMBLY_EMIT_H */
